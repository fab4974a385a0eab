import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { fromFault, readFrom } from '../../src/domain/from-header.ts';
import { headerIndex } from '../../src/domain/headers.ts';
import { domainNames, normalAddress, writtenOtherwise } from '../../src/mail/address.ts';
import { header } from './mail.ts';

const bob = 'bob@acme.example';

function faultOf(lines: readonly string[], shown = bob) {
  const written = writtenOtherwise(shown).fromWritten;
  return (
    fromFault(headerIndex(lines.map(header)), { address: normalAddress(shown), written }, domainNames)?.kind ?? null
  );
}

describe('From names one person', () => {
  test.each([
    `From: ${bob}`,
    `From: <${bob}>`,
    `From: Bob <${bob}>`,
    `From: "Bob, of: Acme; <x>" <${bob}>`,
    `From: "Bob \\" Stone" <${bob}>`,
    `From: Bob (eve@evil.example (and more)) <${bob}>`,
    `From: =?utf-8?B?Qm9iLCBvZiBBY21l?= <${bob}>`,
    `From: =?utf-8?Q?Bob:_of_Acme?= <${bob}>`,
    `From: ${bob} <${bob}>`,
    `From: "${bob}" <BOB@ACME.example>`,
    `From: <bob.alias@acme.example>`,
  ])('%s', (line) => {
    expect(faultOf([line])).toBeNull();
  });

  it('also where the headers are not known', () => {
    expect(faultOf([])).toBeNull();
    expect(faultOf(['In-Reply-To: <a@b>'])).toBeNull();
  });

  it('and an address without a domain of its own is as the server shows it', () => {
    expect(faultOf(['From: bob@acme.example'], '/o=contoso/cn=bob')).toBeNull();
  });
});

describe('From names nobody for certain', () => {
  test.each([
    ['several', `From: ${bob}, eve@evil.example`],
    ['several', `From: ${bob} eve@evil.example`],
    ['several', `From: ${bob};eve@evil.example`],
    ['several', `From: ${bob};`],
    ['several', `From: <${bob}><eve@evil.example>`],
    ['several', `From: eve@evil.example <${bob}>`],
    ['several', `From: Team: ${bob};`],
    ['several', `From: Team: ;`],
    ['several', `From: "Bob <${bob}>, eve@evil.example`],
    ['several', `From: (Bob <${bob}>, eve@evil.example`],
    ['missing', 'From: '],
    ['missing', 'From: <>'],
    ['missing', 'From: Bob'],
    ['missing', 'Date: Mon, 2 Nov 2026 10:00:00 +0000'],
    ['missing', 'Sender: bob@acme.example'],
    ['differs', 'From: eve@evil.example'],
    ['differs', `From: "${bob}" <eve@evil.example>`],
    ['differs', `From: eve@evil.example (${bob})`],
    ['form', 'From: bob@acme.example.'],
    ['form', 'From: bob@acme。example'],
    ['form', 'From: <bob@ac\u200bme.example>'],
    ['form', 'From: <bob@acme.example\u00a0>'],
  ])('%s: %s', (kind, line) => {
    expect(faultOf([line])).toBe(kind);
  });

  it('where there are several From headers', () => {
    expect(faultOf([`From: ${bob}`, 'FROM: eve@evil.example'])).toBe('several');
    expect(faultOf([`From: ${bob}`, `From: ${bob}`])).toBeNull();
  });

  it('where the server shows none', () => {
    expect(faultOf([`From: ${bob}`], '')).toBe('missing');
    expect(faultOf([], '')).toBe('missing');
  });

  it('where only the server shows the look-alike', () => {
    expect(faultOf([], 'bob@ａｃｍｅ.example')).toBe('form');
  });
});

describe('a plain domain', () => {
  test.each([
    'acme.example',
    'ACME.Example',
    'bücher.example',
    'BÜCHER.EXAMPLE',
    'xn--bcher-kva.example',
    'straße.example',
    'пример.рф',
    'a_b.example',
  ])('%s is', (domain) => {
    expect(domainNames.isPlain(domain)).toBe(true);
  });

  test.each([
    'acme.example.',
    '.acme.example',
    'acme..example',
    'ａcme.example',
    'acme．example',
    'ac\u00adme.example',
    '\u212aiosk.example',
    'kioſk.example',
    'bu\u0308cher.example',
    'acme%2eexample',
    'acme .example',
    '',
    'ﬁsh.example',
  ])('%j is not', (domain) => {
    expect(domainNames.isPlain(domain)).toBe(false);
  });

  it('is what is left of itself when it is normalised, whatever is written', () => {
    const letter = fc.constantFrom(
      'a',
      'Ｃ',
      'ü',
      '\u212a',
      'ſ',
      '.',
      '。',
      '\u00ad',
      '\u200b',
      '\u200d',
      'Σ',
      '%',
      '@',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(letter, { maxLength: 8 }), (letters) => {
        const domain = letters.join('');
        const comparable = domainNames.comparable(domain);
        const ascii = /^[a-z.]*$/.test(comparable);
        if (domainNames.isPlain(domain) && ascii) expect(domain.toLowerCase()).toBe(comparable);
      }),
    );
  });
});

test.each([
  ['quotes', '"'.repeat(1_000_000)],
  ['brackets', '('.repeat(1_000_000)],
  ['angles', '<'.repeat(1_000_000)],
  ['words', 'a@b,'.repeat(250_000)],
  ['blanks', ' '.repeat(1_000_000)],
  ['encoded words', '=?'.repeat(500_000)],
  ['signs', '@ '.repeat(500_000)],
])('a megabyte of %s is read', (_of, value) => {
  expect(readFrom(`${value} bob@acme.example`).addresses.length).toBeGreaterThanOrEqual(0);
});
