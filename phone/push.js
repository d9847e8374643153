// Notifications: the service worker, and the subscription that the registry may wake it with. Only ever a bell.
import * as api from './api.js';
import { fromBase64url } from './bytes.js';

const supported = 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;

// The one script that this page starts by name; the policy of the page allows no other.
const script = globalThis.trustedTypes
  ? trustedTypes.createPolicy('worker', { createScriptURL: () => '/sw.js' }).createScriptURL('')
  : '/sw.js';

let registered = null;

async function worker() {
  registered ??= navigator.serviceWorker.register(script);
  await registered;
  return navigator.serviceWorker.ready;
}

// on, off, denied (by the person, in the browser's settings) or unsupported
export async function notifyState() {
  if (!supported) return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  const subscription = await (await worker()).pushManager.getSubscription();
  return subscription && Notification.permission === 'granted' ? 'on' : 'off';
}

export async function switchOn(token, vapid) {
  if (await Notification.requestPermission() !== 'granted') return;
  const { pushManager } = await worker();
  const old = await pushManager.getSubscription();
  if (old && !isFor(old, vapid)) await old.unsubscribe();
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: fromBase64url(vapid) });
  try {
    await api.subscribe(token, subscription.toJSON());
  } catch (fault) {
    await subscription.unsubscribe();  // a switch that says "on" while nobody would ring is worse than one that says "off"
    throw fault;
  }
}

function isFor(subscription, vapid) {
  const key = subscription.options?.applicationServerKey;
  return key && fromBase64url(vapid).join() === new Uint8Array(key).join();
}

export async function switchOff(token) {
  const subscription = await (await worker()).pushManager.getSubscription();
  await subscription?.unsubscribe();
  if (token) await api.unsubscribe(token);
}

// Browsers renew subscriptions at will: with each new session the registry is told the one that counts.
export async function renew(token, vapid) {
  if (!supported || Notification.permission !== 'granted') return;
  const subscription = await (await worker()).pushManager.getSubscription();
  if (subscription && isFor(subscription, vapid)) await api.subscribe(token, subscription.toJSON());
}

// The notification of a login that waits no longer.
export async function closeNotification(id) {
  const registration = supported ? await navigator.serviceWorker.getRegistration() : null;
  for (const notification of (await registration?.getNotifications({ tag: id })) ?? []) notification.close();
}

// `open(id)` is called when a notification of a login is clicked while this page is there.
export function onNotification(open) {
  if (supported) navigator.serviceWorker.addEventListener('message', ({ data }) => open(String(data.open)));
}
