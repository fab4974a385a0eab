import { afterEach, describe, expect, test } from 'vitest';
import type { GraphProvider, GraphProviderOptions } from '../../../src/mail/graph/provider.ts';
import { suspectedCutOff } from '../../../src/mail/graph/advance.ts';
import type { ChangePage, MailboxReader } from '../../../src/mail/provider.ts';
import { type Script, type ScriptedServer, type SeenRequest, scriptedServer } from '../../http/scripted-server.ts';
import {
  ann,
  changesOptions,
  collect,
  errorOf,
  FixedTokens,
  floorMs,
  graphError,
  graphMail,
  idsOf,
  inbox,
  never,
  providerOf,
  sentItems,
} from './fixtures.ts';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

interface World {
  readonly server: ScriptedServer;
  readonly provider: GraphProvider;
  readonly reader: MailboxReader;
}

async function graph(
  script: (request: SeenRequest, number: number, root: string) => ReturnType<Script>,
  options: Partial<GraphProviderOptions> = {},
): Promise<World> {
  const server: ScriptedServer = await scriptedServer((request, number) =>
    script(request, number, `${server.url}v1.0`),
  );
  const provider = providerOf(server, options);
  open.push(server, provider);
  return { server, provider, reader: provider.reader(ann) };
}

function round(reader: MailboxReader, cursor: string | null = null): Promise<ChangePage[]> {
  return collect(reader.changes(inbox, cursor, changesOptions));
}

const end = (root: string, ids: readonly string[] = []) => ({
  body: { value: ids.map((id) => graphMail(id)), '@odata.deltaLink': `${root}/delta?$deltatoken=end` },
});
const queryOf = (request: SeenRequest | undefined): URLSearchParams =>
  new URL(request?.url ?? '', 'http://x').searchParams;

test('a page that has come waits until there is room for it, and only then is unpacked', async () => {
  const { server, reader } = await graph((_request, number, root) =>
    number === 1 ? { body: '<not to be unpacked>' } : end(root, ['m1']),
  );
  const events: string[] = [];
  const beforePage = async () => {
    events.push(`request ${server.seen.length} answered`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    events.push('room');
  };
  const [page] = await collect(reader.changes(inbox, null, { ...changesOptions, beforePage }));
  events.push(`${page?.entries.length} entry`);
  // Also what turns out to be no page: it is not known before it is unpacked.
  expect(events).toEqual(['request 1 answered', 'room', 'request 2 answered', 'room', '1 entry']);
});

describe('what is asked', () => {
  test('a first round asks for everything a mail needs, newest first, from the floor, never with $top or isRead', async () => {
    const { server, reader } = await graph((_request, _number, root) => end(root));
    await round(reader);
    expect(server.seen[0]?.url).toMatch(/^\/v1\.0\/users\/ann@contoso\.test\/mailFolders\/inbox\/messages\/delta\?/);
    const query = queryOf(server.seen[0]);
    expect(query.get('$filter')).toBe('receivedDateTime ge 2026-01-01T00:00:00Z');
    expect(query.get('$orderby')).toBe('receivedDateTime desc');
    expect(query.has('$top')).toBe(false);
    const select = query.get('$select')?.split(',') ?? [];
    expect(select).toEqual(
      expect.arrayContaining(['body', 'internetMessageHeaders', 'bccRecipients', 'hasAttachments']),
    );
    expect(select).not.toContain('isRead');
    expect(select).not.toContain('uniqueBody');
  });

  test('uniqueBody is asked for when it is of use', async () => {
    const { server, reader } = await graph((_request, _number, root) => end(root), { uniqueBody: true });
    await round(reader);
    expect(queryOf(server.seen[0]).get('$select')).toContain('uniqueBody');
  });

  test('every request carries the whole Prefer header, an id of its own and the token', async () => {
    const { server, reader } = await graph((_request, number, root) =>
      number < 3 ? { body: { value: [], '@odata.nextLink': `${root}/next?${number}` } } : end(root),
    );
    await round(reader);
    for (const { headers } of server.seen) {
      expect(headers['prefer']).toBe('odata.maxpagesize=150, outlook.body-content-type="html"');
      expect(headers['authorization']).toBe('Bearer token-1');
    }
    expect(new Set(server.seen.map(({ headers }) => headers['client-request-id'])).size).toBe(3);
  });

  test('a link of the service goes out byte for byte', async () => {
    const strange = "users('ann@contoso.test')/mailFolders('A-_=')/delta?$skiptoken=a%2Bb/c==&$select=id&$filter=z%20";
    const { server, reader } = await graph((_request, number, root) =>
      number === 1 ? { body: { value: [], '@odata.nextLink': `${root}/${strange}` } } : end(root),
    );
    await round(reader);
    expect(server.seen[1]?.url).toBe(`/v1.0/${strange}`);
  });

  test('an address is escaped where it stands in a path', async () => {
    const { server, provider } = await graph((_request, _number, root) => end(root));
    const reader = provider.reader({ address: 'x@contoso.test', user: "o'hara#EXT#/..@contoso.test" });
    await collect(reader.changes(inbox, null, changesOptions));
    expect(server.seen[0]?.url).toContain('/v1.0/users/o%27hara%23EXT%23%2F..@contoso.test/mailFolders/');
  });

  test.each([
    ['$orderby', (url: string) => url.includes('$orderby')],
    ['uniqueBody', (url: string) => url.includes('uniqueBody')],
    ['internetMessageHeaders', (url: string) => url.includes('internetMessageHeaders')],
    ['all three', (url: string) => /\$orderby|uniqueBody|internetMessageHeaders/.test(url)],
  ])(
    'a service that refuses %s in a delta is asked without it, and not again on this connection',
    async (_name, refuses) => {
      const { server, provider, reader } = await graph(
        (request, _number, root) =>
          refuses(request.url) ? { status: 400, body: graphError('ErrorInvalidUrlQuery') } : end(root, ['a']),
        { uniqueBody: true },
      );
      expect(idsOf(await round(reader))).toEqual(['a']);
      const asked = server.seen.length;
      await collect(
        provider.reader({ address: 'bob@contoso.test', user: undefined }).changes(inbox, null, changesOptions),
      );
      expect(server.seen.length).toBe(asked + 1);
      expect(server.seen[0]?.url).toMatch(/\$orderby.*/);
    },
  );

  test('what stays refused however it is asked is an error', async () => {
    const { reader } = await graph(() => ({
      status: 400,
      body: graphError('ErrorInvalidUrlQuery', 'The filter is not supported.'),
    }));
    expect(await errorOf(round(reader))).toMatchObject({ kind: 'protocol', code: 'ErrorInvalidUrlQuery' });
  });

  test('in Sent Items the thread is asked for by its properties, and by a 500 for them they are left out', async () => {
    const { server, reader } = await graph((request, _number, root) =>
      request.url.includes('$expand') ? { status: 500, body: graphError('InternalServerError') } : end(root),
    );
    await collect(reader.changes(sentItems, null, changesOptions));
    expect(decodeURIComponent(server.seen[0]?.url ?? '')).toContain(
      "singleValueExtendedProperties($filter=id eq 'String 0x1A'",
    );
    expect(server.seen.at(-1)?.url).not.toContain('$expand');
  });
});

describe('rounds', () => {
  test('a cursor goes on after its page, and an idle round is one request', async () => {
    const { server, reader } = await graph((request, _number, root) => {
      if (request.url.includes('=end')) return end(root);
      if (request.url.includes('page=2')) return end(root, ['b']);
      return { body: { value: [graphMail('a')], '@odata.nextLink': `${root}/next?page=2` } };
    });
    const pages = await round(reader);
    expect(pages.map(({ last, resync }) => [last, resync])).toEqual([
      [false, false],
      [true, false],
    ]);
    expect(idsOf(await round(reader, pages[0]?.cursor))).toEqual(['b']);
    const before = server.seen.length;
    expect(idsOf(await round(reader, pages[1]?.cursor))).toEqual([]);
    expect(server.seen.length).toBe(before + 1);
    expect(reader.requests).toBe(server.seen.length);
  });

  test('empty pages, repeated entries and removals are taken as they come', async () => {
    const { reader } = await graph((_request, number, root) => {
      if (number === 1) return { body: { value: [], '@odata.nextLink': `${root}/next?2` } };
      if (number === 2)
        return { body: { value: [graphMail('a'), graphMail('a')], '@odata.nextLink': `${root}/next?3` } };
      return { body: { value: [{ id: 'b', '@removed': { reason: 'deleted' } }], '@odata.deltaLink': `${root}/end` } };
    });
    const pages = await round(reader);
    expect(pages.flatMap((page) => page.entries.map(({ kind, providerId }) => `${kind} ${providerId}`))).toEqual([
      'present a',
      'present a',
      'removed b',
    ]);
  });

  test.each([
    [410, 'SyncStateNotFound'],
    [410, 'resyncRequired'],
    [410, 'syncstateinvalid'],
    [410, ''],
    [400, 'ErrorInvalidIdMalformed'],
    [400, 'BadRequest'],
    [404, 'SyncStateNotFound'],
  ])('a link that died with %d %s starts the round again from the floor', async (status, code) => {
    const { server, reader } = await graph((request, _number, root) => {
      if (request.url.includes('dead')) return { status, body: graphError(code) };
      return end(root, ['a']);
    });
    const dead = (await round(reader))[0]?.cursor.replace('$deltatoken=end', '$deltatoken=dead') ?? '';
    const pages = await round(reader, dead);
    expect(pages.map(({ resync, last }) => [resync, last])).toEqual([[true, true]]);
    expect(idsOf(pages)).toEqual(['a']);
    expect(queryOf(server.seen.at(-1)).get('$filter')).toBe('receivedDateTime ge 2026-01-01T00:00:00Z');
  });

  test('a link that dies in the middle of a round starts it again, then by ids only; a third time is an error', async () => {
    const { server, reader } = await graph((request, _number, root) => {
      if (request.url.includes('dead')) return { status: 410, body: graphError('SyncStateNotFound') };
      return { body: { value: [graphMail('a')], '@odata.nextLink': `${root}/next?dead=${server.seen.length}` } };
    });
    const pages: ChangePage[] = [];
    const reading = (async () => {
      for await (const page of reader.changes(inbox, null, changesOptions)) pages.push(page);
    })();
    expect(await errorOf(reading)).toMatchObject({ code: 'SyncStateNotFound' });
    expect(pages.map(({ resync }) => resync)).toEqual([false, true, true]);
  });

  test.each([
    ['no JSON', 'garbage'],
    ['another version', '{"v":2}'],
    [
      'another folder',
      JSON.stringify({ v: 1, folder: 'other', at: { phase: 'delta', link: 'https://x', light: false } }),
    ],
    [
      'a link to another host',
      JSON.stringify({
        v: 1,
        folder: 'inbox',
        at: { phase: 'delta', link: 'https://evil.example/v1.0/x', light: false },
      }),
    ],
  ])(
    'a cursor that is none of ours (%s) starts again from the floor, and nothing is sent elsewhere',
    async (_name, cursor) => {
      const { server, reader } = await graph((_request, _number, root) => end(root, ['a']));
      const pages = await round(reader, cursor);
      expect(pages.map(({ resync }) => resync)).toEqual([true]);
      expect(server.seen).toHaveLength(1);
    },
  );
});

describe('pages that lie', () => {
  test('a page with neither nextLink nor deltaLink is an error, not an end', async () => {
    const { reader } = await graph(() => ({ body: { value: [graphMail('a')] } }));
    expect(await errorOf(round(reader))).toMatchObject({ kind: 'protocol' });
  });

  test('an endless nextLink loop ends with an error', async () => {
    const { server, reader } = await graph((request) => ({
      body: { value: [], '@odata.nextLink': new URL(request.url, server.url).href },
    }));
    expect(await errorOf(round(reader))).toMatchObject({ kind: 'protocol' });
    expect(server.seen.length).toBeLessThan(4);
  });

  test('a loop over two pages ends with an error too', async () => {
    const { server, reader } = await graph((_request, number, root) => ({
      body: { value: [], '@odata.nextLink': `${root}/next?${number % 2}` },
    }));
    expect(await errorOf(round(reader))).toMatchObject({ kind: 'protocol' });
    expect(server.seen.length).toBeLessThan(6);
  });

  test('a nextLink to another host is not followed, the token does not travel, and the link is not stored', async () => {
    const elsewhere = await scriptedServer(() => ({ body: { value: [] } }));
    open.push(elsewhere);
    const { reader } = await graph(() => ({
      body: { value: [graphMail('a')], '@odata.nextLink': `${elsewhere.url}v1.0/next` },
    }));
    const pages: ChangePage[] = [];
    const reading = (async () => {
      for await (const page of reader.changes(inbox, null, changesOptions)) pages.push(page);
    })();
    expect(await errorOf(reading)).toMatchObject({ kind: 'protocol' });
    expect(pages).toEqual([]);
    expect(elsewhere.seen).toEqual([]);
  });

  test('a deltaLink to another host is not stored either', async () => {
    const { reader } = await graph(() => ({
      body: { value: [], '@odata.deltaLink': 'https://evil.example/v1.0/delta' },
    }));
    expect(await errorOf(round(reader))).toMatchObject({ kind: 'protocol' });
  });

  test('links that are null, or empty, are no links', async () => {
    const { reader } = await graph((request, _number, root) => {
      if (request.url.includes('token=2')) return { body: { ...end(root, ['b']).body, '@odata.nextLink': null } };
      return {
        body: { value: [graphMail('a')], '@odata.nextLink': `${root}/delta?token=2`, '@odata.deltaLink': '' },
      };
    });
    expect(idsOf(await round(reader))).toEqual(['a', 'b']);
  });

  test('JSON that does not say its type is taken for what it is', async () => {
    const { server, reader } = await graph((_request, _number, root) => ({
      raw: (response) => void response.end(JSON.stringify(end(root, ['a']).body)),
    }));
    expect(idsOf(await round(reader))).toEqual(['a']);
    expect(server.seen).toHaveLength(1);
  });

  test('a delta that refuses the date filter is followed without it', async () => {
    const { server, reader } = await graph((request, _number, root) =>
      queryOf(request).has('$filter')
        ? { status: 400, body: graphError('ErrorInvalidUrlQuery', "The '$filter' parameter is not supported.") }
        : end(root, ['a']),
    );
    expect(idsOf(await round(reader))).toEqual(['a']);
    expect(queryOf(server.seen.at(-1)).get('$orderby')).toBe('receivedDateTime desc');
    const asked = server.seen.length;
    await round(reader);
    expect(server.seen).toHaveLength(asked + 1);
  });

  test.each([
    ['HTML with status 200', { headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' }],
    ['HTML that calls itself JSON', { body: '<html>Sign in</html>' }],
    ['cut JSON', { body: '{"value":[{"id":"a"' }],
    ['nothing', { body: '' }],
    ['JSON of another type', { headers: { 'content-type': 'text/plain' }, body: { value: [] } }],
  ])('%s is asked for again, and used when it comes right', async (_name, reply) => {
    const { server, reader } = await graph((_request, number, root) => (number < 3 ? reply : end(root, ['a'])));
    expect(idsOf(await round(reader))).toEqual(['a']);
    expect(server.seen).toHaveLength(3);
  });

  test.each([
    ['HTML', { headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' }],
    ['cut JSON', { body: '{"value":[{"id":"a"' }],
  ])('%s that stays is an error that says so', async (_name, reply) => {
    const { server, reader } = await graph(() => reply);
    expect(await errorOf(round(reader))).toMatchObject({ kind: 'protocol' });
    // The last time ids only: one mail on the page may be why.
    expect(server.seen).toHaveLength(5);
    expect(server.seen.map((request) => queryOf(request).get('$select') === 'id,receivedDateTime')).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  test.each([['a number'], [42], [null], [{ value: 'x' }], [{ value: {} }], [[]]])(
    'JSON that is no page (%j) is an error',
    async (body) => {
      const { reader } = await graph(() => ({ body: Buffer.from(JSON.stringify(body)) }));
      expect(await errorOf(round(reader))).toMatchObject({ kind: 'protocol' });
    },
  );

  test('a redirect is not followed', async () => {
    const elsewhere = await scriptedServer(() => ({ body: { value: [] } }));
    open.push(elsewhere);
    const { reader } = await graph(() => ({ status: 307, headers: { location: `${elsewhere.url}v1.0/x` }, body: '' }));
    expect(await errorOf(round(reader))).toMatchObject({ kind: 'protocol' });
    expect(elsewhere.seen).toEqual([]);
  });

  test('a connection cut in the middle of a page is asked for again', async () => {
    const { reader } = await graph((_request, number, root) =>
      number > 2
        ? end(root, ['a'])
        : {
            raw: (response) =>
              void response
                .writeHead(200, { 'content-type': 'application/json', 'content-length': '999' })
                .write('{"value"', () => response.destroy()),
          },
    );
    expect(idsOf(await round(reader))).toEqual(['a']);
  });
});

describe('heavy pages', () => {
  const sizeOf = (request: SeenRequest): number =>
    Number(/maxpagesize=(\d+)/.exec(String(request.headers['prefer']))?.[1]);

  test.each([
    ['504', { status: 504, body: '' }],
    ['a body over the cap', { body: { value: [graphMail('x', { subject: 'y'.repeat(5_000) })] } }],
  ])('%s makes pages smaller, then larger again', async (_name, heavy) => {
    const { server, reader } = await graph(
      (request, number, root) => {
        if (request.url.includes('page=heavy') && sizeOf(request) > 1) return heavy;
        if (number > 6) return end(root);
        const next = number === 1 ? 'heavy' : String(number);
        return { body: { value: [], '@odata.nextLink': `${root}/next?page=${next}` } };
      },
      { limits: { pageBytes: 4_000, messageBytes: 1_000_000 } },
    );
    await round(reader);
    expect(server.seen.map(sizeOf)).toEqual([150, 150, 12, 1, 12, 150, 150]);
  });

  test('a page that even alone is too heavy makes the round list ids only, and finds the culprit among single mails', async () => {
    const { server, reader } = await graph(
      (request, _number, root) => {
        const light = queryOf(request).get('$select') === 'id,receivedDateTime';
        if (!light) return { body: { value: [graphMail('a', { subject: 'y'.repeat(5_000) })] } };
        return {
          body: { value: [{ id: 'a', receivedDateTime: '2026-02-01T10:00:00Z' }], '@odata.deltaLink': `${root}/end` },
        };
      },
      { limits: { pageBytes: 2_000, messageBytes: 4_000 } },
    );
    const pages = await round(reader);
    expect(idsOf(pages)).toEqual(['a']);
    expect(pages[0]?.resync).toBe(true);
    expect(server.seen).toHaveLength(4);
  });

  test('so does a page that one damaged mail keeps from being listed', async () => {
    const { reader } = await graph((request, _number, root) =>
      queryOf(request).get('$select') === 'id,receivedDateTime'
        ? {
            body: { value: [{ id: 'a', receivedDateTime: '2026-02-01T10:00:00Z' }], '@odata.deltaLink': `${root}/end` },
          }
        : { status: 500, body: graphError('ErrorCorruptData') },
    );
    expect(idsOf(await round(reader))).toEqual(['a']);
  });

  test('ids come in small pages, of which only the last moves the cursor, so that a restart among them loses none', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `m${index}`);
    const script: Parameters<typeof graph>[0] = (request, _number, root) =>
      queryOf(request).get('$select') === 'id,receivedDateTime'
        ? { body: { value: ids.map((id) => ({ id })), '@odata.deltaLink': `${root}/delta?$deltatoken=end` } }
        : { status: 500, body: graphError('InternalServerError') };
    const { server, reader } = await graph(script);
    const pages = await round(reader);
    expect(pages.map(({ entries, last, resync }) => [entries.length, last, resync])).toEqual([
      [12, false, true],
      [12, false, false],
      [6, true, false],
    ]);
    expect(idsOf(pages)).toEqual(ids);
    for (const page of pages.slice(0, 2)) {
      const again = providerOf(server);
      open.push(again);
      expect(idsOf(await round(again.reader(ann), page.cursor))).toEqual(ids);
    }
  });
});

describe('first imports beyond the 5,000 of a filtered delta', () => {
  const total = suspectedCutOff + 400;
  /** One mail a minute, newest first; some share a second. */
  const mails = Array.from({ length: total + 250 }, (_, index) =>
    graphMail(`m${index}`, {
      body: null,
      internetMessageHeaders: [],
      receivedDateTime:
        new Date(floorMs + (total + 250 - Math.floor(index / 3) * 3) * 60_000).toISOString().slice(0, 19) + 'Z',
    }),
  );

  async function cutOffGraph(shuffle: boolean): Promise<World> {
    const delta = shuffle ? [...mails.slice(200, total), ...mails.slice(0, 200)] : mails.slice(0, total);
    return graph((request, _number, root) => {
      const query = queryOf(request);
      const offset = Number(query.get('$skiptoken') ?? query.get('$skip') ?? 0);
      const size = 150;
      if (request.url.includes('/delta')) {
        const value = delta.slice(offset, offset + size);
        const link =
          offset + size < delta.length
            ? { '@odata.nextLink': `${root}/x/delta?$skiptoken=${offset + size}` }
            : { '@odata.deltaLink': `${root}/x/end?$deltatoken=1` };
        return { body: { value, ...link } };
      }
      if (request.url.includes('/end')) return end(root);
      const until = /le (\S+)/.exec(query.get('$filter') ?? '')?.[1];
      const fitting = mails.filter((mail) => until === undefined || String(mail['receivedDateTime']) <= until);
      const value = fitting.slice(offset, offset + size);
      const more = offset + size < fitting.length;
      const filter = query.get('$filter') ?? '';
      return {
        body: {
          value,
          ...(more
            ? { '@odata.nextLink': `${root}/x/messages?$filter=${encodeURIComponent(filter)}&$skip=${offset + size}` }
            : {}),
        },
      };
    });
  }

  test.each([
    ['newest first', false],
    ['in any order', true],
  ])('lose none when the delta came %s', async (_name, shuffle) => {
    const { reader } = await cutOffGraph(shuffle);
    const pages = await round(reader);
    expect(new Set(idsOf(pages)).size).toBe(mails.length);
    expect(pages.filter(({ last }) => last)).toHaveLength(1);
    expect(idsOf(await round(reader, pages.at(-1)?.cursor))).toEqual([]);
  });

  test('newest first, only the rest is listed again', async () => {
    const { server, reader } = await cutOffGraph(false);
    await round(reader);
    expect(server.seen.length).toBeLessThan(Math.ceil(total / 150) + 6);
  });

  test('survive a restart at every page', async () => {
    const { server } = await cutOffGraph(false);
    const ids: string[] = [];
    let cursor: string | null = null;
    for (let last = false; !last;) {
      const fresh = providerOf(server);
      for await (const page of fresh.reader(ann).changes(inbox, cursor, changesOptions)) {
        ids.push(...idsOf([page]));
        ({ cursor, last } = page);
        break;
      }
      await fresh.close();
    }
    expect(new Set(ids).size).toBe(mails.length);
  });

  test('a mail deleted while the rest is listed hides no other', async () => {
    const all = Array.from({ length: 450 }, (_, index) =>
      graphMail(`m${index}`, {
        receivedDateTime: new Date(floorMs + (1000 - index) * 60_000).toISOString().slice(0, 19) + 'Z',
      }),
    );
    const { reader } = await graph(
      (request, number, root) => {
        const query = queryOf(request);
        const until = /le (\S+)/.exec(query.get('$filter') ?? '')?.[1];
        const there = number === 1 ? all : all.slice(10);
        const fitting = there.filter((mail) => until === undefined || String(mail['receivedDateTime']) <= until);
        const skip = Number(query.get('$skip') ?? 0);
        const more = skip + 150 < fitting.length;
        return {
          body: {
            value: fitting.slice(skip, skip + 150),
            ...(more ? { '@odata.nextLink': `${root}/x/messages?$skip=${skip + 150}` } : {}),
          },
        };
      },
      { delta: false },
    );
    expect(new Set(idsOf(await round(reader))).size).toBe(450);
  });
});

describe('a service without message delta', () => {
  test('is listed from the floor, then over an overlap of 48 hours by ids only', async () => {
    const { server, reader } = await graph(() => ({ body: { value: [graphMail('a')] } }), { delta: false });
    const pages = await round(reader);
    expect(pages.map(({ last }) => last)).toEqual([true]);
    await round(reader, pages[0]?.cursor);
    expect(server.seen.map((request) => request.url.includes('/delta'))).toEqual([false, false]);
    expect(queryOf(server.seen[0]).get('$filter')).toBe('receivedDateTime ge 2026-01-01T00:00:00Z');
    expect(queryOf(server.seen[1]).get('$filter')).toBe('receivedDateTime ge 2026-01-30T10:00:00Z');
    expect(queryOf(server.seen[1]).get('$select')).toBe('id,receivedDateTime');
  });

  test('never looks below the floor', async () => {
    const early = graphMail('a', { receivedDateTime: '2026-01-01T01:00:00Z' });
    const { server, reader } = await graph(() => ({ body: { value: [early] } }), { delta: false });
    await round(reader, (await round(reader))[0]?.cursor);
    expect(queryOf(server.seen[1]).get('$filter')).toBe('receivedDateTime ge 2026-01-01T00:00:00Z');
  });

  test('a mail dated in the future does not hide what comes before it', async () => {
    const future = graphMail('a', { receivedDateTime: '2999-01-01T00:00:00Z' });
    const { server, reader } = await graph(() => ({ body: { value: [future, graphMail('b')] } }), { delta: false });
    await round(reader, (await round(reader))[0]?.cursor);
    expect(queryOf(server.seen[1]).get('$filter')).toBe('receivedDateTime ge 2026-01-30T10:00:00Z');
  });
});

describe('a list for audits', () => {
  test('gives every mail once, by ids, in large pages', async () => {
    const { server, reader } = await graph((request, _number, root) => {
      const second = request.url.includes('skip');
      const value = second ? [graphMail('b'), graphMail('c')] : [graphMail('a'), graphMail('b')];
      return { body: { value, ...(second ? {} : { '@odata.nextLink': `${root}/x/messages?$skip=2` }) } };
    });
    const listed = await collect(reader.list(inbox, floorMs, never));
    expect(listed.map(({ providerId }) => providerId)).toEqual(['a', 'b', 'c']);
    expect(listed[0]).toEqual({
      providerId: 'a',
      internetMessageId: 'a@acme.example',
      receivedAtMs: Date.parse('2026-02-01T10:00:00Z'),
      subject: 'Mail a',
      from: 'carl@acme.example',
    });
    expect(server.seen[0]?.headers['prefer']).toContain('odata.maxpagesize=1000');
    expect(queryOf(server.seen[0]).get('$select')).toBe('id,internetMessageId,receivedDateTime,subject,from');
  });
});

describe('stopping', () => {
  test('ends a wait for the service at once', async () => {
    const caller = new AbortController();
    const { reader } = await graph(
      () => ({ status: 429, headers: { 'retry-after': '30' }, body: graphError('TooManyRequests') }),
      { tokens: new FixedTokens() },
    );
    const reading = collect(reader.changes(inbox, null, { floorMs, signal: caller.signal }));
    setTimeout(() => caller.abort(), 30);
    expect(await errorOf(reading)).toMatchObject({ code: 'stopped' });
  });
});

describe('folders', () => {
  const folders = (names: readonly string[]) => ({
    body: { value: names.map((name) => ({ id: name, displayName: name })) },
  });
  const missing = { status: 404, body: graphError('itemNotFound') };

  test('those at the top are found where the service does not know the root by its name', async () => {
    const { reader } = await graph(({ url }) => (/\/mailFolders\?/.test(url) ? folders(['Leads']) : missing));
    expect(await reader.folders('leads', never)).toMatchObject([{ id: 'Leads', sentItems: false }]);
  });

  test('a mailbox without one of the usual folders is no obstacle to `all`, whatever the code says', async () => {
    const { reader } = await graph(({ url }) => {
      if (/msgfolderroot\/childFolders\?/.test(url)) return folders(['Leads', 'junk-id']);
      if (/childFolders/.test(url)) return folders([]);
      return /\/junkemail\?/.test(url) ? { body: { id: 'junk-id' } } : missing;
    });
    expect((await reader.folders('all', never)).map(({ id }) => id)).toEqual(['Leads']);
  });
});
