import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, parseCode, showCode, tokenOf } from '../../../phone/code.js';

test('a code is read as people write it', () => {
  for (const text of ['K7QF9T2MXA3D', 'K7QF-9T2M-XA3D', 'k7qf 9t2m xa3d', ' k7qf9t2m-xa3d\n', 'K7QF\u20139T2M\u2011XA3D', 'csp_K7QF9T2MXA3D',
    'https://phone.example.com/#pair=K7QF9T2MXA3D']) {
    assert.equal(parseCode(text), 'K7QF9T2MXA3D', text);
  }
  assert.equal(parseCode('OIL0-oil0-1234'), '011001101234');
});

test('what is no code is none', () => {
  for (const text of ['', 'K7QF9T2MXA3', 'K7QF9T2MXA3DD', 'U7QF9T2MXA3D', 'K7QF_9T2M_XA3D', 'K7QF9T2MXA3\u0434', '#pair=']) assert.equal(parseCode(text), null, text);
});

test('a code is shown in fours, stands for a token, and makes a short address', () => {
  assert.equal(showCode('K7QF9T2MXA3D'), 'K7QF-9T2M-XA3D');
  assert.equal(tokenOf('K7QF9T2MXA3D'), 'csp_K7QF9T2MXA3D');
  assert.equal(addressOf('https://phone.example.com', 'K7QF9T2MXA3D'), 'https://phone.example.com/#pair=K7QF9T2MXA3D');
});
