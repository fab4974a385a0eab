import { describe, expect, it, test } from 'vitest';
import { headerIndex } from '../../src/domain/headers.ts';
import { contentIdentity, familyOf } from '../../src/domain/identity.ts';
import { messageKey, messageKeysIn } from '../../src/domain/message-id.ts';
import type { Written } from './mail.ts';
import { header, mail } from './mail.ts';

const sentAtMs = 1_760_000_000_000;

describe('the family of a mail with an id', () => {
  const original: Written = { id: 'm1@acme.example', from: 'Paula <paula@acme.example>', sentAtMs };

  test.each<[string, Written]>([
    ['the copy of another recipient', { ...original, bcc: ['lin@contoso.test'], headers: ['Received: by mx2'] }],
    ['a copy whose text the server changed', { ...original, body: 'Hello [external]', subject: '[EXTERNAL] Offer' }],
    ['an id in brackets and capitals', { ...original, id: ' <M1@Acme.Example> ' }],
    ['another display name', { ...original, from: 'P. Porter <paula@acme.example>' }],
    ['a date with milliseconds', { ...original, sentAtMs: sentAtMs + 321 }],
  ])('is the same as %s', (_what, copy) => {
    expect(familyOf(mail(copy))).toBe(familyOf(mail(original)));
  });

  test.each<[string, Written]>([
    ['another id', { ...original, id: 'm2@acme.example' }],
    ['the same id from somebody else', { ...original, from: 'eve@evil.example' }],
    ['the same id of another date', { ...original, sentAtMs: sentAtMs + 1000 }],
    ['the same id on another subject', { ...original, subject: 'Something else' }],
    ['the same id without a date', { ...original, sentAtMs: null }],
    ['the same id without a sender', { ...original, from: null }],
    ['the same mail without an id', { ...original, id: null }],
  ])('is not the same as %s', (_what, other) => {
    expect(familyOf(mail(other))).not.toBe(familyOf(mail(original)));
  });
});

describe('the family of a mail without an id', () => {
  const hop = 'Received: from printer by mx.acme.example; Mon, 6 Oct 2025 10:00:00 +0000';
  const original: Written = { id: null, sentAtMs: null, body: 'Toner low\r\n', headers: ['Received: by mx1', hop] };

  test.each<[string, Written]>([
    ['the copy in another mailbox', { ...original, headers: ['Received: by mx2', 'Received: by mx3', hop] }],
    ['other line ends', { ...original, body: '\nToner low' }],
    ['an empty id', { ...original, id: '<>' }],
    ['a text to which something was added', { ...original, body: 'Toner low\n\nSent to you by the list' }],
    ['a subject that a gateway marked', { ...original, subject: '[EXTERNAL] Offer' }],
    ['recipients in another order', original],
  ])('is the same as %s', (_what, copy) => {
    const to = ['lin@contoso.test', 'ann@contoso.test'];
    expect(familyOf(mail({ ...copy, to }))).toBe(familyOf(mail({ ...original, to: to.toReversed() })));
  });

  test.each<[string, Written]>([
    ['another subject', { ...original, subject: 'Other' }],
    ['another date', { ...original, sentAtMs }],
    ['another recipient', { ...original, to: ['lin@contoso.test'] }],
    ['the same notice sent on another day', { ...original, headers: [hop.replace('6 Oct', '7 Oct')] }],
  ])('is not the same as %s', (_what, other) => {
    expect(familyOf(mail(other))).not.toBe(familyOf(mail(original)));
  });

  it('is its content where neither Date nor Received tells it from the next one', () => {
    const bare = { ...original, headers: [] };
    const family = (more: Written) => familyOf(mail({ ...bare, ...more }));
    expect(family({ body: 'Toner low' })).toBe(family({ body: 'Toner low\r\n' }));
    expect(family({ body: 'Toner empty' })).not.toBe(family({ body: 'Toner low' }));
    expect(family({ body: 'Toner empty', sentAtMs })).toBe(family({ body: 'Toner low', sentAtMs }));
  });

  it('was, in stores of version 0.1.0, its content', () => {
    const known = JSON.stringify([
      'content',
      'paula@acme.example',
      null,
      'Offer',
      ['ann@contoso.test'],
      [],
      'Toner low',
      [],
      '',
    ]);
    expect(contentIdentity(mail({ id: null, sentAtMs: null, body: 'Toner low\r\n' }))).toBe(known);
  });

  it('has no parts that run into one another', () => {
    const one = mail({ ...original, subject: 'a","b', to: ['c@x.example'] });
    const other = mail({ ...original, subject: 'a', to: ['b","c@x.example'] });
    expect(familyOf(one)).not.toBe(familyOf(other));
  });
});

describe('message ids', () => {
  test.each([
    ['<A@b.example>', 'a@b.example'],
    [' a@b.example ', 'a@b.example'],
    ['<a\r\n @b.example>', 'a@b.example'],
    ['', null],
    ['<>', null],
    [null, null],
  ])('%j compares as %j', (id, key) => {
    expect(messageKey(id)).toBe(key);
  });

  test.each<[string, readonly string[]]>([
    ['References: <a@x> <b@x>\r\n\t<c@x>', ['a@x', 'b@x', 'c@x']],
    ['References: <a@x><b@x>, <a@x>', ['a@x', 'b@x']],
    ['References: a@x b@x', ['a@x', 'b@x']],
    ['References: Your message of "Mon" <a@x>', ['a@x']],
    ['References: <a@x', ['a@x']],
    ['References: none', []],
    ['references: <A@X>', ['a@x']],
    [`References: ${'<'.repeat(100_000)}`, []],
  ])('in %j', (line, keys) => {
    expect(messageKeysIn(headerIndex([header(line)]), 'references')).toEqual(keys);
  });

  it('of a very long thread are the last hundred', () => {
    const ids = Array.from({ length: 5000 }, (_, at) => `<m${at}@x>`).join(' ');
    const keys = messageKeysIn(headerIndex([header(`References: ${ids}`)]), 'references');
    expect([keys.length, keys.at(-1)]).toEqual([100, 'm4999@x']);
  });
});
