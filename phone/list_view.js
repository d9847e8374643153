// What is seen while no card is open: a door (no session yet), nothing waiting, or several logins to choose from.
import { newApprover, unpaired } from './approver_view.js';
import { button, el, heading, hostNodes, icon, iconButton, notice, paragraph, screen, show } from './dom.js';
import { faultText } from './fault.js';
import { minutes, text } from './i18n.js';
import { secondsLeft } from './state.js';

export const whoOf = ({ user, address }) => (address === 'console' ? text('card_console', { user }) : text('card_who', { user, address }));

export class ListView {
  constructor(page) {
    this.page = page;
    this.drawn = null;
  }

  // Everything that changes the picture but the seconds; those are put into the picture that is there.
  keyOf(state) {
    const { token, extra, direct } = this.page;
    return JSON.stringify([Boolean(token), direct, extra.busy, extra.fault?.detail, extra.ended, extra.fresh.map(({ fingerprint }) => fingerprint),
      state.unreadable > 0, state.online, state.cards.map(({ id }) => id)]);
  }

  update(state) {
    const key = this.keyOf(state);
    if (key !== this.drawn) {
      this.drawn = key;
      this.lefts = new Map();
      show(this.build(state));
    }
    for (const card of state.cards) {
      const left = this.lefts.get(card.id);
      if (left) left.textContent = text('card_left', { time: minutes(secondsLeft(state, card)) });
    }
  }

  build(state) {
    const { page } = this;
    if (page.extra.ended || (page.direct && state.unreadable)) return this.ended();
    if (page.direct) return screen({ kind: 'loading', body: [heading(text('app')), paragraph(text(state.online ? 'loading' : 'offline'))] });
    if (page.extra.fault?.reason === 'not_an_approver') return unpaired(page);
    if (!page.token) return this.locked();
    const parts = [this.offline(state), ...page.extra.fresh.map((approver) => newApprover(page, approver)),
      state.unreadable ? notice('bad', 'warn', null, text('unreadable')) : null];
    return state.cards.length ? this.several(state, parts) : this.idle(parts);
  }

  bar() {
    const { account, go } = this.page;
    return [el('span', { class: 'who' }, el('bdi', {}, account.user), el('span', { class: 'quiet' }, new URL(account.registry).host)),
      iconButton('settings', text('settings'), () => go.settings())];
  }

  offline(state) {
    return state.online ? null : el('p', { class: 'offline', role: 'status' }, text('offline'));
  }

  ended() {
    const { ended } = this.page.extra;
    const known = ['already_answered', 'challenge_expired', 'challenge_withdrawn', 'challenge_replaced', 'not_found'];
    const why = known.includes(ended) ? ended : 'unknown';
    const words = ended ? [heading(text(`gone_${why}_title`)), paragraph(text(`gone_${why}_text`))] : [heading(text('app')), notice('bad', 'warn', null, text('unreadable'))];
    return screen({ kind: 'ended', body: words, actions: [button(text('continue'), () => this.page.close(), 'main')] });
  }

  locked() {
    const { extra } = this.page;
    return screen({
      kind: 'locked', bar: this.bar(),
      body: [icon('phone'), heading(text('locked_title')), paragraph(text('locked_text')), extra.fault ? notice('bad', 'warn', null, faultText(extra.fault)) : null],
      actions: [button(text(extra.busy ? 'busy' : 'locked_go'), () => this.page.unlock(), 'main', { disabled: extra.busy })],
    });
  }

  idle(parts) {
    return screen({
      kind: 'idle', bar: this.bar(),
      body: [...parts, el('div', { class: 'empty' }, el('img', { src: '/icon.svg', alt: '', width: '72', height: '72' }), heading(text('idle_title')),
        paragraph(text('idle_text', this.page.account), 'quiet'))],
    });
  }

  several(state, parts) {
    const row = (card) => {
      const left = el('span', { class: 'quiet left' });
      this.lefts.set(card.id, left);
      return el('li', {}, el('button', { type: 'button', class: 'row', onclick: () => this.page.opens(card.id) },
        el('span', { class: 'row-text' }, el('strong', { class: 'host' }, hostNodes(card.fields.host)), el('bdi', {}, whoOf(card.fields)), left), icon('go')));
    };
    const count = state.cards.length;
    return screen({
      kind: 'list', bar: this.bar(),
      body: [...parts, heading(count === 1 ? text('waiting_one') : text('waiting_many', { count })), paragraph(text('list_text')),
        el('ol', { class: 'rows' }, state.cards.map(row))],
    });
  }
}
