// One card: who logs in where, and what can be done about it. Built once for a card; while it is open only its own parts
// change, so that nothing moves under a finger. The facts stay in sight whatever the step.
import { button, el, facts, hostNodes, icon, notice, paragraph, screen, show, speak } from './dom.js';
import { faultText } from './fault.js';
import { minutes, span, text } from './i18n.js';
import { whoOf } from './list_view.js';
import { canApprove, isLate, secondsLeft, secondsOld } from './state.js';
import * as machine from './state.js';
import { trustOffered } from './statement.js';

const KNOWN_ENDS = ['already_answered', 'challenge_expired', 'challenge_withdrawn', 'challenge_replaced', 'not_found'];

export class CardView {
  constructor(page, card) {
    Object.assign(this, { page, card, step: null });
    const { fields } = card;
    this.waiting = el('span', {});
    this.age = el('span', {});
    this.left = el('span', {});
    this.bar = el('progress', { max: String(Math.round((card.expires - card.issued) / 1000)), value: '0', 'aria-hidden': 'true' });
    this.panel = el('div', { class: 'panel' });
    this.footer = el('footer', { class: 'actions' });
    const node = screen({
      kind: 'card', bar: this.waiting, back: () => page.close(),
      body: [el('div', { class: 'asked' },
        el('h1', { class: fields.host.length > 18 ? 'host long' : 'host', tabindex: '-1' }, hostNodes(fields.host)),
        el('p', { class: 'who' }, el('bdi', {}, whoOf(fields))),
        facts([[text('card_service'), fields.service], [text('card_key'), fields['login-key'] === 'none' ? text('card_no_key') : fields['login-key'], 'key']]),
        el('p', { class: 'time' }, this.age, this.left), this.bar),
      this.panel],
    });
    node.append(this.footer);
    this.node = show(node);
  }

  update(state) {
    const { open } = state;
    const late = open.step === 'gone' && isLate(state);
    const step = `${open.step} ${open.why ?? ''} ${late} ${open.error?.reason ?? ''}`;
    const count = state.cards.length;
    this.waiting.replaceChildren(count > 1 ? button(`${text('waiting_many', { count })} · ${text('show_all')}`, () => this.page.close(), 'link')
      : el('span', {}, text(state.online ? 'waiting_one' : 'offline')));
    if (open.step === 'gone' || open.step === 'done') this.waiting.replaceChildren(text('app'));
    this.age.textContent = text('card_asked', { time: minutes(secondsOld(state, this.card)) });
    this.left.textContent = text('card_left', { time: minutes(secondsLeft(state, this.card)) });
    this.bar.value = secondsLeft(state, this.card);
    if (step !== this.step) this.build(state, step, late);
    if (this.boxes) this.showDigits(open.digits);
    if (this.approve) this.approve.setAttribute('aria-disabled', String(!canApprove(state)));
  }

  build(state, step, late) {
    const { open } = state;
    const first = this.step === null;
    const moved = this.step?.split(' ')[0] !== open.step;
    this.step = step;
    this.node.dataset.step = open.step;
    this.boxes = this.approve = null;
    const parts = { ask: () => this.ask(open), report: () => this.report(open), busy: () => this.busy(open), done: () => this.done(open),
      gone: () => this.gone(open, late) }[open.step]();
    this.panel.replaceChildren(...parts.panel.filter(Boolean));
    this.footer.replaceChildren(...parts.actions);
    const title = this.panel.querySelector('h2');
    if (!first && moved && title) title.focus({ preventScroll: true });
    if (open.error) speak(faultText(open.error));
  }

  warnings(open) {
    return [this.page.account ? null : notice('warn', 'warn', null, text('direct_warning')),
      open.error ? notice('bad', 'warn', null, faultText(open.error)) : null];
  }

  ask(open) {
    const wanted = this.card.fields['number-wanted'] === 'yes';
    return {
      panel: [...this.warnings(open), this.trust(open), ...(wanted ? this.numberEntry() : [notice('warn', 'warn', null, text('no_number'))])],
      actions: this.choices((decision) => this.page.answer(decision), () => this.page.apply(machine.wantsReport)),
    };
  }

  trust(open) {
    const offered = trustOffered(this.card.fields);
    if (offered === 0) return null;
    const box = el('input', { type: 'checkbox', onchange: () => this.page.apply(machine.trusts, box.checked) });
    box.checked = open.trust;
    return el('label', { class: 'trust' }, box, el('span', {}, text('trust', { time: span(offered) })));
  }

  choices(answer, report) {
    this.approve = button(text('approve'), () => answer('approve'), 'main');
    return [el('div', { class: 'three' }, button(text('report'), report, 'danger'), button(text('deny'), () => answer('deny'), 'second'), this.approve)];
  }

  numberEntry() {
    const digit = (value) => button(value, () => this.page.apply(machine.typed, value), 'key', { 'aria-label': text('digit', { digit: value }) });
    this.boxes = [0, 1].map(() => el('span', { class: 'box' }));
    this.spoken = el('span', { class: 'unseen', role: 'status' });
    const erase = el('button', { type: 'button', class: 'button key', 'aria-label': text('erase'), onclick: () => this.page.apply(machine.erased) }, icon('erase'));
    return [el('div', { class: 'number' }, el('h2', { tabindex: '-1', id: 'number' }, text('number_label')), this.spoken,
      el('div', { class: 'boxes', 'aria-hidden': 'true' }, this.boxes)),
    el('div', { class: 'keys', role: 'group', 'aria-labelledby': 'number' }, [...'12345'].map(digit), erase, [...'67890'].map(digit))];
  }

  showDigits(digits) {
    this.boxes.forEach((box, at) => {
      box.textContent = digits[at] ?? '';
      box.classList.toggle('next', at === digits.length);
    });
    this.spoken.textContent = digits ? text('number_spoken', { digits: [...digits].join(' ') }) : text('number_empty');
  }

  report(open) {
    return {
      panel: [el('h2', { tabindex: '-1' }, text('report_title')), paragraph(text('report_text')), ...this.warnings(open)],
      actions: [button(text('report_go'), () => this.page.answer('report'), 'main bad'), button(text('back'), () => this.page.apply(machine.takesReportBack), 'second')],
    };
  }

  busy() {
    return { panel: [el('div', { class: 'outcome', role: 'status' }, icon('phone'), el('h2', { tabindex: '-1' }, text('busy')))], actions: [button(text('busy'), () => {}, 'main', { disabled: true })] };
  }

  done({ decision, receipt, trust }) {
    const sign = { approve: 'done', deny: 'stop', report: 'flag' }[decision];
    const message = receipt.split('-----BEGIN')[0];
    const link = URL.createObjectURL(new Blob([receipt], { type: 'text/plain' }));
    return {
      panel: [el('div', { class: `outcome ${decision}`, role: 'status' }, icon(sign), el('h2', { tabindex: '-1' }, text(`done_${decision}_title`)),
        paragraph(text(`done_${decision}_text`, this.card.fields)),
        decision === 'approve' && trust ? paragraph(text('done_trust', { time: span(trustOffered(this.card.fields)) }), 'quiet') : null),
      el('details', { class: 'receipt' }, el('summary', {}, text('receipt_title')), el('pre', { tabindex: '0' }, message),
        el('a', { class: 'button second', href: link, download: `countersign-${this.card.id.slice(0, 12)}.txt` }, text('receipt_save')))],
      actions: [button(text('continue'), () => this.page.close(), 'main')],
    };
  }

  gone({ why }, late) {
    const known = KNOWN_ENDS.includes(why) ? why : 'unknown';
    const tapped = () => this.page.tappedLate();
    const actions = late ? this.choices(tapped, tapped) : [button(text('continue'), () => this.page.close(), 'main')];
    if (late) [...actions[0].children].forEach((each) => each.setAttribute('aria-disabled', 'true'));
    this.approve = null;
    return {
      panel: [el('div', { class: 'outcome gone', role: 'status' }, icon('clock'), el('h2', { tabindex: '-1' }, text(`gone_${known}_title`)),
        paragraph(text(`gone_${known}_text`)), paragraph(text('nothing_sent'), 'quiet'))],
      actions,
    };
  }
}
