// Pairing on the new phone (docs/PROTOCOL.md, 9.4): for whom, the passkey, its first signature over the enrolment, the words
// to compare, and how it ended. A pairing under way is remembered, so that a page which is closed can go on.
import * as api from './api.js';
import { hash32 } from './bytes.js';
import { button, el, ending, facts, heading, notice, paragraph, screen, show, speak } from './dom.js';
import { faultText } from './fault.js';
import { text } from './i18n.js';
import { createPasskey, signAs } from './passkey.js';
import { phraseNode } from './phrase_view.js';
import { splitArmor } from './sshsig.js';
import { printStatement, printTime } from './statement.js';
import * as store from './store.js';

const RETRY_MS = 3000;
const PAUSE = new Set(['unreachable', 'internal', 'quota_exceeded', 'registry_unreachable']);

export class PairingPage {
  constructor({ phone, go, token, pending }) {
    Object.assign(this, { phone, go, token, stopper: new AbortController() });
    if (pending) this.goOn(pending);
    else this.begin();
  }

  stop() {
    this.stopper.abort();
  }

  get stopped() {
    return this.stopper.signal.aborted;
  }

  show(kind, body, actions = [], back) {
    if (!this.stopped) show(screen({ kind, body, actions, back }));
  }

  end(kind) {
    const fresh = () => this.go.welcome();
    this.show(`pair-${kind}`, [heading(text(`pair_${kind}_title`)), paragraph(text(`pair_${kind}_text`))], [button(text('pair_other_code'), fresh, 'main')]);
  }

  refuse(fault, again) {
    const ends = { not_authorized: 'unknown', pairing_ended: 'expired', already_answered: 'used' };
    if (fault.reason in ends) this.end(ends[fault.reason]);
    else this.show('pair-fault', [heading(text('welcome_title')), notice('bad', 'warn', null, faultText(fault))], [button(text('again'), again, 'main')],
      () => this.leave());
  }

  leave() {
    if (store.recall('account')) this.go.cards();
    else this.go.welcome();
  }

  async begin() {
    this.show('pair-loading', [heading(text('welcome_title')), paragraph(text('loading'))]);
    try {
      this.pairing = await api.pairing(this.token);
    } catch (fault) {
      return this.refuse(fault, () => this.begin());
    }
    // This phone would remember an enrolment of its own: the code was used by another.
    if (this.pairing.state !== 'open') return this.end(['refused', 'expired'].includes(this.pairing.state) ? this.pairing.state : 'used');
    return this.confirm();
  }

  confirm(fault) {
    const { user, registry, levels } = this.pairing;
    const known = store.recall('account');
    const body = [heading(text('pair_title')),
      facts([[text('pair_user'), user, 'large'], [text('pair_registry'), new URL(registry).host, 'large']]),
      paragraph(text('pair_text', { user })),
      known ? notice('warn', 'warn', null, text('pair_replaces', { user: known.user })) : null,
      fault ? notice('bad', 'warn', null, faultText(fault)) : null];
    if (!levels.split(' ').includes('passkey')) return this.show('pair-level', [...body.slice(0, 2), notice('bad', 'warn', null, text('pair_level'))], [], () => this.leave());
    return this.show('pair-confirm', body, [button(text('pair_go'), () => this.create(), 'main')], () => this.leave());
  }

  busy() {
    this.show('pair-busy', [heading(text('pair_title')), notice('note', 'phone', null, text('pair_busy'))]);
  }

  async create() {
    this.busy();
    const { user } = this.pairing;
    try {
      const made = await createPasskey({ user, registry: this.phone.registry, rpId: this.phone['rp-id'] });
      this.account = { user, registry: this.phone.registry, ...made };
    } catch (fault) {
      return this.confirm(fault);
    }
    return this.sign();
  }

  // The second ceremony. A browser that wants a tap for each of them gets one; after that tap a failure is one.
  async sign(tapped = false) {
    this.busy();
    const { user, registry, key } = this.account;
    const fields = { registry, user, pairing: await hash32(this.token), key, level: 'passkey', issued: printTime(api.now()) };
    try {
      const enrolment = await signAs(this.account, 'enrolment', printStatement('enrolment', fields), this.phone);
      const { state } = await api.enrol(this.token, enrolment);
      const pending = { token: this.token, account: this.account, message: splitArmor(enrolment).message, state };
      store.remember('pending', pending);
      return this.goOn(pending);
    } catch (fault) {
      const again = () => this.sign(true);
      if (fault.reason !== 'passkey') return this.refuse(fault, again);
      return this.show('pair-sign', [heading(text('pair_sign_title')), paragraph(text('pair_sign_text')),
        tapped ? notice('bad', 'warn', null, faultText(fault)) : null], [button(text('pair_sign_go'), again, 'main')]);
    }
  }

  // Enrolled: shows the words until somebody has said whether they are equal, and then how it ended.
  async goOn({ account, message, state }) {
    this.account = account;
    for (let now = state; !this.stopped;) {
      if (!await this.showState(now, message)) return;
      now = await this.nextState(now);
      if (now !== null && !this.stopped) store.remember('pending', { token: this.token, account, message, state: now });
    }
  }

  // The state after this one; null when the pairing is no more.
  async nextState(state) {
    while (!this.stopped) {
      try {
        const found = await api.pairing(this.token, { wait: api.WAIT_SECONDS, state, signal: this.stopper.signal });
        if (found.state !== state) return found.state;
      } catch (fault) {
        if (this.stopped) return null;
        if (!PAUSE.has(fault.reason)) return fault.reason === 'not_authorized' ? 'forgotten' : null;
        await new Promise((resume) => { setTimeout(resume, RETRY_MS); });
      }
    }
    return null;
  }

  // Draws the state; whether there will be another one.
  async showState(state, message) {
    if (state === 'enrolled') {
      this.show('pair-phrase', [heading(text('pair_phrase_title')), await phraseNode(message), paragraph(text('pair_phrase_text')),
        el('p', { class: 'quiet waiting' }, text('pair_phrase_wait'))]);
      return true;
    }
    if (state === 'waiting') {
      this.show('pair-waiting', [heading(text('pair_waiting_title')), notice('note', 'clock', null, text('pair_waiting_text'))]);
      return true;
    }
    store.remember('pending', null);
    if (state === 'added') this.added();
    else if (state === 'forgotten') this.forgotten();
    else this.end(state === 'refused' ? 'refused' : 'expired');
    return false;
  }

  // It ended long ago, and the registry does not say how. Whether this phone may approve shows when it asks for its list.
  forgotten() {
    store.remember('account', this.account);
    this.go.cards();
  }

  added() {
    for (const key of ['session', 'seen']) store.remember(key, null);
    store.remember('account', this.account);
    speak(text('pair_added_title'));
    this.show('pair-added', [ending('good', 'done', text('pair_added_title'), text('pair_added_text', this.account))],
      [button(text('continue'), () => this.go.cards(), 'main')]);
  }
}
