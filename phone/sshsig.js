// A passkey's assertion as an SSH signature (docs/PROTOCOL.md, 5): what the authenticator is asked to sign, how its answer
// is packed as webauthn-sk-ecdsa-sha2-nistp256@openssh.com, and keys in the form that ssh-keygen knows. Stock
// `ssh-keygen -Y verify` accepts what this makes. No page, no network: `node --test` runs it.
import { concat, equal, fromBase64, sha256, toBase64, toBase64url, uint32, utf8, wireString, WireReader } from './bytes.js';

export const KEY_TYPE = 'sk-ecdsa-sha2-nistp256@openssh.com';
const SIGNATURE_TYPE = 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com';
const CURVE = 'nistp256';
const HASH = 'sha512';
const HEADER = '-----BEGIN SSH SIGNATURE-----\n';
const FOOTER = '-----END SSH SIGNATURE-----\n';
const UP_UV = 0x05, AT = 0x40, ED = 0x80;

export const namespaceOf = (kind) => `${kind}.v1@countersign`;

// The bytes an SSH signature covers. They are the WebAuthn challenge as they stand, not their hash.
export async function signedData(message, namespace) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-512', utf8(message)));
  return concat(utf8('SSHSIG'), wireString(namespace), wireString(''), wireString(HASH), wireString(digest));
}

// Keys

const SPKI_HEAD = [0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
  0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00];

// The 65 bytes of an uncompressed point out of the SubjectPublicKeyInfo that getPublicKey() gives.
export function pointFromSpki(spki) {
  const bytes = new Uint8Array(spki);
  if (bytes.length !== 91 || !equal(bytes.slice(0, 26), SPKI_HEAD) || bytes[26] !== 4) throw new Error('not a P-256 key');
  return bytes.slice(26);
}

export const keyBlob = (point, application) =>
  concat(wireString(KEY_TYPE), wireString(CURVE), wireString(point), wireString(application));

export const keyText = (blob) => `${KEY_TYPE} ${toBase64(blob)}`;

// A passkey's `TYPE BASE64`; throws for every other type of key.
export function parseKey(text) {
  const [type, base64, ...more] = text.split(' ');
  if (type !== KEY_TYPE || more.length > 0) throw new Error('not a passkey');
  const blob = fromBase64(base64);
  const reader = new WireReader(blob);
  if (reader.text() !== KEY_TYPE || reader.text() !== CURVE) throw new Error('the key is of another type inside');
  const point = reader.string();
  const application = reader.text();
  reader.finish();
  if (point.length !== 65 || point[0] !== 4) throw new Error('not an uncompressed point');
  return { blob, point, application };
}

export const fingerprint = async (blob) => 'SHA256:' + toBase64(await sha256(blob)).replaceAll('=', '');

// Signatures

// r and s of a DER ECDSA-Sig-Value as they stand in it: minimal and positive, which is what an mpint is, too.
export function integersFromDer(der) {
  const bytes = new Uint8Array(der);
  let at = 2;
  const integer = () => {
    const length = bytes[at + 1];
    const value = bytes.slice(at + 2, at + 2 + length);
    const minimal = value[0] < 0x80 && (value[0] !== 0 || value[1] >= 0x80);
    if (bytes[at] !== 0x02 || value.length !== length || length > 33 || !minimal) throw new Error('not a DER signature');
    at += 2 + length;
    return value;
  };
  if (bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2) throw new Error('not a DER signature');
  const r = integer();
  const s = integer();
  if (at !== bytes.length) throw new Error('not a DER signature');
  return { r, s };
}

// The origin as it stands in clientDataJSON, which Android may have escaped. Refuses what no host would accept (5.3).
function originOf(clientDataJSON, signed, expectedOrigin) {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(clientDataJSON);
  const head = `{"type":"webauthn.get","challenge":"${toBase64url(signed)}","origin":"`;
  if (!text.startsWith(head)) throw new Error('clientDataJSON: hosts cannot use this form');
  const data = JSON.parse(text);
  if (data.origin !== expectedOrigin || data.crossOrigin || 'topOrigin' in data) throw new Error('clientDataJSON: wrong origin');
  return text.slice(head.length, text.indexOf('"', head.length));
}

// The signature blob of an assertion over `signed`.
export function packAssertion({ authenticatorData, clientDataJSON, signature }, signed, expectedOrigin) {
  const data = new Uint8Array(authenticatorData);
  const origin = originOf(clientDataJSON, signed, expectedOrigin);
  const flags = data[32], extensions = data.slice(37);
  if (data.length < 37 || (flags & UP_UV) !== UP_UV) throw new Error('the passkey did not verify its user');
  if (flags & AT || Boolean(flags & ED) !== extensions.length > 0) throw new Error('authenticatorData: flags do not fit');
  const { r, s } = integersFromDer(signature);
  return concat(wireString(SIGNATURE_TYPE), wireString(concat(wireString(r), wireString(s))), data.slice(32, 37),
    wireString(origin), wireString(new Uint8Array(clientDataJSON)), wireString(extensions));
}

export function armor(blobOfKey, namespace, signature) {
  const blob = concat(utf8('SSHSIG'), uint32(1), wireString(blobOfKey), wireString(namespace), wireString(''), wireString(HASH),
    wireString(signature));
  return HEADER + toBase64(blob).replace(/.{1,70}/g, '$&\n') + FOOTER;
}

// A signed statement in its parts; throws unless the armor is as 3.1 wants it. Who signed for what is the caller's question.
export function splitArmor(text) {
  const at = text.indexOf('\n' + HEADER) + 1;
  if (at === 0 || !text.endsWith('\n' + FOOTER)) throw new Error('the signature is missing');
  const lines = text.slice(at + HEADER.length, -FOOTER.length).split('\n').slice(0, -1);
  if (lines.length === 0 || lines.slice(0, -1).some((line) => line.length !== 70) || !/^.{1,70}$/.test(lines.at(-1))) {
    throw new Error('the signature is not wrapped at 70 characters');
  }
  const reader = new WireReader(fromBase64(lines.join('')));
  if (!equal(reader.take(6), utf8('SSHSIG')) || reader.uint32() !== 1) throw new Error('not an SSH signature');
  const key = reader.string();
  const namespace = reader.text();
  if (reader.text() !== '' || !['sha256', 'sha512'].includes(reader.text())) throw new Error('not an SSH signature');
  const signature = reader.string();
  reader.finish();
  return { message: text.slice(0, at), key, namespace, signature };
}

// Whether this key made the assertion: WebCrypto wants r and s in 32 bytes each.
export async function isSignedBy(point, { authenticatorData, clientDataJSON, signature }) {
  const key = await crypto.subtle.importKey('raw', point, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  const { r, s } = integersFromDer(signature);
  const fixed = (value) => concat(new Uint8Array(32), value).slice(-32);
  const data = concat(new Uint8Array(authenticatorData), await sha256(new Uint8Array(clientDataJSON)));
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, concat(fixed(r), fixed(s)), data);
}
