import { expect, test } from 'vitest';
import { recipientOf } from '../../src/outgoing/compose.ts';

test.each([
  ['Bob <Bob@MÜNCHEN-pumpen.example>', 'bob@xn--mnchen-pumpen-wob.example'],
  ['bob@acme.example', 'bob@acme.example'],
])('writes to %s as %s', (written, address) => {
  expect(recipientOf(written).address).toBe(address);
});

test.each([
  'bob@acme.example/evil.example',
  'bob@acme.example?x',
  'bob@acme.example#x',
  'bob@acme.example:25',
  'bob@acme',
])('writes to nobody where %s is meant to be an address', (written) => {
  expect(() => recipientOf(written)).toThrow('is not an address');
});
