import { expect, test } from 'vitest';
import { addressingOf } from '../../src/outgoing/addressing.ts';

const person = (address: string) => ({ name: '', address });
const people = (list: string) => (list === '' ? [] : list.split(' ').map(person));
const [ann, bob, eve, dora] = ['ann@contoso.test', 'bob@acme.example', 'eve@evil.example', 'dora@acme.example'];

test.each([
  ['its sender', { replyTo: '', all: false, cc: '' }, { to: bob, cc: '', replyTo: '', foreign: '' }],
  ['the Reply-To', { replyTo: dora, all: false, cc: '' }, { to: dora, cc: '', replyTo: dora, foreign: '' }],
  ['a foreign Reply-To', { replyTo: eve, all: false, cc: '' }, { to: eve, cc: '', replyTo: eve, foreign: eve }],
  [
    'a Reply-To that is its sender',
    { replyTo: bob, all: false, cc: '' },
    { to: bob, cc: '', replyTo: '', foreign: '' },
  ],
  [
    'all, but not itself and nobody twice',
    { replyTo: eve, all: true, cc: `${dora} new@acme.example` },
    { to: `${eve} list@acme.example`, cc: `${dora} new@acme.example`, replyTo: eve, foreign: eve },
  ],
])('a mail is answered to %s', (_name, { replyTo, all, cc }, expected) => {
  const mail = {
    from: person(bob),
    replyTo: people(replyTo),
    to: people(`${ann} list@acme.example`),
    cc: people(`${dora} ${ann}`),
    subject: 'Re: Pumps: two',
  };
  const found = addressingOf(mail, { mailbox: ann, all, cc: people(cc) });
  const text = (list: readonly { address: string }[]) => list.map(({ address }) => address).join(' ');
  expect({
    to: text(found.to),
    cc: text(found.cc),
    replyTo: text(found.replyTo),
    foreign: text(found.foreign),
  }).toEqual(expected);
  expect(found.subject).toBe('RE: Pumps: two');
});
