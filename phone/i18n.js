// What the page says, in the first of the browser's languages that it knows, else in English.
import { EN } from './text_en.js';
import { KO } from './text_ko.js';

export const CATALOGUES = { en: EN, ko: KO };

export function chooseLanguage(wanted) {
  const plain = wanted.map((tag) => tag.toLowerCase().split('-')[0]);
  return plain.find((tag) => tag in CATALOGUES) ?? 'en';
}

// A text by its key: values replace {name}. They are text, and become markup nowhere.
export function translator(language) {
  const catalogue = CATALOGUES[language];
  return (key, values = {}) => {
    const template = catalogue[key];
    if (template === undefined) throw new Error(`no text ${key} in ${language}`);
    return template.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  };
}

export const language = chooseLanguage(globalThis.navigator?.languages ?? []);
export const text = translator(language);

// 95 s as 1:35
export const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

// 5400 s as 1 h 30 min, in the browser's words
export function span(seconds) {
  const hours = Math.floor(seconds / 3600), rest = Math.floor(seconds % 3600 / 60);
  const part = (value, unit) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
  return [hours ? part(hours, 'hour') : null, rest || !hours ? part(rest, 'minute') : null].filter(Boolean).join(' ');
}

export const date = (ms) => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);
