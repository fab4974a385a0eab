import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { domainOf, isOwnDomain, ownDomains } from '../../src/domain/address.ts';
import { isFreeMail } from '../../src/domain/free-mail.ts';

test.each([
  ['ann@acme.example', 'acme.example'],
  ['"a@b"@acme.example', 'acme.example'],
  ['ann+tag@acme.example', 'acme.example'],
  ['ann@acme.example.', 'acme.example'],
  ['ann@xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
  ['ann@', ''],
  ['ann', ''],
  ['', ''],
])('the domain of %j is %j', (address, domain) => {
  expect(domainOf(address)).toBe(domain);
});

describe('own domains', () => {
  const own = ownDomains(['ann@contoso.test', 'svc@contoso.onmicrosoft.test', 'nobody'], ['contoso-group.test']);

  test.each([
    ['contoso.test', true],
    ['corp.contoso.test', true],
    ['a.b.c.contoso.test', true],
    ['contoso.onmicrosoft.test', true],
    ['fabrikam.onmicrosoft.test', false],
    ['contoso-group.test', true],
    ['mail.contoso-group.test', true],
    ['notcontoso.test', false],
    ['contoso.test.evil.example', false],
    ['test', false],
    ['', false],
  ])('%j: %s', (domain, expected) => {
    expect(isOwnDomain(domain, own)).toBe(expected);
  });

  it('are those of every mailbox and agent and all domains below them', () => {
    const label = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const domain = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(fc.array(domain), domain, (owned, asked) => {
        const addresses = owned.map((each) => `ann@${each}`);
        expect(isOwnDomain(asked, ownDomains(addresses, []))).toBe(
          owned.some((each) => `.${asked}`.endsWith(`.${each}`)),
        );
      }),
    );
  });
});

describe('free mail', () => {
  test.each([
    'gmail.com',
    'googlemail.com',
    'outlook.com',
    'outlook.de',
    'hotmail.fr',
    'live.nl',
    'yahoo.co.uk',
    'yahoo.co.jp',
    'icloud.com',
    'me.com',
    'aol.com',
    'gmx.de',
    'gmx.ch',
    'gmx.at',
    'gmx.net',
    'web.de',
    't-online.de',
    'freenet.de',
    'bluewin.ch',
    'hispeed.ch',
    'tuta.com',
    'tutanota.com',
    'proton.me',
    'protonmail.com',
    'btinternet.com',
    'telia.com',
    'proximus.be',
    'orange.fr',
    'wanadoo.fr',
    'laposte.net',
    'libero.it',
    'virgilio.it',
    'seznam.cz',
    'wp.pl',
    'o2.pl',
    'mail.ru',
    'yandex.ru',
    'ukr.net',
    'qq.com',
    '163.com',
    'naver.com',
    'uol.com.br',
    'bigpond.com',
    'xtra.co.nz',
    'sapo.pt',
    'abv.bg',
    'comcast.net',
    'verizon.net',
    'sympatico.ca',
  ])('%s is a free-mail domain', (domain) => {
    expect(isFreeMail(domain)).toBe(true);
  });

  test.each([
    'google.com',
    'bt.com',
    'example.com',
    'microsoft.com',
    'apple.com',
    'corp.mail.ru',
    'contoso.test',
    'acme.example',
    'telekom.de',
    'onmicrosoft.com',
    'contoso.onmicrosoft.com',
    'mail.gmail.com',
    'com',
    'co.uk',
    '',
  ])('%j is none: people work there, or nobody has mail there', (domain) => {
    expect(isFreeMail(domain)).toBe(false);
  });
});
