// What a browser does with Web Push, by npm's http_ece and node's own crypto: JSON on stdin, JSON on stdout.
//
//   node push_browser.mjs NODE_MODULES keys | read | vapid
import crypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(`${process.argv[2]}/`);
const ece = require('http_ece');
const given = JSON.parse(readFileSync(0, 'utf8') || '{}');

function keys() {
  const pair = crypto.createECDH('prime256v1');
  pair.generateKeys();
  return { private: pair.getPrivateKey('base64url'), p256dh: pair.getPublicKey('base64url'), auth: crypto.randomBytes(16).toString('base64url') };
}

function read() {
  const pair = crypto.createECDH('prime256v1');
  pair.setPrivateKey(given.private, 'base64url');
  const text = ece.decrypt(Buffer.from(given.body, 'hex'), { version: 'aes128gcm', privateKey: pair, authSecret: given.auth });
  return { text: text.toString('utf8') };
}

function vapid() {
  const [, token, key] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(given.authorization);
  const point = Buffer.from(key, 'base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') };
  const [head, claims, signature] = token.split('.');
  const holds = crypto.verify('sha256', Buffer.from(`${head}.${claims}`), { key: crypto.createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'));
  if (!holds) throw new Error('the signature does not hold');
  return { key, header: JSON.parse(Buffer.from(head, 'base64url')), ...JSON.parse(Buffer.from(claims, 'base64url')) };
}

process.stdout.write(JSON.stringify({ keys, read, vapid }[process.argv[3]]()));
