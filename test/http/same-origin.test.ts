import { describe, expect, test } from 'vitest';
import { IntegratorError } from '../../src/domain/errors.ts';
import { apiRoot, assertSameOrigin, isLoopback } from '../../src/http/same-origin.ts';

const root = apiRoot('https://graph.contoso.test/', 'v1.0/');
const withPort = apiRoot('https://graph.contoso.test:8443/', 'v1.0/');
const loopback = apiRoot('http://127.0.0.1:8080/', 'v1.0/');

const hostile: readonly (readonly [name: string, link: string, from?: URL])[] = [
  ['another host', 'https://evil.example/v1.0/me'],
  ['a subdomain of the host', 'https://a.graph.contoso.test/v1.0/me'],
  ['the host as a subdomain of another', 'https://graph.contoso.test.evil.example/v1.0/me'],
  ['a host that ends alike', 'https://evilgraph.contoso.test/v1.0/me'],
  ['a final point on the host', 'https://graph.contoso.test./v1.0/me'],
  ['the host as user name', 'https://graph.contoso.test@evil.example/v1.0/me'],
  ['the host and a port as credentials', 'https://graph.contoso.test:443@evil.example/v1.0/me'],
  ['the host and a password as credentials', 'https://graph.contoso.test:x@evil.example/v1.0/me'],
  ['credentials before the right host', 'https://user:secret@graph.contoso.test/v1.0/me'],
  ['an empty user name before the right host', 'https://@graph.contoso.test/v1.0/me'],
  ['an encoded @', 'https://graph.contoso.test%40evil.example/v1.0/me'],
  ['two @', 'https://graph.contoso.test@a@evil.example/v1.0/me'],
  ['a backslash after the host', 'https://evil.example\\@graph.contoso.test/v1.0/me'],
  ['a backslash before another host', 'https://graph.contoso.test\\.evil.example/v1.0/me'],
  ['backslashes for slashes', 'https:\\\\evil.example\\v1.0\\me'],
  ['no scheme', '//evil.example/v1.0/me'],
  ['no scheme, right host', '//graph.contoso.test/v1.0/me'],
  ['a path alone', '/v1.0/me'],
  ['three slashes', 'https:///evil.example/v1.0/me'],
  ['one slash', 'https:/graph.contoso.test/v1.0/me'],
  ['no slash', 'https:graph.contoso.test/v1.0/me'],
  ['plain http', 'http://graph.contoso.test/v1.0/me'],
  ['plain http on loopback, where the root is https', 'http://127.0.0.1/v1.0/me'],
  ['another scheme', 'ftp://graph.contoso.test/v1.0/me'],
  ['a script', 'javascript:alert(1)//graph.contoso.test/v1.0/'],
  ['a data URL', 'data:text/plain,https://graph.contoso.test/v1.0/'],
  ['a file', 'file:///v1.0/me'],
  ['another port', 'https://graph.contoso.test:8443/v1.0/me'],
  ['no port where the root has one', 'https://graph.contoso.test/v1.0/me', withPort],
  ['port zero', 'https://graph.contoso.test:0/v1.0/me'],
  ['a port that is none', 'https://graph.contoso.test:99999/v1.0/me'],
  ['another loopback port', 'http://127.0.0.1:8081/v1.0/me', loopback],
  ['another loopback address', 'http://127.0.0.2:8080/v1.0/me', loopback],
  ['a name for the loopback address', 'http://localhost:8080/v1.0/me', loopback],
  ['IPv6 loopback', 'http://[::1]:8080/v1.0/me', loopback],
  ['an IPv4 address in IPv6', 'http://[::ffff:127.0.0.1]:8080/v1.0/me', loopback],
  ['the metadata address', 'http://169.254.169.254/v1.0/me', loopback],
  ['a full-width letter in the host', 'https://ｇraph.contoso.test/v1.0/me'],
  ['a Cyrillic letter in the host', 'https://grаph.contoso.test/v1.0/me'],
  ['the same as punycode', 'https://xn--grph-7cd.contoso.test/v1.0/me'],
  ['an ideographic full stop', 'https://graph。contoso.test/v1.0/me'],
  ['a zero-width space in the host', 'https://graph.contoso\u200b.test/v1.0/me'],
  ['an encoded letter in another host', 'https://%65vil.example/v1.0/me'],
  ['an encoded NUL in the host', 'https://graph.contoso.test%00.evil.example/v1.0/me'],
  ['a fragment that hides another host', 'https://evil.example#@graph.contoso.test/v1.0/me'],
  ['a query that hides another host', 'https://evil.example?@graph.contoso.test/v1.0/me'],
  ['a fragment', 'https://graph.contoso.test/v1.0/me#x'],
  ['a tab in the scheme', 'ht\ttps://graph.contoso.test/v1.0/me'],
  ['a line break in the host', 'https://graph.contoso\n.test/v1.0/me'],
  ['a line break in the query', 'https://graph.contoso.test/v1.0/me?a=1\r\nHost: evil.example'],
  ['a blank before it', ' https://graph.contoso.test/v1.0/me'],
  ['a blank in the query', 'https://graph.contoso.test/v1.0/me?a=b c'],
  ['a path above the root', 'https://graph.contoso.test/admin'],
  ['another version', 'https://graph.contoso.test/beta/me'],
  ['the root without its slash', 'https://graph.contoso.test/v1.0'],
  ['a name that begins like the root', 'https://graph.contoso.test/v1.0evil/me'],
  ['the root in another case', 'https://graph.contoso.test/V1.0/me'],
  ['no path', 'https://graph.contoso.test'],
  ['dots that leave the root', 'https://graph.contoso.test/v1.0/../admin'],
  ['encoded dots', 'https://graph.contoso.test/v1.0/%2e%2e/admin'],
  ['half encoded dots', 'https://graph.contoso.test/v1.0/.%2E/admin'],
  ['dots behind an encoded slash', 'https://graph.contoso.test/v1.0/x%2f..%2f..%2fadmin'],
  ['dots behind an encoded backslash', 'https://graph.contoso.test/v1.0/x%5c..%5c..%5cadmin'],
  ['twice encoded dots', 'https://graph.contoso.test/v1.0/%252e%252e/admin'],
  ['dots with a path parameter', 'https://graph.contoso.test/v1.0/..;/admin'],
  ['a single dot segment', 'https://graph.contoso.test/v1.0/./me'],
  ['nothing', ''],
  ['words', 'next page'],
  ['an endless link', `https://graph.contoso.test/v1.0/me?$skiptoken=${'a'.repeat(40_000)}`],
];

describe('a link given by the server', () => {
  const table = hostile.map(([name, link, from]) => ({ name, link, from: from ?? root }));
  test.each(table)('is not followed: $name', ({ link, from }) => {
    expect(() => assertSameOrigin(link, from)).toThrow(IntegratorError);
  });

  test('the table of hostile links is long enough to mean something', () => {
    expect(new Set(hostile.map(([, link]) => link)).size).toBeGreaterThanOrEqual(40);
  });

  test.each([
    ['https://graph.contoso.test/v1.0/me', root, '/v1.0/me'],
    ['https://graph.contoso.test:443/v1.0/me', root, '/v1.0/me'],
    ['HTTPS://GRAPH.CONTOSO.TEST/v1.0/me', root, '/v1.0/me'],
    [
      "https://graph.contoso.test/v1.0/users('ann@contoso.test')/mailFolders('AA-_=')/messages/delta?$skiptoken=a%2Bb/c==-_.~%3D&$select=id&$filter=x",
      root,
      "/v1.0/users('ann@contoso.test')/mailFolders('AA-_=')/messages/delta?$skiptoken=a%2Bb/c==-_.~%3D&$select=id&$filter=x",
    ],
    [
      'https://graph.contoso.test/v1.0/me?next=https://evil.example/../x',
      root,
      '/v1.0/me?next=https://evil.example/../x',
    ],
    ['https://graph.contoso.test:8443/v1.0/me', withPort, '/v1.0/me'],
    ['http://127.0.0.1:8080/v1.0/me?', loopback, '/v1.0/me?'],
  ] as const)('goes out byte for byte when it is ours: %s', (link, from, target) => {
    expect(assertSameOrigin(link, from)).toBe(target);
  });

  test('is refused with an error that names the host and never the link itself', () => {
    const link = 'https://evil.example/v1.0/me?$deltatoken=secret-token';
    expect(() => assertSameOrigin(link, root)).toThrow(/evil\.example/);
    expect(() => assertSameOrigin(link, root)).not.toThrow(/secret-token/);
  });
});

describe('a configured base address', () => {
  test.each([
    ['https://graph.contoso.test', 'https://graph.contoso.test/v1.0/'],
    ['https://graph.contoso.test/', 'https://graph.contoso.test/v1.0/'],
    ['https://proxy.contoso.test/graph', 'https://proxy.contoso.test/graph/v1.0/'],
    ['http://localhost:8080/', 'http://localhost:8080/v1.0/'],
    ['http://[::1]:8080/', 'http://[::1]:8080/v1.0/'],
  ])('%s becomes the root %s', (base, expected) => {
    expect(apiRoot(base, 'v1.0/').href).toBe(expected);
  });

  test.each([
    'http://graph.contoso.test/',
    'https://user:secret@graph.contoso.test/',
    'https://graph.contoso.test/?a=b',
    'https://graph.contoso.test/#x',
    'ftp://graph.contoso.test/',
    'graph.contoso.test',
    'http://127.0.0.1.evil.example/',
    '',
  ])('%j is refused as a mistake in the configuration', (base) => {
    expect(() => apiRoot(base)).toThrow(expect.objectContaining({ kind: 'config' }));
  });

  test.each([
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['localhost', true],
    ['[::1]', true],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example', false],
    ['10.0.0.1', false],
  ])('%s is loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
