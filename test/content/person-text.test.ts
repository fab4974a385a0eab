import { describe, expect, it, test } from 'vitest';
import { personName, personText } from '../../src/content/person-text.ts';

const address = 'x@evil.example';

describe('a name that holds another address', () => {
  test.each([
    'Bob Stone <bob@acme.example>',
    'bob@acme.example',
    'BOB@ACME.EXAMPLE',
    'bob＠acme.example',
    'bob﹫acme．example',
    'bob @ acme.example',
    'bob\u200b@\u200bacme.example',
    'bob (at) acme.example',
    'bob [at] acme [dot] example',
    'Bob at acme.example',
    'bob at acme dot example',
    'bob%40acme.example',
    '(bob@acme.example)',
    `${address} bob@acme.example`,
  ])('%s is shown behind the address', (name) => {
    for (const shown of [personName({ name, address }), personText({ name, address })]) {
      expect(shown.startsWith(`${address} (named “`)).toBe(true);
    }
  });

  it('is none of an address where there is no address', () => {
    expect(personText({ name: 'bob@acme.example', address: '' })).toBe('no address (named “bob@acme.example”)');
  });
});

describe('any other name', () => {
  test.each(['Bob Stone', 'Stone, Bob', "O'Neil", 'Bob at work', 'Matt Attwood', 'Böb', address, `Bob (${address})`])(
    '%s is shown as it is',
    (name) => {
      expect(personName({ name, address })).toBe(name);
    },
  );

  it('comes before the address where there is room', () => {
    expect(personText({ name: 'Bob', address })).toBe(`Bob <${address}>`);
    expect(personText({ name: '', address })).toBe(address);
    expect(personText({ name: address, address })).toBe(address);
    expect(personText({ name: 'Bob', address: '' })).toBe('Bob');
  });
});
