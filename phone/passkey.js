// The two ceremonies of WebAuthn: making a passkey, and having it sign a statement.
import { Refusal } from './api.js';
import { fromBase64url, toBase64url } from './bytes.js';
import { armor, isSignedBy, keyBlob, keyText, namespaceOf, packAssertion, parseKey, pointFromSpki, signedData } from './sshsig.js';

const TIMEOUT_MS = 120_000;
const ES256 = -7;

export const isSupported = () => isSecureContext && 'PublicKeyCredential' in globalThis && 'credentials' in navigator;

// Cancelled, timed out, not recognized: browsers do not say which.
async function ask(ceremony) {
  try {
    return await ceremony();
  } catch (fault) {
    throw new Refusal('passkey', fault.message);
  }
}

// A new passkey for the user; its id, and its public key as ssh-keygen writes it.
export async function createPasskey({ user, registry, rpId }) {
  const publicKey = {
    rp: { id: rpId, name: 'Countersign' },
    user: { id: crypto.getRandomValues(new Uint8Array(16)), name: user, displayName: `${user} (${new URL(registry).hostname})` },
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    pubKeyCredParams: [{ type: 'public-key', alg: ES256 }],
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    attestation: 'none',
    timeout: TIMEOUT_MS,
  };
  const credential = await ask(() => navigator.credentials.create({ publicKey }));
  const { response } = credential;
  if (response.getPublicKeyAlgorithm() !== ES256) throw new Refusal('passkey', 'the passkey is of another algorithm');
  const point = pointFromSpki(response.getPublicKey());
  return { credential: toBase64url(new Uint8Array(credential.rawId)), key: keyText(keyBlob(point, rpId)) };
}

async function assertion(signed, rpId, credentials) {
  const publicKey = {
    challenge: signed,
    rpId,
    allowCredentials: credentials.map((id) => ({ type: 'public-key', id: fromBase64url(id) })),
    userVerification: 'required',
    timeout: TIMEOUT_MS,
  };
  return (await ask(() => navigator.credentials.get({ publicKey }))).response;
}

function packed(kind, message, response, signed, { origin }, key) {
  try {
    return message + armor(key.blob, namespaceOf(kind), packAssertion(response, signed, origin));
  } catch (fault) {
    throw new Refusal('passkey', fault.message);
  }
}

// The statement signed by the passkey of this account.
export async function signAs(account, kind, message, phone) {
  const signed = await signedData(message, namespaceOf(kind));
  const response = await assertion(signed, phone['rp-id'], [account.credential]);
  return packed(kind, message, response, signed, phone, parseKey(account.key));
}

// The statement signed by any passkey that this device has for the page; `keys` are those that may sign.
export async function signAsAnyOf(keys, kind, message, phone) {
  const signed = await signedData(message, namespaceOf(kind));
  const response = await assertion(signed, phone['rp-id'], []);
  for (const text of keys) {
    const key = parseKey(text);
    if (key.application === phone['rp-id'] && await isSignedBy(key.point, response)) return packed(kind, message, response, signed, phone, key);
  }
  throw new Refusal('no_passkey_here');
}
