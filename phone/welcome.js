// Nothing is stored and nothing was asked for: the code that pairs this phone can be typed here.
import { parseCode, showCode } from './code.js';
import { button, el, heading, notice, paragraph, screen, show } from './dom.js';
import { text } from './i18n.js';

const isIphoneBrowser = () => /iPhone|iPad/.test(navigator.userAgent) && !navigator.standalone;

// Hyphens appear by themselves while a code is typed at its end.
function tidy(input) {
  const plain = input.value.toUpperCase().replace(/[^0-9A-Z]/g, '').slice(0, 12);
  if (input.selectionStart === input.value.length && !input.value.includes('#')) input.value = plain.replace(/(.{4})(?=.)/g, '$1-');
}

export function welcome({ go, fault }) {
  const error = el('p', { class: 'fault', id: 'code-fault', role: 'alert' }, fault ? text(fault) : '');
  const input = el('input', {
    id: 'code', class: 'code', type: 'text', autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', maxlength: '300',
    'aria-describedby': 'code-hint code-fault', enterkeyhint: 'go', placeholder: showCode('XXXXXXXXXXXX'),
    oninput: () => { error.textContent = ''; tidy(input); },
    onkeydown: (event) => { if (event.key === 'Enter') next(); },
  });
  const next = () => {
    const code = parseCode(input.value);
    if (code) return go.pair(code);
    error.textContent = text('welcome_bad');
    return input.focus();
  };
  show(screen({
    kind: 'welcome',
    body: [heading(text('welcome_title')), paragraph(text('welcome_text')),
      el('label', { for: 'code', class: 'label' }, text('welcome_label')), input,
      el('p', { class: 'quiet', id: 'code-hint' }, text('welcome_hint')), error,
      isIphoneBrowser() ? notice('note', 'phone', null, text('welcome_ios')) : null],
    actions: [button(text('continue'), next, 'main')],
  }));
  return {};
}
