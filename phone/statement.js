// The statements that a phone reads and writes (docs/PROTOCOL.md, 3 and 4), by one table: the same strictness for all, and
// what was read prints to the same bytes. A challenge that does not pass is never shown.
import { fromBase64, fromBase64url, utf8, WireReader } from './bytes.js';
import { KEY_TYPE, parseKey, splitArmor } from './sshsig.js';

const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffd]|[\ud800-\udbff](?![\udc00-\udfff])/;
const MOST_BYTES = 65_536, LONGEST_LINE = 16_384;

const matches = (pattern) => (value) => pattern.test(value);
const oneOf = (...values) => (value) => values.includes(value);
const user = (value) => /^[A-Za-z0-9._@+\\$][A-Za-z0-9._@+\\$-]{0,127}$/.test(value);
const hostName = (value) => value.length <= 253 && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(value);
const group = matches(/^[a-z0-9][a-z0-9_.-]{0,63}$/);
const service = matches(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/);
const print = matches(/^SHA256:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/);
const seconds = matches(/^(0|[1-9][0-9]{0,8})s$/);

function hash32(value) {
  try {
    return fromBase64url(value).length === 32;
  } catch {
    return false;
  }
}

const KEY_TYPES = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'ssh-rsa',
  'sk-ssh-ed25519@openssh.com', KEY_TYPE];

// A passkey is read to its end; of other types, which a phone only passes on, the type inside must be the one outside.
function key(value) {
  const [type, base64, ...more] = value.split(' ');
  if (!KEY_TYPES.includes(type) || !base64 || more.length > 0) return false;
  try {
    return type === KEY_TYPE ? Boolean(parseKey(value)) : new WireReader(fromBase64(base64)).text() === type;
  } catch {
    return false;
  }
}

// Milliseconds since 1970, or NaN for what is no time of 2.3.
export function timeOf(value) {
  if (!/^(19[7-9]\d|[2-9]\d{3})-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) return NaN;
  const time = Date.parse(value);
  return printTime(time) === value ? time : NaN;
}
export const printTime = (ms) => (Number.isFinite(ms) ? new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z') : '');
const time = (value) => Number.isFinite(timeOf(value));

const ipv4 = (value) => /^\d{1,3}(\.\d{1,3}){3}$/.test(value) && value.split('.').every((part) => String(Number(part)) === part && part < 256);

// The URL parser writes IPv6 as RFC 5952 does; an address that comes out changed was not written so.
function ipv6(value) {
  if (!/^[0-9a-f:]+$/.test(value) || !value.includes(':') || /^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(value)) return false;
  try {
    return new URL(`http://[${value}]/`).hostname === `[${value}]`;
  } catch {
    return false;
  }
}

function address(value) {
  const [, plain, zone] = /^([^%]*)(?:%(.*))?$/s.exec(value);
  if (zone !== undefined) return ipv6(plain) && /^[A-Za-z0-9._:@-]{1,32}$/.test(zone);
  return value === 'console' || ipv4(value) || ipv6(value);
}

const port = (value) => /^[1-9]\d{0,4}$/.test(value) && Number(value) < 65_536;

function connection(value) {
  const parts = value.split(' ');
  const ends = (at) => parts[at] !== 'console' && address(parts[at]) && port(parts[at + 1]);
  return value === 'none' || (parts.length === 4 && ends(0) && ends(2));
}

function origin(value) {
  const [, scheme, name, number] = /^(https?):\/\/(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(value) ?? [];
  if (!scheme || (number !== undefined && !port(number))) return false;
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(name);
  if (scheme === 'http') return local && number !== '80' && number !== undefined;
  return number !== '443' && (name.startsWith('[') ? ipv6(name.slice(1, -1)) : hostName(name) && !name.includes('..'));
}

const QUESTION = [['nonce', hash32], ['registry', origin], ['host', hostName], ['service', service], ['user', user],
  ['address', address], ['connection', connection], ['login-key', (value) => value === 'none' || print(value)], ['issued', time],
  ['expires', time], ['number-wanted', oneOf('yes', 'no')], ['max-trust', seconds]];

const ANSWER = [...QUESTION, ['decision', oneOf('approve', 'deny', 'report')], ['number', matches(/^([1-9]\d|none)$/)],
  ['via', oneOf('registry', 'prompt')]];

const KINDS = {
  challenge: QUESTION,
  answer: ANSWER,
  trust: [...ANSWER, ['until', time], ['hosts', (value) => (value.startsWith('@') ? group(value.slice(1)) : hostName(value))]],
  enrolment: [['registry', origin], ['user', user], ['pairing', hash32], ['key', key],
    ['level', oneOf('passkey', 'hardware', 'ssh-key')], ['issued', time]],
  approver: [['user', user], ['person', user, 'optional'], ['key', key], ['level', oneOf('passkey', 'hardware', 'ssh-key')],
    ['added', time]],
  session: [['registry', origin], ['user', user], ['key', key], ['nonce', hash32], ['issued', time], ['expires', time]],
  change: [['registry', origin], ['user', user], ['nonce', hash32], ['issued', time], ['expires', time],
    ['change', (value) => utf8(value).length <= 1024, 'repeated']],
};
const MOST_LINES = 64;

const LONGEST_LIFE = { challenge: 120, answer: 120, trust: 120, session: 24 * 3600, change: 600 };

function faultOfWhole(kind, values) {
  if (values.expires !== undefined) {
    const life = (timeOf(values.expires) - timeOf(values.issued)) / 1000;
    if (life <= 0 || life > LONGEST_LIFE[kind]) return 'expires: not a time that fits issued';
  }
  if (kind === 'trust') {
    const life = (timeOf(values.until) - timeOf(values.issued)) / 1000;
    if (values.decision !== 'approve') return 'decision: a trust approves';
    if (life <= 0 || life > parseInt(values['max-trust'], 10)) return 'until: not within max-trust';
    if (values.hosts !== values.host && !values.hosts.startsWith('@')) return 'hosts: neither the host nor a group';
  }
  if (kind === 'answer' || kind === 'trust') {
    const asked = values['number-wanted'] === 'yes' && values.decision === 'approve' && values.via === 'registry';
    if (asked !== (values.number !== 'none')) return 'number: does not fit the decision';
  }
  if (values.level === 'passkey' && !values.key.startsWith(`${KEY_TYPE} `)) return 'level: does not fit the key';
  if (values.level === 'hardware' && !values.key.startsWith('sk-')) return 'level: does not fit the key';
  return null;
}

const isText = (value) => value !== '' && !HIDDEN.test(value) && !value.startsWith(' ') && !value.endsWith(' ');

// The text of a statement without armor. `values` has a value for each field, a list for the one that may repeat; a wrong
// one throws.
export function printStatement(kind, values) {
  let text = `countersign ${kind} v1\n`;
  for (const [name, isValid, how] of KINDS[kind]) {
    const list = how === 'repeated' ? values[name] ?? [] : [values[name]];
    if (how === 'optional' && values[name] === undefined) continue;
    if (list.length === 0 || list.length > MOST_LINES) throw new Error(`${kind}: ${name}: not a valid number of them`);
    for (const value of list) {
      if (typeof value !== 'string' || !isText(value) || !isValid(value)) throw new Error(`${kind}: ${name}: not a valid value`);
      text += `${name}: ${value}\n`;
    }
  }
  const fault = faultOfWhole(kind, values);
  if (fault) throw new Error(`${kind}: ${fault}`);
  return text;
}

function parseMessage(kind, text) {
  const lines = text.split('\n').slice(1, -1);
  const values = Object.create(null);
  for (const line of lines) {
    const at = Math.max(line.indexOf(': '), 0);
    const name = line.slice(0, at), value = line.slice(at + 2);
    const isList = KINDS[kind].some(([each, , how]) => each === name && how === 'repeated');
    if (isList) (values[name] ??= []).push(value);
    else values[name] ??= value;
  }
  // Printed from the table and compared: order, repetition, unknown names and every stray byte show here.
  if (printStatement(kind, values) !== text) throw new Error(`${kind}: not as it should be written`);
  return values;
}

// The fields of a statement by name. Kinds that are signed come with their armor; whether it holds is another question.
export function parseStatement(kind, text) {
  if (utf8(text).length > MOST_BYTES || text.split('\n').some((line) => utf8(line).length > LONGEST_LINE)) {
    throw new Error(`${kind}: too large`);
  }
  return parseMessage(kind, kind === 'challenge' ? text : splitArmor(text).message);
}

// The challenges of a bundle as texts, in their order.
export const splitBundle = (text) => text.split(/^(?=countersign )/m).filter((part) => part !== '');

// What is signed to answer a challenge: its own lines again, and the decision.
export function printAnswer(challenge, decision, number) {
  const values = parseStatement('challenge', challenge);
  return printStatement('answer', { ...values, decision, number: number ?? 'none', via: 'registry' });
}

// How long a login like this one may be trusted, in seconds: what the host accepts, and no longer than a day's work.
export const trustOffered = (fields) => Math.min(parseInt(fields['max-trust'], 10), 8 * 3600);

// An approval that also holds for later logins with equal user, service, login key and address, on this host.
export function printTrust(challenge, number, seconds) {
  const values = parseStatement('challenge', challenge);
  const until = printTime(timeOf(values.issued) + seconds * 1000);
  return printStatement('trust', { ...values, decision: 'approve', number: number ?? 'none', via: 'registry', until, hosts: values.host });
}

// Lines `name: value` of the registry's smaller replies. Names may repeat: a list of pairs.
export function parseFields(text) {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('the reply does not end with a line');
  return lines.map((line) => {
    const [, name, value] = /^([a-z0-9-]+): (.+)$/.exec(line) ?? [];
    if (!name || !isText(value)) throw new Error('the reply has a line that is no field');
    return [name, value];
  });
}
