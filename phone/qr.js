// A QR code (ISO/IEC 18004) for short texts: bytes, error correction M, versions 1 to 6, which hold up to 106 bytes.
import { concat, utf8 } from './bytes.js';

// For each version: bytes of data in a block, blocks, bytes of error correction in a block.
const VERSIONS = [[16, 1, 10], [28, 1, 16], [44, 1, 26], [32, 2, 18], [43, 2, 24], [27, 4, 16]];
const LEVEL_M = 0;

// Arithmetic in GF(256) with the polynomial 0x11d.
const EXP = new Uint8Array(512), LOG = new Uint8Array(256);
for (let i = 0, x = 1; i < 255; i += 1) {
  EXP[i] = EXP[i + 255] = x;
  LOG[x] = i;
  x = x << 1 ^ (x & 0x80 ? 0x11d : 0);
}
const times = (a, b) => (a && b ? EXP[LOG[a] + LOG[b]] : 0);

function correction(data, length) {
  let generator = [1];
  for (let i = 0; i < length; i += 1) {
    const next = [...generator, 0];
    generator.forEach((value, at) => { next[at + 1] ^= times(value, EXP[i]); });
    generator = next;
  }
  const rest = [...data, ...new Array(length).fill(0)];
  for (let i = 0; i < data.length; i += 1) {
    const factor = rest[i];
    generator.forEach((value, at) => { rest[i + at] ^= times(value, factor); });
  }
  return rest.slice(data.length);
}

function codewords(bytes, [size, blocks, corrections]) {
  const bits = [0, 1, 0, 0, ...toBits(bytes.length, 8)];
  for (const byte of bytes) bits.push(...toBits(byte, 8));
  bits.push(...[0, 0, 0, 0].slice(0, size * blocks * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const data = [];
  for (let at = 0; at < bits.length; at += 8) data.push(parseInt(bits.slice(at, at + 8).join(''), 2));
  for (let pad = 0xec; data.length < size * blocks; pad ^= 0xec ^ 0x11) data.push(pad);
  const parts = Array.from({ length: blocks }, (_, i) => data.slice(i * size, (i + 1) * size));
  const ends = parts.map((part) => correction(part, corrections));
  const interleaved = (lists) => lists[0].flatMap((_, at) => lists.map((list) => list[at]));
  return concat(interleaved(parts), interleaved(ends));
}

const toBits = (value, count) => Array.from({ length: count }, (_, i) => value >> (count - 1 - i) & 1);

// A square of null (free), true (dark) and false: everything that does not depend on the data.
function frame(version) {
  const size = 17 + 4 * version;
  const cells = Array.from({ length: size }, () => new Array(size).fill(null));
  const square = (row, column, reach, dark) => {
    for (let y = -reach; y <= reach; y += 1) {
      for (let x = -reach; x <= reach; x += 1) {
        if (cells[row + y]?.[column + x] !== undefined) cells[row + y][column + x] = dark(Math.max(Math.abs(x), Math.abs(y)));
      }
    }
  };
  for (const [row, column] of [[3, 3], [3, size - 4], [size - 4, 3]]) square(row, column, 4, (ring) => ring !== 2 && ring !== 4);
  if (version > 1) square(size - 7, size - 7, 2, (ring) => ring !== 1);
  for (let i = 8; i < size - 8; i += 1) cells[6][i] = cells[i][6] = i % 2 === 0;
  placeFormat(cells, 0);
  return cells;
}

function placeFormat(cells, mask) {
  const size = cells.length;
  let rest = LEVEL_M << 3 | mask;
  for (let i = 0; i < 10; i += 1) rest = rest << 1 ^ (rest >> 9 & 1 ? 0x537 : 0);
  const bits = toBits(((LEVEL_M << 3 | mask) << 10 | rest) ^ 0x5412, 15).map(Boolean).reverse();
  for (let i = 0; i < 15; i += 1) {
    cells[i < 6 ? i : i < 8 ? i + 1 : size - 15 + i][8] = bits[i];
    cells[8][i < 8 ? size - 1 - i : i < 9 ? 7 : 14 - i] = bits[i];
  }
  cells[size - 8][8] = true;
}

function placeData(cells, words) {
  const size = cells.length;
  const bits = Array.from(words).flatMap((word) => toBits(word, 8));
  let at = 0;
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let i = 0; i < size; i += 1) {
      for (const column of [right, right - 1]) {
        const row = up ? size - 1 - i : i;
        if (cells[row][column] === null) cells[row][column] = Boolean(bits[at++]);
      }
    }
  }
}

const MASKS = [(r, c) => (r + c) % 2, (r) => r % 2, (r, c) => c % 3, (r, c) => (r + c) % 3, (r, c) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2,
  (r, c) => r * c % 2 + r * c % 3, (r, c) => (r * c % 2 + r * c % 3) % 2, (r, c) => ((r + c) % 2 + r * c % 3) % 2];

function penalty(cells) {
  const size = cells.length;
  const lines = [...cells, ...cells[0].map((_, column) => cells.map((row) => row[column]))].map((line) => line.map((dark) => (dark ? 1 : 0)).join(''));
  let points = 0;
  for (const line of lines) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) points += run.length - 2;
    points += 40 * [...line.matchAll(/(?=10111010000)|(?=00001011101)/g)].length;
  }
  for (let row = 1; row < size; row += 1) {
    for (let column = 1; column < size; column += 1) {
      const four = cells[row][column] + cells[row - 1][column] + cells[row][column - 1] + cells[row - 1][column - 1];
      if (four % 4 === 0) points += 3;
    }
  }
  const dark = cells.flat().filter(Boolean).length / (size * size);
  return points + 10 * Math.floor(Math.abs(dark - 0.5) * 20);
}

// Rows of booleans, true for dark. Throws for a text that is too long.
export function qrCode(text) {
  const bytes = utf8(text);
  const version = VERSIONS.findIndex(([size, blocks]) => bytes.length <= size * blocks - 2) + 1;
  if (version === 0) throw new Error('the text is too long for this QR code');
  const base = frame(version);
  const filled = base.map((row) => [...row]);
  placeData(filled, codewords(bytes, VERSIONS[version - 1]));
  const tries = MASKS.map((mask, number) => {
    const cells = filled.map((row, r) => row.map((dark, c) => (base[r][c] === null ? dark !== (mask(r, c) === 0) : dark)));
    placeFormat(cells, number);
    return cells;
  });
  return tries.reduce((best, cells) => (penalty(cells) < penalty(best) ? cells : best));
}
