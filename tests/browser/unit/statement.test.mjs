import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFields, parseStatement, printAnswer, printStatement, printTime, printTrust, splitBundle, timeOf, trustOffered } from '../../../phone/statement.js';
import { splitArmor } from '../../../phone/sshsig.js';
import { textOf, vectors } from './vectors.mjs';

const KINDS = ['challenge', 'answer', 'trust', 'enrolment', 'approver', 'session', 'change'];
const ALL = vectors('statement').filter((vector) => KINDS.includes(vector.head.kind));
const GOOD = textOf(ALL.find((vector) => vector.name === 'good_challenge.vector').body);

for (const { name, head, body } of ALL) {
  test(`${name}: ${head.expect}`, () => {
    const text = textOf(body);
    if (head.expect !== 'ok') {
      assert.throws(() => parseStatement(head.kind, text));
      return;
    }
    const values = parseStatement(head.kind, text);
    const message = head.kind === 'challenge' ? text : splitArmor(text).message;
    assert.equal(printStatement(head.kind, values), message);
  });
}

test('every kind has vectors that pass and vectors that do not', () => {
  for (const kind of KINDS) {
    const kinds = ALL.filter((vector) => vector.head.kind === kind).map((vector) => vector.head.expect === 'ok');
    assert.ok(kinds.includes(true) && kinds.includes(false), kind);
  }
});

test('an answer repeats the challenge byte for byte', () => {
  const own = GOOD.slice(GOOD.indexOf('\n') + 1);
  assert.equal(printAnswer(GOOD, 'approve', '47'),
    `countersign answer v1\n${own}decision: approve\nnumber: 47\nvia: registry\n`);
  assert.equal(printAnswer(GOOD, 'deny'), `countersign answer v1\n${own}decision: deny\nnumber: none\nvia: registry\n`);
});

test('an answer has the number exactly where one is asked for', () => {
  assert.throws(() => printAnswer(GOOD, 'approve'), /number/);
  assert.throws(() => printAnswer(GOOD, 'deny', '47'), /number/);
  assert.throws(() => printAnswer(GOOD, 'approve', '07'), /number/);
  const silent = GOOD.replace('number-wanted: yes', 'number-wanted: no');
  assert.match(printAnswer(silent, 'approve'), /number: none/);
  assert.throws(() => printAnswer(silent, 'approve', '47'), /number/);
});

test('a trust is an approval of one host, for as long as the host accepts and no longer than a day of work', () => {
  assert.equal(trustOffered(parseStatement('challenge', GOOD)), 8 * 3600);
  assert.equal(trustOffered(parseStatement('challenge', GOOD.replace('28800s', '600s'))), 600);
  assert.equal(trustOffered(parseStatement('challenge', GOOD.replace('28800s', '86400s'))), 8 * 3600);
  const own = GOOD.slice(GOOD.indexOf('\n') + 1);
  assert.equal(printTrust(GOOD, '47', 3600),
    `countersign trust v1\n${own}decision: approve\nnumber: 47\nvia: registry\nuntil: 2026-11-21T10:30:00Z\nhosts: web-01\n`);
  assert.throws(() => printTrust(GOOD, '47', 28_801), /until/);
  assert.throws(() => printTrust(GOOD.replace('28800s', '0s'), '47', 1), /until/);
});

test('what is printed is checked, too', () => {
  const fields = { registry: 'https://registry.example.com', user: 'alice', nonce: 'A'.repeat(43), issued: printTime(0), expires: printTime(60_000) };
  assert.match(printStatement('change', { ...fields, change: ['pair approver'] }), /^change: pair approver$/m);
  for (const change of [['pair\napprover'], ['x\u202ey'], [], [' pair'], ['\ud800']]) {
    assert.throws(() => printStatement('change', { ...fields, change }), /change/);
  }
  assert.throws(() => printStatement('change', { ...fields, expires: printTime(601_000), change: ['pair approver'] }), /expires/);
});

test('names that objects have of their own are no fields', () => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    assert.throws(() => parseStatement('challenge', GOOD.replace('max-trust:', `${name}:`)));
    assert.throws(() => parseStatement('challenge', `${GOOD}${name}: x\n`));
  }
});

test('a bundle is split where a statement begins', () => {
  assert.deepEqual(splitBundle(''), []);
  assert.deepEqual(splitBundle(GOOD + GOOD), [GOOD, GOOD]);
  assert.deepEqual(splitBundle(`junk\n${GOOD}`), ['junk\n', GOOD]);
});

test('times are UTC, whole seconds, and exist', () => {
  assert.equal(timeOf('2026-11-21T09:30:00Z'), Date.UTC(2026, 10, 21, 9, 30));
  assert.equal(printTime(Date.UTC(2026, 10, 21, 9, 30) + 999), '2026-11-21T09:30:00Z');
  for (const text of ['2026-02-30T00:00:00Z', '2026-11-21T24:00:00Z', '2026-11-21T09:30:60Z', '', 'now']) assert.ok(Number.isNaN(timeOf(text)), text);
});

test('fields of a reply', () => {
  assert.deepEqual(parseFields('state: open\nuser: alice\n'), [['state', 'open'], ['user', 'alice']]);
  assert.deepEqual(parseFields(''), []);
  for (const text of ['state: open', 'state:open\n', 'state: \n', ': x\n', 'state: a\u202eb\n', 'x\n']) assert.throws(() => parseFields(text), text);
});
