// The cards of a phone as a pure state machine: events go in, the next state comes out, the page draws it. No clock, no
// network, no page. What it holds to:
//
//   - cards stay in the order in which they were asked, oldest first; a new one only ever joins the end;
//   - what is open stays open and in its place, whatever else arrives; when its login ends elsewhere it says so, and
//     only the person leaves it;
//   - nothing that was typed for one card counts for another.
import { parseStatement, timeOf, trustOffered } from './statement.js';

// So long after a card has ended, a tap that was meant for its buttons only hears what happened.
export const LATE_TAP_MS = 1500;

export const START = { now: 0, cards: [], open: null, unreadable: 0, online: true };

// A card out of a challenge's text, or null for a text that no host would have written.
export function cardOf(id, text) {
  try {
    const fields = parseStatement('challenge', text);
    return { id, text, fields, issued: timeOf(fields.issued), expires: timeOf(fields.expires) };
  } catch {
    return null;
  }
}

const opened = (card) => ({ card, step: 'ask', digits: '', trust: false, error: null });
const isLive = (state, card) => card.expires > state.now;

// Ends what is open, unless its own answer is on its way: then the registry's reply tells more.
function ended(state, why) {
  const { open } = state;
  if (!open || !['ask', 'report'].includes(open.step)) return state;
  return { ...state, open: { ...open, step: 'gone', why, since: state.now, late: 0 } };
}

function withoutExpired(state) {
  const cards = state.cards.filter((card) => isLive(state, card));
  const next = cards.length === state.cards.length ? state : { ...state, cards };
  return next.open && !isLive(next, next.open.card) ? ended(next, 'challenge_expired') : next;
}

// The list as the registry has it now. `cards` are cardOf() of each, null for unreadable ones.
export function arrived(state, cards) {
  const fresh = cards.filter((card) => card && isLive(state, card));
  const known = state.cards.filter((card) => fresh.some((each) => each.id === card.id));
  const added = fresh.filter((card) => !state.cards.some((each) => each.id === card.id));
  const next = { ...state, cards: [...known, ...added], unreadable: cards.filter((card) => !card).length };
  if (next.open && !next.cards.some((card) => card.id === next.open.card.id)) return ended(next, null);
  // A lone first card opens by itself; nothing ever moves under a finger that is already choosing.
  return !next.open && state.cards.length === 0 && next.cards.length === 1 ? opens(next, next.cards[0].id) : next;
}

export function opens(state, id) {
  const card = state.cards.find((each) => each.id === id);
  return card && state.open?.step !== 'busy' ? { ...state, open: opened(card) } : state;
}

// Back to the list; a single card that waits there is next.
export function closes(state) {
  if (!state.open || state.open.step === 'busy') return state;
  const wasDone = ['done', 'gone'].includes(state.open.step);
  const cards = wasDone ? state.cards.filter((card) => card.id !== state.open.card.id) : state.cards;
  const next = { ...state, open: null, cards };
  return wasDone && cards.length === 1 ? opens(next, cards[0].id) : next;
}

export const ticked = (state, now) => withoutExpired({ ...state, now });

export const connected = (state, online) => (state.online === online ? state : { ...state, online });

const asking = (state, change) => (state.open?.step === 'ask' ? { ...state, open: { ...state.open, error: null, ...change } } : state);

export const typed = (state, digit) => {
  const digits = state.open?.digits ?? '';
  const allowed = digits.length < 2 && !(digits === '' && digit === '0');
  return allowed ? asking(state, { digits: digits + digit }) : state;
};

export const erased = (state) => asking(state, { digits: (state.open?.digits ?? '').slice(0, -1) });

// Whether the approval shall count for a while; only where the host accepts that.
export const trusts = (state, trust) =>
  (state.open && trustOffered(state.open.card.fields) > 0 ? asking(state, { trust }) : state);

export const wantsReport = (state) => asking(state, { step: 'report' });

export const takesReportBack = (state) =>
  state.open?.step === 'report' ? { ...state, open: { ...state.open, step: 'ask' } } : state;

export function canApprove(state) {
  const { open } = state;
  return open?.step === 'ask' && (open.card.fields['number-wanted'] === 'no' || open.digits.length === 2);
}

// The passkey is asked; from here on the card is not changed by others.
export function sends(state, decision) {
  const { open } = state;
  const from = decision === 'report' ? 'report' : 'ask';
  if (open?.step !== from || (decision === 'approve' && !canApprove(state))) return state;
  return { ...state, open: { ...open, step: 'busy', decision, error: null } };
}

// The number that goes into the answer.
export const numberOf = (open) =>
  open.decision === 'approve' && open.card.fields['number-wanted'] === 'yes' ? open.digits : null;

export function sent(state, receipt) {
  if (state.open?.step !== 'busy') return state;
  const cards = state.cards.filter((card) => card.id !== state.open.card.id);
  return { ...state, cards, open: { ...state.open, step: 'done', receipt } };
}

// The passkey or the registry did not take it. Reasons that end a challenge end the card; all others may be tried again.
const FINAL = ['already_answered', 'challenge_expired', 'challenge_withdrawn', 'challenge_replaced', 'not_found'];

export function failed(state, reason, detail) {
  const { open } = state;
  if (open?.step !== 'busy') return state;
  const back = { ...state, open: { ...open, step: open.decision === 'report' ? 'report' : 'ask', error: { reason, detail } } };
  if (FINAL.includes(reason)) return ended(without(back, open.card.id), reason);
  // Meanwhile the card may have gone from the list.
  return back.cards.some((card) => card.id === open.card.id) ? withoutExpired(back) : ended(back, null);
}

const without = (state, id) => ({ ...state, cards: state.cards.filter((card) => card.id !== id) });

// What the registry says of a card that is no more; also for a card that never was in a list.
export function explained(state, id, why) {
  const { open } = state;
  if (open?.card.id !== id) return without(state, id);
  if (open.step === 'gone') return { ...state, open: { ...open, why: open.why ?? why } };
  return ended(without(state, id), why);
}

// A tap on a button of a card that is gone.
export const tappedLate = (state) =>
  state.open?.step === 'gone' ? { ...state, open: { ...state.open, late: state.open.late + 1 } } : state;

export const isLate = (state) => state.open?.step === 'gone' && state.now - state.open.since < LATE_TAP_MS;

export const secondsLeft = (state, card) => Math.max(0, Math.ceil((card.expires - state.now) / 1000));
export const secondsOld = (state, card) => Math.max(0, Math.floor((state.now - card.issued) / 1000));
