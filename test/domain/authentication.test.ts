import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { authenticationOf, unproven } from '../../src/domain/authentication.ts';
import { headerIndex } from '../../src/domain/headers.ts';
import { domainNames } from '../../src/mail/address.ts';
import { header } from './mail.ts';

function judged(...values: readonly string[]) {
  return judgedFrom('acme.example', ...values);
}

function judgedFrom(fromDomain: string, ...values: readonly string[]) {
  const headers = headerIndex(values.map((value) => header(`Authentication-Results: ${value}`)));
  return authenticationOf(headers, fromDomain, domainNames);
}

describe('what the receiving server reports', () => {
  test.each([
    ['pass', 'mx.contoso.test; dmarc=pass (p=reject) header.from=acme.example'],
    ['fail', 'mx.contoso.test; dmarc=fail (p=none) header.from=acme.example'],
    [
      'fail',
      'mx.contoso.test;\r\n\tspf=pass smtp.mailfrom=evil.example;\r\n\tdkim=none;\r\n\tdmarc=fail header.from=acme.example',
    ],
    ['none', 'mx.contoso.test; none'],
    ['none', 'mx.contoso.test; spf=fail smtp.mailfrom=acme.example; dkim=fail header.d=acme.example'],
    ['none', 'mx.contoso.test; dmarc=none header.from=acme.example'],
    ['none', 'mx.contoso.test; dmarc=temperror header.from=acme.example'],
    [
      'pass',
      'spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=acme.example; dkim=pass (signature was verified) header.d=acme.example;dmarc=bestguesspass action=none header.from=acme.example;compauth=pass reason=109',
    ],
    [
      'fail',
      'spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=acme.example; contoso.test; dkim=none (message not signed) header.d=none;contoso.test; dmarc=fail action=oreject header.from=acme.example;compauth=fail reason=000',
    ],
    [
      'fail',
      'spf=pass smtp.mailfrom=acme.example; dkim=pass header.d=acme.example; dmarc=pass action=none header.from=acme.example; compauth=fail reason=601',
    ],
    [
      'pass',
      'spf=fail smtp.mailfrom=acme.example; dmarc=fail action=none header.from=acme.example;compauth=pass reason=130',
    ],
    ['none', 'dmarc=fail action=none header.from=acme.example;compauth=softpass reason=202'],
    ['fail', 'dmarc=none action=none header.from=evil.example;compauth=softpass reason=202'],
    ['none', 'dmarc=fail action=none header.from=acme.example;compauth=none reason=451'],
    ['fail', 'mx.contoso.test 1; dmarc/1 = fail header.from=acme.example'],
    ['fail', 'mx.contoso.test; DMARC=FAIL header.from=acme.example'],
    ['fail', 'mx.contoso.test; (comment (nested; dmarc=pass) \\) here) dmarc=fail header.from=acme.example'],
    ['fail', 'mx.contoso.test; dmarc=(no) fail'],
    ['fail', 'mx.contoso.test; dmarc (v1) / (of) 1 (is) = (a) fail'],
    ['none', ''],
    ['none', ';;;;'],
    ['none', 'mx.contoso.test'],
    ['none', 'mx.contoso.test; xdmarc=fail; dmarc-x=fail; dmarc'],
  ])('%s: %s', (verdict, value) => {
    expect(judged(value).verdict).toBe(verdict);
  });

  it('says what decided', () => {
    expect(judged('mx; dmarc=fail (p=none) header.from=acme.example').because).toBe(
      'dmarc=fail header.from=acme.example',
    );
    expect(judged('dmarc=pass header.from=acme.example;compauth=fail reason=601').because).toBe(
      'compauth=fail reason=601',
    );
    expect(authenticationOf(headerIndex([]), 'acme.example', domainNames).because).toContain('nothing');
  });
});

describe('a sender cannot talk the server round', () => {
  it('with a header of his own below', () => {
    expect(judged('mx.contoso.test; dmarc=fail header.from=acme.example', 'mx.contoso.test; dmarc=pass').verdict).toBe(
      'fail',
    );
    expect(judged('mx.contoso.test; dmarc=pass header.from=acme.example', 'mx.contoso.test; dmarc=fail').verdict).toBe(
      'pass',
    );
  });

  test.each(['ARC-Authentication-Results', 'Authentication-Results-Original', 'X-Authentication-Results'])(
    'with %s',
    (name) => {
      const own = header('Authentication-Results: mx; dmarc=fail');
      const claimed = header(`${name}: mx; dmarc=pass header.from=acme.example`);
      expect(authenticationOf(headerIndex([claimed, own]), 'acme.example', domainNames).verdict).toBe('fail');
    },
  );

  test.each([
    ['pass', 'a comment', 'mx; spf=none (dmarc=fail; dmarc=fail) smtp.mailfrom=x; dmarc=pass header.from=acme.example'],
    ['fail', 'a comment', 'mx; spf=none (x; compauth=pass; dmarc=pass) smtp.mailfrom=x; dmarc=fail'],
    ['fail', 'a quoted value', 'mx; spf=none smtp.mailfrom="x; compauth=pass; y"@evil.example; dmarc=fail'],
    ['fail', 'a quoted quote', 'mx; spf=none smtp.mailfrom="x\\"; compauth=pass; y"@evil.example; dmarc=fail'],
    ['fail', 'a property', 'mx; spf=none smtp.mailfrom=compauth=pass; dmarc=fail header.from=dmarc=pass'],
    ['fail', 'a quotation that never ends', 'mx; spf=none smtp.mailfrom="x; dkim=none; dmarc=fail'],
    ['fail', 'a comment that never ends', 'mx; spf=none (x; dkim=none; dmarc=fail'],
    ['fail', 'a comment that ends too often', 'mx; spf=none x) ) ); dmarc=fail'],
    ['fail', 'a second result', 'mx; dmarc=pass header.from=a.example; dmarc=fail header.from=acme.example'],
    ['fail', 'a second composite result', 'dmarc=fail; compauth=pass reason=1; compauth=fail reason=2'],
    ['fail', 'a fold', 'mx; spf=none smtp.mailfrom=x\r\n ; dmarc=\r\n fail'],
  ])('%s stays, with %s', (verdict, _with, value) => {
    expect(judged(value).verdict).toBe(verdict);
  });

  test.each([
    ['open brackets', '('.repeat(1_000_000)],
    ['quotes', '"\\'.repeat(500_000)],
    ['semicolons', ';'.repeat(1_000_000)],
    ['results', 'spf=pass;'.repeat(110_000)],
    ['blanks', `dmarc${' '.repeat(1_000_000)}`],
    ['letters', 'd'.repeat(1_000_000)],
  ])('with a megabyte of %s', (_of, value) => {
    expect(judged(`${value}; dmarc=fail`).verdict).toBe('fail');
  });

  it('and anything can be read without throwing', () => {
    const part = fc.constantFrom(
      'dmarc=fail',
      'compauth=pass',
      ';',
      '(',
      ')',
      '"',
      '\\',
      ' ',
      '=',
      'header.from=x',
      '\r\n ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string())), (parts) => {
        expect(['pass', 'fail', 'none']).toContain(judged(parts.join('')).verdict);
      }),
    );
  });
});

describe('a verdict speaks for the domain that it names', () => {
  test.each([
    ['pass', 'acme.example', 'mx; dmarc=pass header.from=ACME.example'],
    ['pass', 'acme.example', 'mx; dmarc=pass header.from=acme.example.'],
    ['pass', 'xn--bcher-kva.example', 'mx; dmarc=pass header.from=bücher.example'],
    ['pass', 'xn--bcher-kva.example', 'mx; dmarc=pass header.from=BÜCHER.example'],
    ['fail', 'acme.example', 'mx; dmarc=pass header.from=evil.example'],
    ['fail', 'acme.example', 'dmarc=fail header.from=evil.example;compauth=pass reason=130'],
    ['fail', 'acme.example', 'mx; dmarc=fail header.from=evil.example'],
    ['fail', 'acme.example', 'mx; dmarc=fail'],
    ['none', 'acme.example', 'mx; dmarc=pass'],
    ['none', 'acme.example', 'mx; dmarc=pass header.from='],
    ['none', 'acme.example', 'compauth=pass reason=100'],
    ['none', 'acme.example', 'mx; dmarc=none header.from=evil.example'],
  ])('%s of %s: %s', (verdict, domain, value) => {
    expect(judgedFrom(domain, value).verdict).toBe(verdict);
  });

  it('and says for which', () => {
    expect(judged('mx; dmarc=pass header.from=evil.example').because).toBe(
      'dmarc=pass for evil.example, which is not the domain of From',
    );
    expect(judged('mx; dmarc=pass').because).toBe('dmarc=pass without saying for which domain');
  });

  it('whatever stands around a failure, it is never a pass', () => {
    const part = fc.constantFrom(
      'x',
      ';',
      '; ',
      '(',
      ')',
      '"',
      '\\',
      ' ',
      'compauth=pass',
      'compauth=pass reason=100;',
      ';dmarc=pass header.from=acme.example;',
      'smtp.mailfrom=',
      '@evil.example',
      '=?utf-8?Q?x?=',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const value = `mx; spf=none smtp.mailfrom=${parts.join('')}; dmarc=fail header.from=acme.example`;
        expect(judged(value).verdict).not.toBe('pass');
      }),
    );
  });

  it('an item without any header of a server was put there by a program or a person', () => {
    const of = (...lines: readonly string[]) =>
      authenticationOf(headerIndex(lines.map(header)), 'acme.example', domainNames);
    expect(of('From: bob@acme.example').because).toContain('nothing shows that a server delivered it');
    expect(of('Received: from a by b').because).toBe('the receiving server reports nothing');
  });
});

describe('where nothing shows that the receiving server wrote it', () => {
  test.each([
    ['none', 'mx; dmarc=pass header.from=bank.example'],
    ['none', 'mx; dmarc=fail header.from=bank.example; compauth=pass reason=100'],
    ['fail', 'mx; dmarc=fail header.from=bank.example'],
    ['none', 'mx; none'],
  ])('it is %s for %s', (verdict, value) => {
    expect(unproven(judgedFrom('bank.example', value)).verdict).toBe(verdict);
  });

  it('says what was written and that it proves nothing', () => {
    expect(unproven(judgedFrom('bank.example', 'mx; dmarc=pass header.from=bank.example')).because).toBe(
      'dmarc=pass header.from=bank.example, which anybody may have written',
    );
  });
});
