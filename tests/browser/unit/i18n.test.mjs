import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CATALOGUES, chooseLanguage, minutes, translator } from '../../../phone/i18n.js';

const PHONE = new URL('../../../phone/', import.meta.url);
const scripts = readdirSync(PHONE).filter((name) => name.endsWith('.js') && !name.startsWith('text_'));
const source = scripts.map((name) => readFileSync(new URL(name, PHONE), 'utf8')).join('\n');
const { en, ...others } = CATALOGUES;
const holes = (template) => [...template.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();

test('every language has every key, with the same values in it', () => {
  for (const [language, catalogue] of Object.entries(others)) {
    assert.deepEqual(Object.keys(catalogue), Object.keys(en), language);
    for (const [key, template] of Object.entries(catalogue)) assert.deepEqual(holes(template), holes(en[key]), `${language}: ${key}`);
  }
});

test('every key that a script names is there', () => {
  for (const [, key] of source.matchAll(/\btext\('([\w-]+)'/g)) assert.ok(key in en, key);
});

test('no key is left over', () => {
  const made = [...source.matchAll(/\btext\(`([\w-]*)\$\{[^}]*\}([\w-]*)`/g)].map(([, head, tail]) => new RegExp(`^${head}[\\w-]+${tail}$`));
  for (const key of Object.keys(en)) {
    assert.ok(source.includes(`'${key}'`) || made.some((pattern) => pattern.test(key)), `${key} is used nowhere`);
  }
});

test('the browser chooses the language', () => {
  assert.equal(chooseLanguage(['ko-KR', 'en']), 'ko');
  assert.equal(chooseLanguage(['de', 'ko']), 'ko');
  assert.equal(chooseLanguage(['en-GB', 'ko']), 'en');
  assert.equal(chooseLanguage(['de']), 'en');
  assert.equal(chooseLanguage([]), 'en');
});

test('values are put in as they are', () => {
  assert.equal(translator('en')('done_deny_text', { user: '{host}', host: '$&<b>' }), 'The login of {host} on $&<b> is refused.');
  assert.throws(() => translator('en')('nothing'), /nothing/);
  assert.equal(minutes(95), '1:35');
  assert.equal(minutes(5), '0:05');
});
