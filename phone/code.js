// The code that pairs a phone (docs/PROTOCOL.md, 9.4): as people type it, as they see it, and as the token it stands for.

const CODE = /^[0-9A-HJKMNP-TV-Z]{12}$/;

// The twelve characters, or null. Takes what people make of them: small letters, blanks, hyphens of every length, O and I
// and L for digits, the whole address instead of the code, and the token's own beginning.
export function parseCode(text) {
  const code = text
    .replace(/^.*#pair=/s, '')
    .replace(/[\s\u00ad\u2010-\u2015\u2212-]/g, '')
    .replace(/^csp_/i, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return CODE.test(code) ? code : null;
}

export const showCode = (code) => code.match(/.{4}/g).join('-');

export const tokenOf = (code) => `csp_${code}`;

export const addressOf = (origin, code) => `${origin}/#pair=${code}`;
