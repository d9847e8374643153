// The vectors of tests/vectors, for the page's own modules.
import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../../vectors/', import.meta.url);

// [{name, head: {expect, kind…}, body: bytes}] of one room.
export function vectors(room) {
  const folder = new URL(`${room}/`, FOLDER);
  const names = readdirSync(folder).filter((name) => name.endsWith('.vector'));
  return names.map((name) => {
    const bytes = readFileSync(new URL(name, folder));
    const end = bytes.indexOf('\n\n');
    const lines = bytes.subarray(0, end).toString().split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2));
    return { name, head: Object.fromEntries(lines), body: bytes.subarray(end + 2) };
  });
}

// As the page reads a reply, but for bytes that are not UTF-8, of which it keeps nothing.
export const textOf = (body) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(body);
