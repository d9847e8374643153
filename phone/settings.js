// Who may approve, notifications, and adding or removing a phone. Every change is signed as it will be carried out.
import { AddPhonePage } from './add_phone.js';
import * as api from './api.js';
import { saw } from './approvers.js';
import { labelOf, sinceOf, unpaired } from './approver_view.js';
import { button, el, heading, notice, paragraph, screen, show } from './dom.js';
import { faultText } from './fault.js';
import { text } from './i18n.js';
import * as push from './push.js';
import { currentToken, forgetToken, openSession, signedChange } from './session.js';
import * as store from './store.js';

export class SettingsPage {
  constructor({ phone, go, account }) {
    Object.assign(this, { phone, go, account, stopped: false, fault: null, approvers: null, notify: null, child: null });
    this.load();
  }

  stop() {
    this.stopped = true;
    this.child?.stop();
  }

  show(kind, body, actions = [], back = () => this.go.cards()) {
    if (!this.stopped) show(screen({ kind, bar: text('settings'), back, body, actions }));
  }

  async load() {
    const token = currentToken();
    if (!token) return this.locked();
    if (!this.approvers) this.show('settings-loading', [heading(text('settings')), paragraph(text('loading'))]);
    try {
      this.approvers = await api.approvers(token);
      this.notify = await push.notifyState();
    } catch (fault) {
      if (fault.reason === 'not_authorized') {
        forgetToken();
        return this.locked();
      }
      return this.show('settings-fault', [heading(text('settings')), notice('bad', 'warn', null, faultText(fault))], [button(text('again'), () => this.load(), 'main')]);
    }
    saw(this.approvers);
    return this.draw();
  }

  locked(fault) {
    if (fault?.reason === 'not_an_approver') return this.stopped || show(unpaired(this));
    const unlock = async () => {
      try {
        await openSession(this.account, this.phone);
        this.load();
      } catch (refused) {
        this.locked(refused);
      }
    };
    return this.show('settings-locked', [heading(text('settings')), paragraph(text('locked_text')), fault ? notice('bad', 'warn', null, faultText(fault)) : null],
      [button(text('locked_go'), unlock, 'main')]);
  }

  draw() {
    const { account } = this;
    this.show('settings', [
      heading(text('phones_title', account)),
      el('ul', { class: 'rows' }, this.approvers.map((approver, at) => this.row(approver, at === 0))),
      el('h2', {}, text('notify_title')), this.fault ? notice('bad', 'warn', null, this.fault) : null, this.notifications(),
    ], [button(text('phones_add'), () => this.add(), 'main')]);
  }

  row(approver, isThis) {
    const label = labelOf(approver);
    return el('li', { class: 'row' }, el('div', { class: 'row-text' },
      el('strong', {}, el('bdi', {}, label), isThis ? el('span', { class: 'tag' }, text('phones_this')) : null),
      el('span', { class: 'quiet' }, `${text(`level_${approver.level}`)} · ${text('phones_added', { date: sinceOf(approver) })}`)),
    button(text('remove'), () => this.askRemove(approver, isThis), 'second small', { 'aria-label': text('remove_label', { label }) }),
    el('span', { class: 'quiet key' }, approver.fingerprint));
  }

  notifications() {
    if (['denied', 'unsupported'].includes(this.notify)) return paragraph(text(`notify_${this.notify}`), 'quiet');
    const on = this.notify === 'on';
    const toggle = el('button', { type: 'button', class: 'row switch', role: 'switch', 'aria-checked': String(on), onclick: () => this.switchNotify(!on) },
      el('span', { class: 'row-text' }, el('span', {}, text('notify_text'))), el('span', { class: 'knob', 'aria-hidden': 'true' }),
      el('span', { class: 'unseen' }, text(on ? 'notify_on' : 'notify_off')));
    return toggle;
  }

  async switchNotify(on) {
    this.fault = null;
    try {
      if (on) await push.switchOn(currentToken(), this.phone.vapid);
      else await push.switchOff(currentToken());
    } catch (fault) {
      this.fault = text('notify_failed', { detail: fault.message });
    }
    this.notify = await push.notifyState();
    this.draw();
  }

  add() {
    this.child = new AddPhonePage({ phone: this.phone, account: this.account, done: () => {
      this.child = null;
      this.fault = null;
      this.load();
    } });
  }

  // In an account that several people share the registry counts each one's approvers by themselves: only it knows the last.
  askRemove(approver, isThis, fault, known = false) {
    const last = known || this.approvers.length === 1;
    const { user } = this.account;
    const words = isThis ? text('remove_self_text', { user }) : text('remove_text', { user });
    this.show('remove', [heading(text('remove_title', { label: labelOf(approver) })), paragraph(words),
      last ? notice('bad', 'warn', null, text('remove_last_text', { user })) : null,
      el('p', { class: 'quiet key' }, approver.fingerprint), fault ? notice('bad', 'warn', null, faultText(fault)) : null],
    [button(text(last ? 'remove_last_go' : 'remove'), () => this.remove(approver, isThis, last), 'main bad'), button(text('cancel'), () => this.draw(), 'second')],
    () => this.draw());
  }

  async remove(approver, isThis, last) {
    this.show('remove-busy', [heading(text('remove_title', { label: labelOf(approver) })), paragraph(text('busy'))]);
    try {
      const line = `remove ${last ? 'last ' : ''}approver ${approver.fingerprint}`;
      await api.change(await signedChange(this.account, this.phone, line));
    } catch (fault) {
      return this.askRemove(approver, isThis, fault, last || fault.reason === 'registry_refused');
    }
    if (!isThis) return this.load();
    await push.switchOff(null).catch(() => {});
    PublicKeyCredential.signalUnknownCredential?.({ rpId: this.phone['rp-id'], credentialId: this.account.credential }).catch(() => {});
    store.forgetAll();
    return this.show('removed', [heading(text('removed_title')), paragraph(text('removed_text'))], [button(text('continue'), () => this.go.welcome(), 'main')],
      () => this.go.welcome());
  }
}
