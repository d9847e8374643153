import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { qrCode } from '../../../phone/qr.js';

// What zbar, another implementation, reads from the cells, eight pixels each, with the quiet zone around.
function scanned(cells, t) {
  const folder = mkdtempSync(join(tmpdir(), 'qr-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const size = cells.length + 8, scale = 8;
  const pixels = Buffer.alloc(size * size * scale * scale, 255);
  for (let y = 0; y < size * scale; y += 1) {
    for (let x = 0; x < size * scale; x += 1) {
      if (cells[Math.floor(y / scale) - 4]?.[Math.floor(x / scale) - 4]) pixels[y * size * scale + x] = 0;
    }
  }
  const file = join(folder, 'code.pgm');
  writeFileSync(file, Buffer.concat([Buffer.from(`P5 ${size * scale} ${size * scale} 255\n`), pixels]));
  const done = spawnSync('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', file], { encoding: 'utf8' });
  assert.equal(done.error, undefined, 'zbarimg runs');
  return done.stdout.replace(/\n$/, '');
}

const ADDRESS = 'https://phone.example.com/#pair=K7QF9T2MXA3D';
const texts = ['a', ADDRESS, 'http://localhost:8080/#pair=000000000000', ...[14, 15, 26, 27, 42, 43, 62, 63, 84, 85, 106].map((length) =>
  ADDRESS.repeat(3).slice(0, length))];
for (const text of texts) {
  test(`another reader reads ${text.length} characters`, (t) => {
    assert.equal(scanned(qrCode(text), t), text);
  });
}

test('versions are as small as they can be, and end at 6', () => {
  assert.equal(qrCode('a'.repeat(14)).length, 21);
  assert.equal(qrCode('a'.repeat(15)).length, 25);
  assert.equal(qrCode('a'.repeat(106)).length, 41);
  assert.throws(() => qrCode('a'.repeat(107)), /too long/);
});
