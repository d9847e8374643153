// The registry as the page sees it (docs/PROTOCOL.md, 9.2 to 9.5). Nothing else of the page calls fetch.
import { parseFields, splitBundle } from './statement.js';

const SHORT_MS = 20_000;
export const WAIT_SECONDS = 25;
const LONG_MS = (WAIT_SECONDS + 10) * 1000;

// Why something did not happen: the registry's reason code; or unreachable, passkey, no_passkey_here.
export class Refusal extends Error {
  constructor(reason, detail = reason) {
    super(detail);
    this.reason = reason;
    this.detail = detail;
  }
}

// The registry's clock decides what has expired; a phone's may be wrong.
let ahead = 0;
export const now = () => Date.now() + ahead;

function learnClock(response) {
  const theirs = Date.parse(response.headers.get('Date') ?? '');
  if (Number.isNaN(theirs)) return;
  const difference = theirs - Date.now();
  ahead = Math.abs(difference) > 2000 ? difference : 0;
}

async function refusalOf(response) {
  const [, reason, detail] = /^([a-z0-9_]+)(?:: (.*))?\n?$/.exec((await response.text()).slice(0, 1000)) ?? [];
  return new Refusal(reason ?? 'internal', detail ?? `HTTP ${response.status}`);
}

async function call(method, path, { token, body, etag, signal, long } = {}) {
  const headers = { 'Countersign-Accept': '1' };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (etag) headers['If-None-Match'] = etag;
  if (body !== undefined) headers['Content-Type'] = 'text/plain; charset=utf-8';
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), long ? LONG_MS : SHORT_MS);
  const give = () => stop.abort();
  signal?.addEventListener('abort', give);
  try {
    const response = await fetch(path, { method, headers, body, signal: stop.signal, cache: 'no-store', credentials: 'omit', redirect: 'error' });
    learnClock(response);
    if (!response.ok && response.status !== 304) throw await refusalOf(response);
    // As it stands: a byte order mark or a broken character must not vanish on the way.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer());
    return { status: response.status, etag: response.headers.get('ETag'), text };
  } catch (fault) {
    if (fault instanceof Refusal) throw fault;
    throw new Refusal('unreachable', fault.message);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', give);
  }
}

const valuesOf = (text) => Object.fromEntries(parseFields(text));
const waiting = (wait, state) => (wait ? `?wait=${wait}&state=${state}` : '');

// For everybody
export const phoneSettings = async () => valuesOf((await call('GET', '/v1/phone')).text);
export const words = async (language) => (await call('GET', `/phrase/${language}.txt`)).text;

// One challenge. null: still posted after the wait.
export async function card(id, { wait, signal } = {}) {
  const { status, text } = await call('GET', `/v1/challenges/${id}/card${wait ? `?wait=${wait}` : ''}`, { signal, long: wait });
  return status === 204 ? null : text;
}

export async function challengeApprovers(id) {
  const fields = parseFields((await call('GET', `/v1/challenges/${id}/approvers`)).text);
  return fields.filter(([name]) => name === 'approver').map(([, value]) => {
    const [level, ...key] = value.split(' ');
    return { level, key: key.join(' ') };
  });
}

export const answer = (id, statement) => call('POST', `/v1/challenges/${id}/answer`, { body: statement });

// The user's cards
export const openSession = async (statement) => valuesOf((await call('POST', '/v1/sessions', { body: statement })).text);

// null: nothing has changed since `etag`.
export async function cards(token, { etag, wait, signal }) {
  const reply = await call('GET', `/v1/cards${wait ? `?wait=${wait}` : ''}`, { token, etag, signal, long: wait });
  return reply.status === 304 ? null : { etag: reply.etag, texts: splitBundle(reply.text) };
}

// The user's approvers, this phone first.
export async function approvers(token) {
  const fields = parseFields((await call('GET', '/v1/approvers', { token })).text);
  return fields.filter(([name]) => name === 'approver').map(([, value]) => {
    const [fingerprint, level, added, ...label] = value.split(' ');
    return { fingerprint, level, added, label: label.join(' ') };
  });
}

export const change = async (statement) => valuesOf((await call('POST', '/v1/changes', { body: statement })).text);

// Push
export const subscribe = (token, { endpoint, keys }) =>
  call('PUT', '/v1/push', { token, body: `endpoint: ${endpoint}\np256dh: ${keys.p256dh}\nauth: ${keys.auth}\n` });
export const unsubscribe = (token) => call('DELETE', '/v1/push', { token });

// Pairing, on the new phone
export const pairing = async (token, { wait, state, signal } = {}) =>
  valuesOf((await call('GET', `/v1/pairing${waiting(wait, state)}`, { token, signal, long: wait })).text);
export const enrol = async (token, statement) => valuesOf((await call('POST', '/v1/pairing', { token, body: statement })).text);

// Pairing, on the phone that asked for it: fields, and once enrolled the enrolment below an empty line.
export async function pairingOf(token, id, { wait, state, signal } = {}) {
  const { text } = await call('GET', `/v1/pairings/${id}${waiting(wait, state)}`, { token, signal, long: wait });
  const at = text.indexOf('\n\n');
  return at < 0 ? { ...valuesOf(text) } : { ...valuesOf(text.slice(0, at + 1)), enrolment: text.slice(at + 2) };
}
export const endorse = (token, id, statement) => call('POST', `/v1/pairings/${id}/endorsement`, { token, body: statement });
export const giveUp = (token, id) => call('DELETE', `/v1/pairings/${id}`, { token });
