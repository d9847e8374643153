import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as machine from '../../../phone/state.js';
import { printStatement, printTime } from '../../../phone/statement.js';

const NOW = Date.UTC(2026, 10, 21, 9, 30);

function card(host, { age = 0, life = 90, wanted = 'yes', trust = '0s' } = {}) {
  const issued = NOW - age * 1000;
  const fields = { nonce: 'A'.repeat(43), registry: 'https://registry.example.com', host, service: 'sshd', user: 'alice', address: '203.0.113.9',
    connection: 'none', 'login-key': 'none', issued: printTime(issued), expires: printTime(issued + life * 1000), 'number-wanted': wanted,
    'max-trust': trust };
  return machine.cardOf(host, printStatement('challenge', fields));
}

const start = machine.ticked(machine.START, NOW);
const withCards = (...cards) => machine.arrived(start, cards);
const asked = () => withCards(card('web-01'));
const hosts = (state) => state.cards.map((each) => each.id);
const type = (state, ...digits) => digits.reduce(machine.typed, state);

test('a lone card opens by itself, several do not', () => {
  assert.equal(asked().open.card.id, 'web-01');
  assert.equal(withCards(card('web-01'), card('db-01')).open, null);
});

test('a second card changes nothing of the open one', () => {
  const before = type(asked(), '4');
  const after = machine.arrived(before, [card('web-01'), card('db-01')]);
  assert.equal(after.open, before.open);
  assert.deepEqual(hosts(after), ['web-01', 'db-01']);
});

test('cards are never reordered', () => {
  const two = withCards(card('b'), card('a'));
  assert.deepEqual(hosts(machine.arrived(two, [card('c'), card('a'), card('b')])), ['b', 'a', 'c']);
  assert.deepEqual(hosts(machine.arrived(two, [card('a')])), ['a']);
});

test('the list does not open a card because the others have gone', () => {
  assert.equal(machine.arrived(withCards(card('a'), card('b')), [card('b')]).open, null);
});

test('two digits, the first of them no zero', () => {
  assert.equal(type(asked(), '0').open.digits, '');
  assert.equal(type(asked(), '4', '7', '1').open.digits, '47');
  assert.equal(machine.erased(type(asked(), '4', '7')).open.digits, '4');
  assert.equal(machine.erased(asked()).open.digits, '');
  assert.equal(type(asked(), '4', '0').open.digits, '40');
});

test('approving takes the number, denying does not', () => {
  assert.equal(machine.canApprove(type(asked(), '4')), false);
  assert.equal(machine.sends(type(asked(), '4'), 'approve').open.step, 'ask');
  assert.equal(machine.sends(asked(), 'deny').open.step, 'busy');
  const approving = machine.sends(type(asked(), '4', '7'), 'approve');
  assert.equal(machine.numberOf(approving.open), '47');
  assert.equal(machine.numberOf(machine.sends(type(asked(), '4', '7'), 'deny').open), null);
  const silent = withCards(card('web-01', { wanted: 'no' }));
  assert.equal(machine.canApprove(silent), true);
  assert.equal(machine.numberOf(machine.sends(silent, 'approve').open), null);
});

test('trust only where the host accepts it, and only for this card', () => {
  assert.equal(machine.trusts(asked(), true).open.trust, false);
  const trusting = withCards(card('web-01', { trust: '600s' }), card('db-01', { trust: '600s' }));
  const open = machine.trusts(machine.opens(trusting, 'web-01'), true);
  assert.equal(open.open.trust, true);
  assert.equal(machine.opens(open, 'db-01').open.trust, false);
});

test('a report needs its second step', () => {
  assert.equal(machine.sends(asked(), 'report').open.step, 'ask');
  const second = machine.wantsReport(asked());
  assert.equal(machine.sends(second, 'approve').open.step, 'report');
  assert.equal(machine.sends(second, 'deny').open.step, 'report');
  assert.equal(machine.takesReportBack(second).open.step, 'ask');
  assert.equal(machine.sends(second, 'report').open.step, 'busy');
});

test('typed for one card counts for no other', () => {
  const both = machine.opens(machine.arrived(type(asked(), '4', '7'), [card('web-01'), card('db-01')]), 'db-01');
  assert.equal(both.open.digits, '');
  assert.equal(machine.opens(both, 'web-01').open.digits, '');
});

test('answered: the receipt, and the card is gone from the list', () => {
  const done = machine.sent(machine.sends(asked(), 'deny'), 'RECEIPT');
  assert.equal(done.open.step, 'done');
  assert.equal(done.open.receipt, 'RECEIPT');
  assert.deepEqual(hosts(done), []);
  assert.equal(machine.arrived(done, []).open.step, 'done');
  assert.equal(machine.closes(done).open, null);
});

test('after an answer the next one waits, if there is just one', () => {
  const two = machine.opens(withCards(card('a'), card('b')), 'a');
  assert.equal(machine.closes(machine.sent(machine.sends(two, 'deny'), '')).open.card.id, 'b');
  const three = machine.opens(withCards(card('a'), card('b'), card('c')), 'a');
  assert.equal(machine.closes(machine.sent(machine.sends(three, 'deny'), '')).open, null);
});

test('leaving a card answers nothing and keeps it', () => {
  const back = machine.closes(asked());
  assert.equal(back.open, null);
  assert.deepEqual(hosts(back), ['web-01']);
  assert.deepEqual(hosts(machine.closes(machine.wantsReport(asked()))), ['web-01']);
});

test('gone from the list: at once, and it stays in its place to say so', () => {
  const gone = machine.arrived(type(asked(), '4'), [card('db-01')]);
  assert.equal(gone.open.step, 'gone');
  assert.equal(gone.open.card.id, 'web-01');
  assert.equal(gone.open.why, null);
  assert.equal(machine.explained(gone, 'web-01', 'already_answered').open.why, 'already_answered');
  assert.equal(machine.sends(gone, 'deny').open.step, 'gone');
  assert.equal(machine.typed(gone, '7').open.digits, '4');
});

test('a late tap hears what happened; later ones go on', () => {
  const gone = machine.arrived(asked(), []);
  assert.equal(machine.isLate(gone), true);
  assert.equal(machine.tappedLate(gone).open.late, 1);
  assert.equal(machine.isLate(machine.ticked(gone, NOW + machine.LATE_TAP_MS)), false);
  assert.equal(machine.tappedLate(asked()).open.step, 'ask');
});

test('expired: by the clock, in the list and when open', () => {
  const two = machine.opens(withCards(card('a', { age: 60 }), card('b')), 'a');
  const later = machine.ticked(two, NOW + 30_000);
  assert.deepEqual(hosts(later), ['b']);
  assert.equal(later.open.why, 'challenge_expired');
  assert.equal(withCards(card('old', { age: 100 })).cards.length, 0);
  assert.equal(machine.secondsLeft(two, two.open.card), 30);
  assert.equal(machine.secondsOld(two, two.open.card), 60);
});

test('while the passkey is asked only the registry decides', () => {
  const busy = machine.sends(asked(), 'deny');
  assert.equal(machine.arrived(busy, []).open.step, 'busy');
  assert.equal(machine.ticked(busy, NOW + 100_000).open.step, 'busy');
  assert.equal(machine.closes(busy).open.step, 'busy');
  assert.equal(machine.opens(machine.arrived(busy, [card('web-01'), card('b')]), 'b').open.card.id, 'web-01');
  assert.equal(machine.sent(machine.arrived(busy, []), 'R').open.step, 'done');
});

test('the registry says that it was too late', () => {
  for (const why of ['already_answered', 'challenge_expired', 'challenge_withdrawn', 'challenge_replaced', 'not_found']) {
    const late = machine.failed(machine.sends(asked(), 'deny'), why);
    assert.equal(late.open.step, 'gone', why);
    assert.equal(late.open.why, why);
    assert.deepEqual(hosts(late), []);
  }
});

test('other failures leave the card as it was, to try again', () => {
  const again = machine.failed(machine.sends(type(asked(), '4', '7'), 'approve'), 'unreachable', 'x');
  assert.equal(again.open.step, 'ask');
  assert.equal(again.open.digits, '47');
  assert.deepEqual(again.open.error, { reason: 'unreachable', detail: 'x' });
  assert.equal(machine.typed(machine.erased(again), '8').open.error, null);
  const report = machine.failed(machine.sends(machine.wantsReport(asked()), 'report'), 'passkey');
  assert.equal(report.open.step, 'report');
});

test('a failure after the card has gone ends it', () => {
  const busy = machine.arrived(machine.sends(asked(), 'deny'), []);
  assert.equal(machine.failed(busy, 'passkey').open.step, 'gone');
  const slow = machine.ticked(machine.sends(asked(), 'deny'), NOW + 100_000);
  assert.equal(machine.failed(slow, 'passkey').open.step, 'gone');
});

test('what cannot be read is counted, not shown', () => {
  assert.equal(machine.cardOf('x', '<img src=x onerror=alert(1)>'), null);
  const state = machine.arrived(start, [null, card('web-01')]);
  assert.equal(state.unreadable, 1);
  assert.deepEqual(hosts(state), ['web-01']);
});

test('events for what is not open do nothing', () => {
  for (const event of [(s) => machine.typed(s, '1'), machine.erased, machine.wantsReport, machine.takesReportBack, (s) => machine.sends(s, 'deny'),
    (s) => machine.sent(s, ''), (s) => machine.failed(s, 'x'), machine.closes, machine.tappedLate, (s) => machine.opens(s, 'none')]) {
    assert.deepEqual(event(start), start);
  }
});
