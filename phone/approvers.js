// Which approvers of the user this person has seen: others may have been added without her.
import * as api from './api.js';
import * as store from './store.js';

export function saw(approvers) {
  store.remember('seen', approvers.map(({ fingerprint }) => fingerprint));
}

// Those that were added since this phone last looked. The first look, right after pairing, finds nothing new.
export async function unseenApprovers(token) {
  const approvers = await api.approvers(token);
  const seen = store.recall('seen');
  if (seen === null) saw(approvers);
  return seen === null ? [] : approvers.filter(({ fingerprint }) => !seen.includes(fingerprint));
}
