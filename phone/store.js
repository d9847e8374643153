// What this browser remembers: which passkey approves for whom, a pairing under way, the session that lists cards, and the
// approvers that the person has seen. No key is in it: the passkey's private half never leaves the authenticator.
const NAME = 'countersign';
let memory = {};  // where the browser keeps nothing: for the life of the page

function read() {
  try {
    return JSON.parse(localStorage.getItem(NAME) ?? '{}') ?? {};
  } catch {
    return memory;
  }
}

export const recall = (key) => read()[key] ?? null;

export function remember(key, value) {
  const all = { ...read(), [key]: value };
  if (value === null) delete all[key];
  memory = all;
  try {
    localStorage.setItem(NAME, JSON.stringify(all));
  } catch {
    // memory has it
  }
}

export function forgetAll() {
  memory = {};
  try {
    localStorage.removeItem(NAME);
  } catch {
    // nothing was kept
  }
}
