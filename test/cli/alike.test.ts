import { expect, test } from 'vitest';
import { toldAlike } from '../../src/cli/alike.ts';

const told = (words: string, ...mailboxes: string[]) => mailboxes.map((mailbox) => ({ mailbox, lines: [words] }));

test('what is the same for several mailboxes is said once, in the order of the first of them', () => {
  const both = [...told('no access', 'ann'), ...told('not there', 'ben'), ...told('no access', 'eve')];
  expect(toldAlike(both, 18).map(({ who, lines }) => [who, ...lines])).toEqual([
    ['ann, eve', 'no access'],
    ['ben', 'not there'],
  ]);
});

test('what is the same for all mailboxes names none of them, and every one of a few', () => {
  const names = Array.from({ length: 18 }, (_none, index) => `a${index}`);
  expect(toldAlike(told('nobody is signed in', ...names), 18)[0]?.who).toBe('all 18 mailboxes');
  expect(toldAlike(told('nobody is signed in', ...names), 19)[0]?.who).toBe(names.join(', '));
  expect(toldAlike(told('nobody is signed in', 'ann', 'ben'), 2)[0]?.who).toBe('ann, ben');
});
