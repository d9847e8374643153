// The session that lists cards and approvers: signed once a day, good for nothing else.
import * as api from './api.js';
import { toBase64url } from './bytes.js';
import { signAs } from './passkey.js';
import * as push from './push.js';
import { printStatement, printTime, timeOf } from './statement.js';
import * as store from './store.js';

const LIFE_MS = 24 * 3600 * 1000;

export function currentToken() {
  const session = store.recall('session');
  return session && timeOf(session.expires) > api.now() ? session.token : null;
}

export const forgetToken = () => store.remember('session', null);

export const freshNonce = () => toBase64url(crypto.getRandomValues(new Uint8Array(32)));

export async function openSession(account, phone) {
  const now = api.now();
  const fields = { registry: account.registry, user: account.user, key: account.key, nonce: freshNonce(), issued: printTime(now),
    expires: printTime(now + LIFE_MS) };
  const session = await api.openSession(await signAs(account, 'session', printStatement('session', fields), phone));
  store.remember('session', session);
  push.renew(session.token, phone.vapid).catch(() => {});
  return session.token;
}

// A change, signed as it will be carried out.
export async function signedChange(account, phone, line) {
  const now = api.now();
  const fields = { registry: account.registry, user: account.user, nonce: freshNonce(), issued: printTime(now),
    expires: printTime(now + 5 * 60_000), change: [line] };
  return signAs(account, 'change', printStatement('change', fields), phone);
}
