// The service worker: shows what a push says, and opens the right card on a click. It signs nothing and asks nobody; a
// push that cannot be read still shows, because browsers take the subscription away from a worker that keeps silent.
// It stands alone, in one file: not every browser lets a worker import.
'use strict';

const TEXTS = {
  en: {
    title: 'Login to {host}?',
    body: '{user} from {address}. Only if you started it yourself.',
    late: 'This login waits no longer.',
    'approver-added': 'A new approver for {user}',
    'approver-removed': 'An approver of {user} was removed',
    notice: '{label}. If this was not you, tell your administrator.',
    other: 'Open to see what is new.',
  },
  ko: {
    title: '{host}에 로그인할까요?',
    body: '{user}, {address}에서. 직접 시작한 경우에만 승인하세요.',
    late: '더 이상 대기하지 않는 로그인입니다.',
    'approver-added': '{user} 사용자의 새 승인 수단',
    'approver-removed': '{user} 사용자의 승인 수단이 제거되었습니다',
    notice: '{label}. 본인이 한 것이 아니면 관리자에게 알리세요.',
    other: '열어서 새 소식을 확인하세요.',
  },
};
const LANGUAGE = navigator.languages.map((tag) => tag.toLowerCase().split('-')[0]).find((tag) => tag in TEXTS) ?? 'en';
const NAME = /^[\x21-\x7e]{1,253}$/;
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function say(key, values = {}) {
  return TEXTS[LANGUAGE][key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function fieldsOf(text) {
  const lines = text.split('\n').filter((line) => line.includes(': '));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]));
}

// A challenge's id is the hash of its bytes, so a card is opened by what was shown and nothing else.
async function idOf(text) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return btoa(String.fromCharCode(...hash)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

async function notificationOf(text) {
  const fields = fieldsOf(text);
  const named = [fields.host, fields.user, fields.address].every((value) => NAME.test(value ?? ''));
  if (text.startsWith('countersign challenge v1\n') && named) {
    const id = await idOf(text);
    const late = Date.parse(fields.expires) < Date.now();
    return { title: say('title', fields), body: say(late ? 'late' : 'body', fields), tag: id, data: { open: id }, requireInteraction: !late };
  }
  if (['approver-added', 'approver-removed'].includes(fields.notice) && NAME.test(fields.user ?? '')) {
    const label = (fields.label ?? fields.key ?? '').replace(HIDDEN, '\ufffd').slice(0, 100);
    return { title: say(fields.notice, fields), body: say('notice', { label }), tag: `notice ${fields.key}`, data: { open: 'settings' } };
  }
  return { title: 'Countersign', body: say('other'), tag: 'other', data: { open: '' } };
}

async function show(text) {
  const { title, ...options } = await notificationOf(text);
  await self.registration.showNotification(title, { ...options, lang: LANGUAGE, icon: '/icon-192.png', badge: '/badge.png' });
}

// A page that is there comes to the front and is told; otherwise a new one starts at the card.
async function open(what) {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find((each) => each.visibilityState === 'visible') ?? pages[0];
  if (!page) return self.clients.openWindow(what === '' ? '/' : what === 'settings' ? '/#settings' : `/#c=${what}`);
  await page.focus().catch(() => page);
  return page.postMessage({ open: what });
}

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('push', (event) => event.waitUntil(show(event.data?.text() ?? '')));
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.open ?? ''));
});
