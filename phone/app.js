// Where everything starts: what the address asks for, what this browser remembers, and the screen that follows from both.
import * as api from './api.js';
import { parseCode, tokenOf } from './code.js';
import { button, el, heading, notice, paragraph, screen, show } from './dom.js';
import { language, text } from './i18n.js';
import { isSupported } from './passkey.js';
import { onNotification } from './push.js';
import * as store from './store.js';
import { CardsPage } from './cards.js';
import { PairingPage } from './pairing.js';
import { SettingsPage } from './settings.js';
import { welcome } from './welcome.js';

let page = null;  // what is shown, where it has to be stopped
let phone = null;  // the registry's settings for phones

const ID = /^[A-Za-z0-9_-]{43}$/;

// What the fragment says. A pairing code leaves address bar and history before anything else happens.
function takeFragment() {
  const [, name, value] = /^#(pair|c|settings)=?(.*)$/s.exec(location.hash) ?? [];
  if (name === 'pair') {
    history.replaceState(null, '', '/');
    const code = parseCode(decodeURIComponent(value));
    return code ? { pair: code } : { badCode: true };
  }
  if (name === 'c' && ID.test(value)) return { card: value };
  if (name === 'settings') history.replaceState(null, '', '/');
  return name === 'settings' ? { settings: true } : {};
}

function problem(title, words, more, again) {
  show(screen({ kind: 'problem', body: [heading(title), paragraph(words), more], actions: again ? [button(text('again'), again, 'main')] : [] }));
}

const go = {
  welcome: (fault) => change(() => welcome({ go, fault })),
  pair: (code) => change(() => new PairingPage({ phone, go, token: tokenOf(code) })),
  pairAgain: (pending) => change(() => new PairingPage({ phone, go, token: pending.token, pending })),
  cards: (id) => change(() => new CardsPage({ phone, go, account: store.recall('account'), direct: id })),
  settings: () => change(() => new SettingsPage({ phone, go, account: store.recall('account') })),
};

function change(make) {
  page?.stop?.();
  page = make();
}

function route() {
  const wanted = takeFragment();
  const account = store.recall('account'), pending = store.recall('pending');
  if (wanted.pair) go.pair(wanted.pair);
  else if (wanted.badCode) go.welcome('welcome_bad');
  else if (wanted.card) go.cards(wanted.card);
  else if (pending) go.pairAgain(pending);
  else if (!account) go.welcome();
  else if (wanted.settings) go.settings();
  else go.cards();
}

// A notification was clicked while this page is open.
function opened(what) {
  const account = store.recall('account');
  if (what === 'settings' && account) go.settings();
  else if (ID.test(what) && !page?.opens?.(what)) go.cards(what);
}

async function start() {
  if (!isSupported()) return problem(text('no_passkeys_title'), text('no_passkeys_text'));
  try {
    phone = await api.phoneSettings();
  } catch (fault) {
    return problem(text('no_registry_title'), text('no_registry_text'), notice('note', 'warn', null, fault.detail), start);
  }
  if (phone.origin !== location.origin) {
    return problem(text('wrong_origin_title'), text('wrong_origin_text'), el('p', {}, el('a', { href: phone.origin, class: 'address' }, phone.origin)));
  }
  return route();
}

document.documentElement.lang = language;
addEventListener('hashchange', () => {
  if (phone && location.hash) route();
});
onNotification(opened);
show(screen({ kind: 'loading', body: [heading(text('app')), paragraph(text('loading'))] }));
start();
