// Pieces about approvers that more than one screen shows.
import * as api from './api.js';
import { saw } from './approvers.js';
import { button, el, heading, icon, paragraph, screen } from './dom.js';
import { date, text } from './i18n.js';
import { timeOf } from './statement.js';
import * as store from './store.js';

export const labelOf = ({ label }) => label || text('phones_unnamed');

export const sinceOf = ({ added }) => date(timeOf(added));

// Somebody was added since the person last looked.
export function newApprover(page, approver) {
  const known = async () => {
    saw(await api.approvers(page.token));
    page.extra.fresh = [];
    page.draw();
  };
  return el('div', { class: 'notice warn', role: 'alert' }, icon('warn'),
    el('div', {}, el('strong', {}, text('new_title', page.account)),
      el('p', {}, text('new_text', { label: labelOf(approver), date: sinceOf(approver) })),
      el('div', { class: 'pair' }, button(text('new_known'), known, 'second'), button(text('new_show'), () => page.go.settings(), 'second'))));
}

// The registry says that this phone is no approver: it was removed, here or elsewhere.
export function unpaired({ go, account }) {
  const anew = () => {
    store.forgetAll();
    go.welcome();
  };
  return screen({
    kind: 'unpaired',
    body: [heading(text('removed_title')), paragraph(text('error_not_an_approver')), paragraph(`${account.user}, ${new URL(account.registry).host}`, 'quiet'),
      paragraph(text('removed_text'))],
    actions: [button(text('welcome_title'), anew, 'main')],
  });
}
