// The words that phone and terminal both show for one enrolment (docs/PROTOCOL.md, 4.6). A person who finds them equal knows
// that the key which arrived at the registry is the one that was just made here.
import { utf8 } from './bytes.js';

const SALT = 'countersign phrase v1';
const ROUNDS = 100_000;
const BITS = 40;

export function parseWords(text) {
  const words = text.trim().split('\n');
  if (words.length !== 256 || new Set(words).size !== 256) throw new Error('the list of words does not hold 256 of them');
  return words;
}

// Five numbers of 0 to 255: the place of each word in either list.
export async function phraseOf(message) {
  const key = await crypto.subtle.importKey('raw', utf8(message), 'PBKDF2', false, ['deriveBits']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: utf8(SALT), iterations: ROUNDS };
  return Array.from(new Uint8Array(await crypto.subtle.deriveBits(how, key, BITS)));
}
