// Builds what is seen. Text becomes text and never markup: there is no innerHTML here, and the page's policy forbids it.
import { text } from './i18n.js';

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export const button = (label, onclick, kind = '', more = {}) =>
  el('button', { type: 'button', class: `button ${kind}`.trim(), onclick, ...more }, label);

// Strokes on a grid of 24, drawn in the colour of the text beside them.
const ICONS = {
  back: 'M15 5 L8 12 L15 19',
  settings: 'M4 7 H12 M18 7 H20 M4 17 H6 M12 17 H20 M15 4 V10 M9 14 V20',
  erase: 'M9 6 H21 V18 H9 L3 12 Z M12 9.5 L17 14.5 M17 9.5 L12 14.5',
  done: 'M4 12.5 L10 18.5 L20 6.5',
  stop: 'M6 6 L18 18 M18 6 L6 18',
  flag: 'M6 21 V4 H18 L15 8 L18 12 H6',
  clock: 'M12 7 V12 L15.5 14 M12 3 A9 9 0 1 1 11.99 3',
  bell: 'M6 17 V11 A6 6 0 0 1 18 11 V17 L20 19 H4 Z M10 21.5 H14',
  phone: 'M8 3 H16 V21 H8 Z M11 18 H13',
  warn: 'M12 4 L21.5 20 H2.5 Z M12 10 V14.5 M12 17 V17.4',
  go: 'M9 5 L16 12 L9 19',
};
export const icon = (name) =>
  svg('svg', { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' }, svg('path', { d: ICONS[name] }));

export const iconButton = (name, label, onclick) =>
  el('button', { type: 'button', class: 'plain-button', 'aria-label': label, title: label, onclick }, icon(name));

// One screen: a bar, what is to be read, and what can be done within reach of the thumb.
export function screen({ kind, back, bar, body, actions = [] }) {
  return el('div', { class: `screen ${kind}`, 'data-screen': kind },
    el('header', { class: 'bar' }, back ? iconButton('back', text('back'), back) : mark(), el('div', { class: 'bar-text' }, bar ?? text('app'))),
    el('main', { class: 'body' }, body),
    actions.length ? el('footer', { class: 'actions' }, actions) : null);
}

const mark = () => el('img', { src: '/icon.svg', alt: '', class: 'mark', width: '28', height: '28' });

// A host's name, which may break behind each of its dots.
export const hostNodes = (host) => host.split('.').flatMap((part, at) => (at === 0 ? [part] : ['.', el('wbr'), part]));

export const heading = (label) => el('h1', { tabindex: '-1' }, label);
export const paragraph = (label, kind) => el('p', { class: kind }, label);

// A notice with a sign: kinds are note, warn, bad and good.
export const notice = (kind, sign, title, words) =>
  el('div', { class: `notice ${kind}` }, icon(sign), el('div', {}, title ? el('strong', {}, title) : null, words ? el('p', {}, words) : null));

// How something ended, as all that a screen says.
export const ending = (kind, sign, title, words) =>
  el('div', { class: 'sign' }, el('div', { class: `notice ${kind}` }, icon(sign), el('div', {}, heading(title), paragraph(words))));

// Names and their values, as a list that a screen reader reads as one.
export const facts = (pairs) => el('dl', { class: 'facts' }, pairs.map(([name, value, kind]) =>
  el('div', {}, el('dt', {}, name), el('dd', { class: kind }, el('bdi', {}, value)))));

export function speak(words) {
  document.getElementById('spoken').textContent = words;
}

// Puts a screen in the place of the one before, at its top, and tells a screen reader where it is. The same screen drawn
// anew stays where it is.
export function show(node) {
  const app = document.getElementById('app');
  const same = app.firstElementChild?.dataset.screen === node.dataset.screen;
  app.replaceChildren(node);
  if (!same) {
    scrollTo(0, 0);
    node.querySelector('h1')?.focus({ preventScroll: true });
  }
  return node;
}
