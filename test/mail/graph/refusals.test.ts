import { describe, expect, test } from 'vitest';
import type { IntegratorError } from '../../../src/domain/errors.ts';
import { Gate } from '../../../src/http/gate.ts';
import { type CallPlan, GraphCall } from '../../../src/mail/graph/call.ts';
import { ChainLink, chainOf, ReadsOnly } from '../../../src/mail/graph/middleware.ts';
import type { ScriptedReply } from '../../http/scripted-server.ts';
import { ann, changesOptions, collect, errorOf, FixedTokens, graphError, graphMail, inbox, never } from './fixtures.ts';
import { closeAfterEach, entriesOfRound, lastPage, scriptedGraph } from './world.ts';

closeAfterEach();

async function refusalOf(reply: ScriptedReply): Promise<IntegratorError> {
  const { reader } = await scriptedGraph(() => reply);
  return errorOf(collect(reader.changes({ ...inbox, id: 'folder-1', path: 'all' }, null, changesOptions)));
}

describe('what a refusal of the whole mailbox means', () => {
  test.each([
    [401, 'InvalidAuthenticationToken', 'needs_login', /auth login/],
    [403, 'ErrorAccessDenied', 'access_denied', /Full Access/],
    [403, 'erroraccessdenied', 'access_denied', /Full Access/],
    [403, 'Authorization_RequestDenied', 'access_denied', /consent/],
    [403, 'ErrorQuotaExceeded', 'access_denied', /quota/],
    [403, 'SomethingNew', 'access_denied', /Full Access/],
    [404, 'MailboxNotEnabledForRESTAPI', 'not_found', /licence/],
    [404, 'ResourceNotFound', 'not_found', /licence/],
    [404, 'ErrorInvalidUser', 'not_found', /user principal name/],
    [404, 'Request_ResourceNotFound', 'not_found', /user principal name/],
    [404, '', 'not_found', /licence/],
    [400, 'ErrorInvalidUrlQuery', 'protocol', undefined],
    [400, 'SomethingNew', 'protocol', undefined],
    [409, 'ErrorFolderExists', 'protocol', undefined],
    [429, 'ApplicationThrottled', 'throttled', undefined],
    [429, 'TooManyRequests', 'throttled', undefined],
    [429, 'UnknownError', 'throttled', undefined],
    [429, '', 'throttled', undefined],
    [500, 'InternalServerError', 'unreachable', undefined],
    [502, '', 'unreachable', undefined],
    [503, 'serviceNotAvailable', 'unreachable', undefined],
    [503, 'ErrorMailboxMoveInProgress', 'unreachable', undefined],
    [504, 'UnknownError', 'unreachable', undefined],
    [507, '', 'unreachable', undefined],
    [418, '', 'protocol', undefined],
  ] as const)('%d %s is %s', async (status, code, kind, hint) => {
    const error = await refusalOf({ status, body: code === '' ? '' : graphError(code, 'What it says.') });
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(ann.address);
    expect(error.code).toBe(code === '' ? `HTTP ${status}` : code);
    if (hint !== undefined) expect(error.hint).toMatch(hint);
    if (code !== '') expect(error.message).toMatch(/What it says\..*|request-id request-1/);
  });

  test.each([
    ['an empty body', ''],
    ['HTML', '<html><body>Bad gateway</body></html>'],
    ['cut JSON', '{"error":{"code":"X'],
    ['JSON of another kind', '[1,2]'],
    ['an error that is a text', { error: 'nope' }],
    ['codes that are no texts', { error: { code: 7, message: {} } }],
    ['a body without end', 'x'.repeat(200_000)],
  ])('an error with %s is still judged by its status', async (_name, body) => {
    expect(await refusalOf({ status: 403, headers: { 'content-type': 'text/html' }, body })).toMatchObject({
      kind: 'access_denied',
      code: 'HTTP 403',
    });
  });

  test('innererror in lower case, and the header, tell the request-id too', async () => {
    const inBody = await refusalOf({
      status: 403,
      body: { error: { code: 'X', message: '', innererror: { 'request-id': 'id-7' } } },
    });
    expect(inBody.message).toContain('request-id id-7');
    const inHeader = await refusalOf({ status: 403, headers: { 'request-id': 'id-8' }, body: '' });
    expect(inHeader.message).toContain('request-id id-8');
  });

  test('what the service says cannot steer a terminal', async () => {
    const { message } = await refusalOf({
      status: 403,
      body: graphError('Code\u001b[2J', 'Red \u001b[31m\u202e\r\nforged line'),
    });
    // eslint-disable-next-line no-control-regex
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });

  test('the Inbox itself "not found" means that it may not be seen', async () => {
    const { reader } = await scriptedGraph(() => ({
      status: 404,
      body: graphError('ErrorItemNotFound', 'Default folder Root not found.'),
    }));
    const changes = (): Promise<unknown> => collect(reader.changes(inbox, null, changesOptions));
    for (const work of [changes, (): Promise<unknown> => collect(reader.list(inbox, 0, never))]) {
      expect(await errorOf(work())).toMatchObject({
        kind: 'access_denied',
        code: 'ErrorItemNotFound',
        hint: expect.stringContaining('Full Access'),
      });
    }
  });
});

describe('sign-in', () => {
  test('a 401 throws the token away, once, and asks again with the next', async () => {
    const tokens = new FixedTokens();
    const { server, reader } = await scriptedGraph(
      (request, _number, root) =>
        request.headers['authorization'] === 'Bearer token-1'
          ? { status: 401, body: graphError('InvalidAuthenticationToken') }
          : lastPage(root, [graphMail('a')]),
      { tokens },
    );
    expect(await entriesOfRound(reader)).toHaveLength(1);
    expect(tokens.invalidated).toEqual(['token-1']);
    expect(server.seen).toHaveLength(2);
  });

  test('a second 401 is not asked again: somebody must sign in', async () => {
    const tokens = new FixedTokens();
    const { server, reader } = await scriptedGraph(() => ({ status: 401, body: '' }), { tokens });
    expect(await errorOf(entriesOfRound(reader))).toMatchObject({ kind: 'needs_login' });
    expect(server.seen).toHaveLength(2);
    expect(tokens.invalidated).toEqual(['token-1']);
  });

  test('a long wait between attempts uses the token of then, not of the beginning', async () => {
    const tokens = new FixedTokens();
    const { server, reader } = await scriptedGraph(
      (_request, number, root) => {
        if (number > 1) return lastPage(root);
        tokens.invalidate('graph', 'token-1');
        return { status: 503, body: '' };
      },
      { tokens },
    );
    await entriesOfRound(reader);
    expect(server.seen.map(({ headers }) => headers['authorization'])).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  test('what sign-in itself refuses is thrown as it is', async () => {
    const { IntegratorError: Thrown } = await import('../../../src/domain/errors.ts');
    const refusal = new Thrown('needs_admin', 'consent is missing');
    const tokens = { getToken: () => Promise.reject(refusal), invalidate: () => undefined };
    const { server, reader } = await scriptedGraph((_request, _number, root) => lastPage(root), { tokens });
    expect(await errorOf(entriesOfRound(reader))).toBe(refusal);
    expect(server.seen).toHaveLength(0);
  });
});

describe('repetition', () => {
  const good = (root: string) => lastPage(root, [graphMail('a')]);

  test.each([500, 502, 503, 504, 429, 408])('a %d is asked again', async (status) => {
    const { server, reader } = await scriptedGraph((_request, number, root) =>
      number === 1 ? { status, body: '' } : good(root),
    );
    expect(await entriesOfRound(reader)).toHaveLength(1);
    expect(server.seen).toHaveLength(2);
  });

  test.each([400, 403, 404, 405, 409, 412, 501, 507])('a %d is not', async (status) => {
    const { server, reader } = await scriptedGraph(() => ({ status, body: graphError('ErrorInvalidUser') }));
    await errorOf(entriesOfRound(reader));
    expect(server.seen).toHaveLength(1);
  });

  test.each(['0', '-1', 'soon', '', 'Thu, 01 Jan 1970 00:00:00 GMT', 'NaN'])(
    'a Retry-After of %j is no reason to ask at once or never',
    async (value) => {
      const { server, reader } = await scriptedGraph((_request, number, root) =>
        number < 3 ? { status: 429, headers: { 'retry-after': value }, body: '' } : good(root),
      );
      expect(await entriesOfRound(reader)).toHaveLength(1);
      expect(server.seen).toHaveLength(3);
    },
  );

  test.each(['1800', '86400', '99999999999', new Date(Date.now() + 7_200_000).toUTCString()])(
    'a Retry-After of %s is given back as the time to come again, at most an hour away',
    async (value) => {
      for (const status of [429, 503]) {
        const { server, reader } = await scriptedGraph(() => ({ status, headers: { 'retry-after': value }, body: '' }));
        const error = await errorOf(entriesOfRound(reader));
        expect(error.kind).toBe('throttled');
        expect(error.retryAtMs).toBeGreaterThan(Date.now() + 1_700_000);
        expect(error.retryAtMs).toBeLessThanOrEqual(Date.now() + 3_600_000);
        expect(server.seen).toHaveLength(1);
      }
    },
  );

  test('while one reader of a mailbox is told to wait, no other reader of it asks, and other mailboxes go on', async () => {
    const { server, provider, reader } = await scriptedGraph((request, _number, root) =>
      request.url.includes('/users/ann') ? { status: 429, headers: { 'retry-after': '1800' }, body: '' } : good(root),
    );
    await errorOf(entriesOfRound(reader));
    const error = await errorOf(entriesOfRound(provider.reader(ann)));
    expect(error).toMatchObject({ kind: 'throttled', retryAtMs: expect.any(Number) });
    expect(server.seen).toHaveLength(1);
    expect(await entriesOfRound(provider.reader({ address: 'ben@contoso.test', user: undefined }))).toHaveLength(1);
  });

  test('a 503 is asked again over another connection', async () => {
    const { server, reader } = await scriptedGraph((_request, number, root) =>
      number < 3 ? { status: 503, body: '' } : good(root),
    );
    await entriesOfRound(reader);
    expect(new Set(server.seen.map(({ connection }) => connection)).size).toBe(3);
  });

  test('a service that never answers is given up at the deadline', async () => {
    const { server, reader } = await scriptedGraph(() => ({ raw: () => undefined }), { limits: { deadlineMs: 80 } });
    expect(await errorOf(entriesOfRound(reader))).toMatchObject({ kind: 'unreachable', code: 'timeout' });
    // Once more by ids only: one mail on the page may be why.
    expect(server.seen).toHaveLength(2);
  });

  test('the deadline also ends the waits between attempts', async () => {
    const { server, reader } = await scriptedGraph(() => ({ status: 429, headers: { 'retry-after': '1' }, body: '' }), {
      limits: { deadlineMs: 300 },
    });
    expect(await errorOf(entriesOfRound(reader))).toMatchObject({ kind: 'throttled' });
    expect(server.seen).toHaveLength(1);
  });

  test('many small refusals with large bodies leave no connections behind', async () => {
    const { server, reader } = await scriptedGraph((_request, number, root) =>
      number % 2 === 1
        ? { status: 429, body: 'x'.repeat(20_000) }
        : { body: { value: [], '@odata.nextLink': `${root}/next?${number}` } },
    );
    const pages = reader.changes(inbox, null, changesOptions)[Symbol.asyncIterator]();
    for (let page = 0; page < 20; page += 1) await pages.next();
    await pages.return?.();
    expect(new Set(server.seen.map(({ connection }) => connection)).size).toBeLessThanOrEqual(4);
  });
});

describe('only reads leave', () => {
  const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'post', 'Delete'] as const;
  const plan: CallPlan = {
    about: '',
    wanted: 'json',
    maxBytes: 1,
    deadlineMs: 1,
    retries: { attempts: 1, backoffMs: 1, longestBackoffMs: 1 },
    gatewayAttempts: 1,
    gate: new Gate(1),
    signals: [never],
    onRequest: () => undefined,
  };

  test.each(methods)('a %s is refused before it leaves, and counted', async (method) => {
    const refused: string[] = [];
    const left: string[] = [];
    class End extends ChainLink {
      async handle(call: GraphCall): Promise<void> {
        left.push(call.request.method);
      }
    }
    const chain = chainOf(new ReadsOnly((name) => refused.push(name)), new End());
    const call = (asked: string): GraphCall =>
      new GraphCall(plan, { method: asked, url: '/me/messages/1', headers: {} });
    await expect(chain.handle(call(method))).rejects.toMatchObject({
      kind: 'bug',
      message: expect.stringMatching(/must not change it/),
    });
    expect(refused).toEqual([method.toUpperCase()]);
    expect(left).toEqual([]);
    await chain.handle(call('GET'));
    expect(left).toEqual(['GET']);
  });

  test('nothing that a reader does is anything else', async () => {
    const { server, provider, reader } = await scriptedGraph((request, _number, root) => {
      if (request.url.includes('/delta')) return lastPage(root, [graphMail('a', { hasAttachments: true })]);
      return { body: { value: [] } };
    });
    await entriesOfRound(reader);
    await collect(reader.list(inbox, 0, never));
    await reader.kind(never);
    await errorOf(reader.folders('x', never));
    expect(new Set(server.seen.map(({ method }) => method))).toEqual(new Set(['GET']));
    expect(provider.mutatingRequests).toBe(0);
  });
});

describe('the kind of a mailbox', () => {
  test.each([
    ['user', 'user'],
    ['Linked', 'user'],
    ['shared', 'shared'],
    ['room', 'room'],
    ['equipment', 'equipment'],
    ['others', 'unknown'],
    ['somethingNew', 'unknown'],
    [null, 'unknown'],
  ])('userPurpose %s is %s', async (userPurpose, expected) => {
    const { reader } = await scriptedGraph(() => ({ body: { userPurpose } }));
    expect(await reader.kind(never)).toBe(expected);
  });

  test('settings that may not be seen tell nothing', async () => {
    const { reader } = await scriptedGraph(() => ({ status: 403, body: graphError('ErrorAccessDenied') }));
    expect(await reader.kind(never)).toBe('unknown');
  });
});
