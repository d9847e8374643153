// The five words, large, in the person's language; and small in the other one, which a terminal may speak.
import { words } from './api.js';
import { el } from './dom.js';
import { language } from './i18n.js';
import { parseWords, phraseOf } from './phrase.js';

const LANGUAGES = ['en', 'ko'];

export async function phraseNode(message) {
  const numbers = await phraseOf(message);
  const lists = await Promise.all(LANGUAGES.map(async (tag) => parseWords(await words(tag))));
  const inLanguage = (tag) => numbers.map((number) => lists[LANGUAGES.indexOf(tag)][number]);
  const other = LANGUAGES.find((tag) => tag !== language);
  return el('div', { class: 'phrase' },
    el('ol', { class: 'words', lang: language }, inLanguage(language).map((word) => el('li', {}, word))),
    el('p', { class: 'quiet', lang: other }, inLanguage(other).join(' ')));
}
