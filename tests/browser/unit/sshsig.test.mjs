import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import './webcrypto.mjs';
import { concat, fromBase64, fromBase64url, sha256, toBase64, toBase64url, uint32, utf8, wireString, WireReader } from '../../../phone/bytes.js';
import { armor, fingerprint, integersFromDer, isSignedBy, keyBlob, keyText, namespaceOf, packAssertion, parseKey, pointFromSpki, signedData,
  splitArmor } from '../../../phone/sshsig.js';
import { textOf, vectors } from './vectors.mjs';

const ORIGIN = 'https://phone.example.com', RP_ID = 'phone.example.com';

function derOf(r, s) {
  const integer = (value) => concat([0x02, value.length], value);
  const both = concat(integer(r), integer(s));
  return concat([0x30, both.length], both);
}

// A packed signature taken apart into what a browser would have given.
function unpack(signature) {
  const outer = new WireReader(signature);
  assert.equal(outer.text(), 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com');
  const numbers = new WireReader(outer.string());
  const r = numbers.string(), s = numbers.string();
  const flagsAndCounter = outer.take(5);
  const origin = outer.text(), clientDataJSON = outer.string(), extensions = outer.string();
  return { r, s, flagsAndCounter, origin, clientDataJSON, extensions };
}

async function responseOf(signature) {
  const parts = unpack(signature);
  return { authenticatorData: concat(await sha256(utf8(RP_ID)), parts.flagsAndCounter, parts.extensions),
    clientDataJSON: parts.clientDataJSON, signature: derOf(parts.r, parts.s) };
}

for (const kind of ['answer', 'enrolment', 'session', 'change']) {
  test(`good_${kind}: what the browser gave packs to the same bytes`, async () => {
    const text = textOf(vectors('statement').find((vector) => vector.name === `good_${kind}.vector`).body);
    const { message, key, namespace, signature } = splitArmor(text);
    assert.equal(namespace, namespaceOf(kind));
    const response = await responseOf(signature);
    const signed = await signedData(message, namespace);
    assert.equal(message + armor(key, namespace, packAssertion(response, signed, ORIGIN)), text);
    assert.equal(await isSignedBy(parseKey(keyText(key)).point, response), true);
    response.authenticatorData[0] ^= 1;
    assert.equal(await isSignedBy(parseKey(keyText(key)).point, response), false);
  });
}

// Each fault that a browser's answer can show, by the vectors of the strict verifier. Faults of the packing itself do not
// arise here: origin fields are copied, integers checked.
const FAULTS = ['challenge', 'challenge_padded', 'create', 'cross_origin', 'top_origin', 'leading_blank', 'reordered',
  'not_present', 'not_verified', 'attested', 'extensions_hidden', 'extensions_missing', 'origin_http', 'origin_port', 'origin_sibling',
  'not_closed'];
for (const name of FAULTS) {
  test(`webauthn_${name}: is not sent`, async () => {
    const { head, body } = vectors('sshsig').find((vector) => vector.name === `webauthn_${name}.vector`);
    assert.notEqual(head.expect, 'ok');
    const blob = fromBase64(textOf(body).split('\n').slice(1, -2).join(''));
    const reader = new WireReader(blob);
    reader.take(10);
    reader.string();
    const namespace = reader.text();
    reader.string();
    reader.string();
    const response = await responseOf(reader.string());
    const signed = await signedData(head.message, namespace);
    assert.throws(() => packAssertion(response, signed, ORIGIN));
  });
}

test('Android may escape the origin', async () => {
  const { head, body } = vectors('sshsig').find((vector) => vector.name === 'webauthn_android.vector');
  const { signature } = splitArmor(`\n${textOf(body)}`);
  const packed = packAssertion(await responseOf(signature), await signedData(head.message, head.namespace), ORIGIN);
  assert.equal(unpack(packed).origin, 'https:\\/\\/phone.example.com');
});

test('DER integers are minimal and positive', () => {
  const good = derOf([0x01], [0x00, 0x80]);
  assert.deepEqual(integersFromDer(good), { r: Uint8Array.of(1), s: Uint8Array.of(0, 0x80) });
  const long = new Uint8Array(34).fill(1);
  for (const bad of [derOf([0x00, 0x01], [0x01]), derOf([0x80], [0x01]), derOf([0x00], [0x01]), derOf(long, [0x01]), good.slice(0, -1),
    concat(good, [0]), concat([0x31], good.slice(1)), derOf([], [0x01]), new Uint8Array(0)]) {
    assert.throws(() => integersFromDer(bad), toBase64(bad));
  }
});

test('base64 is canonical in both alphabets', () => {
  assert.deepEqual(fromBase64url('-_8'), Uint8Array.of(0xfb, 0xff));
  for (const bad of ['-_9', '-_8=', '+/8', 'A']) assert.throws(() => fromBase64url(bad), bad);
  for (const bad of ['AAB=', 'AAA', ' AAAA']) assert.throws(() => fromBase64(bad), bad);
});

test('keys of other types and shapes are refused', () => {
  const blob = keyBlob(concat([4], new Uint8Array(64)), RP_ID);
  assert.equal(parseKey(keyText(blob)).application, RP_ID);
  const wrong = [concat(blob, [0]), keyBlob(concat([2], new Uint8Array(64)), RP_ID), keyBlob(new Uint8Array(33), RP_ID),
    concat(wireString('ssh-ed25519'), wireString(new Uint8Array(32)))];
  for (const bytes of wrong) assert.throws(() => parseKey(keyText(bytes)));
  assert.throws(() => parseKey(`${keyText(blob)} phone`));
  assert.throws(() => pointFromSpki(new Uint8Array(91)));
});

// The whole way with a software authenticator, judged by stock OpenSSH.
async function authenticator() {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
  const point = pointFromSpki(await crypto.subtle.exportKey('spki', pair.publicKey));
  const assertion = async (signed, { origin = ORIGIN, flags = 5 } = {}) => {
    const clientDataJSON = utf8(`{"type":"webauthn.get","challenge":"${toBase64url(signed)}","origin":"${origin}","crossOrigin":false}`);
    const authenticatorData = concat(await sha256(utf8(RP_ID)), [flags], uint32(7));
    const data = concat(authenticatorData, await sha256(clientDataJSON));
    const raw = new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, data));
    const minimal = (value) => {
      const bytes = value.slice(value.findIndex((byte) => byte !== 0));
      return bytes[0] & 0x80 ? concat([0], bytes) : bytes;
    };
    return { authenticatorData, clientDataJSON, signature: derOf(minimal(raw.slice(0, 32)), minimal(raw.slice(32))) };
  };
  return { blob: keyBlob(point, RP_ID), point, assertion };
}

test('stock ssh-keygen accepts what is packed here', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sshsig-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { blob, point, assertion } = await authenticator();
  const namespace = namespaceOf('answer');
  for (let round = 0; round < 8; round += 1) { // r and s with and without a leading zero
    const message = `countersign answer v1\nround: ${round}\n`;
    const signed = await signedData(message, namespace);
    const response = await assertion(signed);
    assert.equal(await isSignedBy(point, response), true);
    writeFileSync(join(folder, 'sig'), armor(blob, namespace, packAssertion(response, signed, ORIGIN)));
    writeFileSync(join(folder, 'allowed'), `alice ${keyText(blob)}\n`);
    const verify = (input) => spawnSync('ssh-keygen', ['-Y', 'verify', '-f', 'allowed', '-I', 'alice', '-n', namespace, '-s', 'sig'],
      { cwd: folder, input, encoding: 'utf8' });
    const good = verify(message);
    assert.equal(good.status, 0, good.stderr);
    assert.match(good.stdout, new RegExp(`^Good .*${(await fingerprint(blob)).replace(/[+]/g, '\\+')}`));
    assert.notEqual(verify(`${message}x`).status, 0);
  }
});

test('an assertion without user verification is not sent', async () => {
  const { assertion } = await authenticator();
  const signed = await signedData('x', 'y');
  for (const flags of [0, 1, 4]) await assert.rejects(async () => packAssertion(await assertion(signed, { flags }), signed, ORIGIN), /verify/);
});
