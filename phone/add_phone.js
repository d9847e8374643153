// Adding another phone from this one (docs/PROTOCOL.md, 9.5): a signed change makes the code, the person compares the words,
// and this phone's passkey endorses the new key. What is endorsed is checked here against the code that was made here.
import * as api from './api.js';
import { hash32 } from './bytes.js';
import { addressOf, parseCode, showCode } from './code.js';
import { button, el, ending, heading, notice, paragraph, screen, show, svg } from './dom.js';
import { faultText } from './fault.js';
import { minutes, text } from './i18n.js';
import { signAs } from './passkey.js';
import { phraseNode } from './phrase_view.js';
import { qrCode } from './qr.js';
import { currentToken, signedChange } from './session.js';
import { namespaceOf, parseKey, splitArmor } from './sshsig.js';
import { parseStatement, printStatement, printTime, timeOf } from './statement.js';

const RETRY_MS = 3000;

function qrImage(address) {
  const cells = qrCode(address);
  const size = cells.length + 8;
  const path = cells.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : ''))).join('');
  return svg('svg', { class: 'qr', viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': text('add_image') },
    svg('rect', { width: size, height: size, class: 'qr-light' }), svg('path', { d: path, class: 'qr-dark' }));
}

// The fields of an enrolment, if it is one for this pairing: what an endorsement will name must be a passkey of this page.
async function checkedEnrolment(enrolment, { phone, account, token }) {
  const fields = parseStatement('enrolment', enrolment);
  const { key, namespace } = splitArmor(enrolment);
  const parsed = parseKey(fields.key);
  const fits = fields.registry === account.registry && fields.user === account.user && fields.pairing === await hash32(token)
    && fields.level === 'passkey' && parsed.application === phone['rp-id'] && namespace === namespaceOf('enrolment')
    && key.join() === parsed.blob.join();
  if (!fits) throw new Error('the enrolment is not of this pairing');
  return fields;
}

export class AddPhonePage {
  constructor({ phone, account, done }) {
    Object.assign(this, { phone, account, done, stopper: new AbortController(), pairing: null });
    this.offer();
  }

  stop() {
    this.stopper.abort();
    clearInterval(this.timer);
  }

  get stopped() {
    return this.stopper.signal.aborted;
  }

  show(kind, body, actions = [], back = () => this.cancel()) {
    clearInterval(this.timer);
    if (!this.stopped) show(screen({ kind, bar: text('add_title'), back, body, actions }));
  }

  leave() {
    this.stop();
    this.done();
  }

  // Going back gives the pairing up, so that a code somebody has read over a shoulder is worth nothing.
  cancel() {
    if (this.pairing) api.giveUp(currentToken(), this.pairing).catch(() => {});
    this.leave();
  }

  end(kind, sign, title, words) {
    this.show(`add-${kind}`, [ending(kind, sign, title, words)], [button(text('continue'), () => this.leave(), 'main')], () => this.leave());
  }

  offer(fault) {
    this.show('add-offer', [heading(text('add_title')), paragraph(text('add_text', this.account)), fault ? notice('bad', 'warn', null, faultText(fault)) : null],
      [button(text('add_go'), () => this.make(), 'main')]);
  }

  async make() {
    this.show('add-busy', [heading(text('add_title')), paragraph(text('busy'))]);
    try {
      const { token, pairing, expires } = await api.change(await signedChange(this.account, this.phone, 'pair approver'));
      Object.assign(this, { token, pairing, expires: timeOf(expires) });
    } catch (fault) {
      return this.offer(fault);
    }
    this.showCode();
    return this.follow('open');
  }

  showCode() {
    const code = parseCode(this.token);
    const left = el('p', { class: 'quiet' });
    const tick = () => { left.textContent = text('add_left', { time: minutes(Math.max(0, Math.ceil((this.expires - api.now()) / 1000))) }); };
    this.show('add-code', [heading(text('add_scan')), qrImage(addressOf(this.phone.origin, code)), el('p', { class: 'code' }, showCode(code)),
      paragraph(text('add_type', { address: this.phone.origin })), left]);
    tick();
    this.timer = setInterval(tick, 1000);
  }

  // Waits for the pairing to leave `state`, and shows what has become of it.
  async follow(state) {
    while (!this.stopped) {
      try {
        const found = await api.pairingOf(currentToken(), this.pairing, { wait: api.WAIT_SECONDS, state, signal: this.stopper.signal });
        if (found.state !== state) return this.arrived(found);
      } catch (fault) {
        if (this.stopped) return;
        if (fault.reason !== 'unreachable') return this.refused();
        await new Promise((resume) => { setTimeout(resume, RETRY_MS); });
      }
    }
  }

  async arrived({ state, person, enrolment }) {
    if (state === 'added') return this.end('good', 'done', text('add_done_title'), text('add_done_text', this.account));
    if (state === 'waiting') return this.end('note', 'clock', text('add_waiting_title'), text('add_waiting_text'));
    if (state !== 'enrolled') return this.refused();
    try {
      this.fields = await checkedEnrolment(enrolment, this);
    } catch {
      api.giveUp(currentToken(), this.pairing).catch(() => {});
      return this.end('bad', 'warn', text('add_refused_title'), text('add_strange_text'));
    }
    Object.assign(this, { person, message: splitArmor(enrolment).message });
    return this.compare();
  }

  refused() {
    this.end('bad', 'stop', text('add_refused_title'), text('add_refused_text'));
  }

  async compare(fault) {
    this.show('add-compare', [heading(text('add_compare_title')), fault ? notice('bad', 'warn', null, faultText(fault)) : null,
      await phraseNode(this.message), paragraph(text('add_compare_text')),
      this.person ? paragraph(text('add_compare_person', { user: this.account.user, person: this.person }), 'quiet') : null],
    [button(text('add_equal'), () => this.endorse(), 'main'), button(text('add_differ'), () => this.cancel(), 'second')]);
  }

  async endorse() {
    this.show('add-busy', [heading(text('add_title')), paragraph(text('busy'))]);
    const { user } = this.account;
    const { key, level } = this.fields;
    try {
      const approver = printStatement('approver', { user, person: this.person, key, level, added: printTime(api.now()) });
      await api.endorse(currentToken(), this.pairing, await signAs(this.account, 'approver', approver, this.phone));
    } catch (fault) {
      return this.compare(fault);
    }
    return this.arrived({ state: 'added' });
  }
}
