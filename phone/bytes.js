// Bytes and their texts: UTF-8, base64 in both alphabets, and the strings of the SSH wire format (RFC 4251). Readers are
// strict: what is not canonical, or goes on where it should end, throws.

export const utf8 = (text) => new TextEncoder().encode(text);

export function concat(...parts) {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

export const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

export const toBase64url = (bytes) => toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

export function fromBase64(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  if (toBase64(bytes) !== text) throw new Error('base64 is not canonical');
  return bytes;
}

export function fromBase64url(text) {
  const padding = '='.repeat((4 - (text.length % 4)) % 4);
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/') + padding), (c) => c.charCodeAt(0));
  if (toBase64url(bytes) !== text) throw new Error('base64url is not canonical');
  return bytes;
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

// The `hash32` of PROTOCOL.md 2.4 over a text: ids of challenges, hashes of tokens.
export const hash32 = async (text) => toBase64url(await sha256(utf8(text)));

export const uint32 = (n) => new Uint8Array([n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);

export function wireString(value) {
  const bytes = typeof value === 'string' ? utf8(value) : value;
  return concat(uint32(bytes.length), bytes);
}

export class WireReader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  take(length) {
    if (length > this.bytes.length - this.at) throw new Error('the data ends too early');
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }

  uint32() {
    return this.take(4).reduce((value, byte) => value * 256 + byte, 0);
  }

  string() {
    return this.take(this.uint32());
  }

  text() {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.string());
  }

  finish() {
    if (this.at !== this.bytes.length) throw new Error('bytes are left over');
  }
}
