import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import './webcrypto.mjs';
import { parseWords, phraseOf } from '../../../phone/phrase.js';
import { textOf, vectors } from './vectors.mjs';

const listOf = (language) => parseWords(readFileSync(new URL(`../../../common/phrase/${language}.txt`, import.meta.url), 'utf8'));
const ALL = vectors('phrase');

for (const { name, head, body } of ALL) {
  test(`${name}: the words that the terminal shows`, async () => {
    const numbers = await phraseOf(textOf(body));
    for (const language of ['en', 'ko']) assert.equal(numbers.map((number) => listOf(language)[number]).join(' '), head[language === 'en' ? 'english' : 'korean']);
  });
}

test('there are vectors', () => assert.ok(ALL.length >= 3));

test('a list has 256 words, each once', () => {
  assert.equal(listOf('ko').length, 256);
  assert.throws(() => parseWords('one\ntwo\n'), /256/);
  assert.throws(() => parseWords('one\n'.repeat(256)), /256/);
});
