import { describe, expect, test } from 'vitest';
import { allAttachments, type ReadResult } from '../../../src/mail/provider.ts';
import { IntegratorError } from '../../../src/domain/errors.ts';
import type { ScriptedReply, SeenRequest } from '../../http/scripted-server.ts';
import { changesOptions, collect, graphError, graphMail, inbox, MemorySink, never } from './fixtures.ts';
import { closeAfterEach, scriptedGraph } from './world.ts';

closeAfterEach();

const refused = (status: number, code: string): ScriptedReply => ({ status, body: graphError(code) });

const answers = {
  '400': refused(400, 'BadRequest'),
  '401': refused(401, 'InvalidAuthenticationToken'),
  '403': refused(403, 'ErrorAccessDenied'),
  '404': refused(404, 'ErrorItemNotFound'),
  '410': refused(410, 'Gone'),
  '429': refused(429, 'TooManyRequests'),
  '500': refused(500, 'InternalServerError'),
  '502': { status: 502, body: '<html>' },
  '503': { status: 503, body: '' },
  '504': { status: 504, body: '' },
  garbage: { body: '<html>{"' },
  truncated: {
    raw: (response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': '999' })
        .write('{"value"', () => response.destroy()),
  },
  empty: { body: '' },
} satisfies Record<string, ScriptedReply>;
type Answer = keyof typeof answers;

type Place = 'page' | 'ids' | 'mail' | 'attachments' | 'attachment' | 'original';

/**
 * What becomes of three mails where the service gives this answer for one of them in this place, once and for ever, and
 * answers for everything else. `damaged`, `listed later` and `bytes later` are set aside and tried again; an error of
 * the folder leaves its cursor, so that the mails come at the next turn.
 */
const outcomes: Record<Place, Record<Answer, readonly [once: string, forEver: string]>> = {
  // The first page came; the second holds the mail. For ever: what is refused with the mail is refused without others.
  page: {
    '400': ['comes', 'damaged'],
    '401': ['comes', 'needs_login'],
    '403': ['comes', 'damaged'],
    '404': ['comes', 'gone'],
    '410': ['comes', 'damaged'],
    '429': ['comes', 'throttled'],
    '500': ['comes', 'damaged'],
    '502': ['comes', 'damaged'],
    '503': ['comes', 'damaged'],
    '504': ['comes', 'damaged'],
    garbage: ['comes', 'damaged'],
    truncated: ['comes', 'damaged'],
    empty: ['comes', 'damaged'],
  },
  // Whole mails are refused for ever, and so is the second page of ids.
  ids: {
    '400': ['comes', 'protocol'],
    '401': ['comes', 'needs_login'],
    '403': ['access_denied', 'access_denied'],
    '404': ['access_denied', 'access_denied'],
    '410': ['comes', 'protocol'],
    '429': ['comes', 'throttled'],
    '500': ['comes', 'unreachable'],
    '502': ['comes', 'unreachable'],
    '503': ['comes', 'unreachable'],
    '504': ['comes', 'unreachable'],
    garbage: ['comes', 'protocol'],
    truncated: ['comes', 'unreachable'],
    empty: ['comes', 'protocol'],
  },
  mail: {
    '400': ['comes', 'damaged'],
    '401': ['comes', 'damaged'],
    '403': ['damaged', 'damaged'],
    '404': ['comes', 'gone'],
    '410': ['damaged', 'damaged'],
    '429': ['comes', 'damaged'],
    '500': ['comes', 'damaged'],
    '502': ['comes', 'damaged'],
    '503': ['comes', 'damaged'],
    '504': ['comes', 'damaged'],
    garbage: ['comes', 'damaged'],
    truncated: ['comes', 'damaged'],
    empty: ['comes', 'damaged'],
  },
  attachments: {
    '400': ['comes', 'listed later'],
    '401': ['comes', 'listed later'],
    '403': ['comes', 'listed later'],
    '404': ['comes', 'listed later'],
    '410': ['comes', 'listed later'],
    '429': ['comes', 'listed later'],
    '500': ['comes', 'listed later'],
    '502': ['comes', 'listed later'],
    '503': ['comes', 'listed later'],
    '504': ['comes', 'listed later'],
    garbage: ['comes', 'listed later'],
    truncated: ['comes', 'listed later'],
    empty: ['comes', 'listed later'],
  },
  attachment: {
    '400': ['bytes later', 'bytes later'],
    '401': ['comes', 'bytes later'],
    '403': ['bytes later', 'bytes later'],
    '404': ['comes', 'bytes later'],
    '410': ['bytes later', 'bytes later'],
    '429': ['comes', 'bytes later'],
    '500': ['comes', 'bytes later'],
    '502': ['comes', 'bytes later'],
    '503': ['comes', 'bytes later'],
    '504': ['comes', 'bytes later'],
    // Any bytes may be a file's.
    garbage: ['comes', 'comes'],
    truncated: ['comes', 'bytes later'],
    empty: ['bytes later', 'bytes later'],
  },
  original: {
    '400': ['comes', 'no original'],
    '401': ['comes', 'no original'],
    '403': ['comes', 'no original'],
    '404': ['comes', 'no original'],
    '410': ['comes', 'no original'],
    '429': ['comes', 'damaged'],
    '500': ['comes', 'no original'],
    '502': ['comes', 'damaged'],
    '503': ['comes', 'damaged'],
    '504': ['comes', 'damaged'],
    garbage: ['comes', 'comes'],
    truncated: ['comes', 'damaged'],
    empty: ['no original', 'no original'],
  },
};

const file = { '@odata.type': '#microsoft.graph.fileAttachment', id: 'f', name: 'f.pdf', size: 5_000 };
const bad = graphMail('bad', { hasAttachments: true });

function isIdsOnly(url: string): boolean {
  return new URL(url, 'http://x').searchParams.get('$select') === 'id,receivedDateTime';
}

/** The place that a request asks about, where it is about the bad mail. */
function placeOf({ url }: SeenRequest): Place | null {
  if (/\/delta\?.*ids2/.test(url)) return 'ids';
  if (/\/delta\?.*whole2/.test(url)) return 'page';
  if (/messages\/bad\/attachments\/f\/\$value/.test(url)) return 'attachment';
  if (/messages\/bad\/attachments/.test(url)) return 'attachments';
  if (/messages\/bad\/\$value/.test(url)) return 'original';
  // Whether it is there is asked by its id alone.
  return /messages\/bad\?\$select=id,subject/.test(url) ? 'mail' : null;
}

/** What an honest service says. */
function honest({ url }: SeenRequest, root: string): ScriptedReply {
  const end = { '@odata.deltaLink': `${root}/delta?$deltatoken=end` };
  const page = (value: readonly unknown[], more: object): ScriptedReply => ({ body: { value, ...more } });
  const listed = (id: string) => ({ id, receivedDateTime: '2026-02-01T10:00:00Z' });
  if (url.includes('ids2')) return page([listed('bad'), listed('c')], end);
  if (url.includes('whole2')) return page([bad, graphMail('c')], end);
  if (url.includes('/delta?') && isIdsOnly(url)) return page([listed('a')], nextAt(root, 'ids2'));
  if (url.includes('/delta?')) return page([graphMail('a')], nextAt(root, 'whole2'));
  if (url.includes('/$value')) return { body: 'some bytes' };
  if (url.includes('/attachments')) return page([file], {});
  if (url.includes('/messages?')) return page([{ id: 'bad' }, { id: 'c' }], {});
  const id = /messages\/(\w+)\?/.exec(url)?.[1] ?? 'inbox';
  return { body: id === 'bad' ? bad : graphMail(id) };
}

function nextAt(root: string, token: string): object {
  return { '@odata.nextLink': `${root}/delta?$skiptoken=${token}` };
}

/** In places behind the page, the page itself is refused too: only so is the mail asked for on its own. */
function isSpoiled(asked: Place | null, place: Place): boolean {
  return asked === place || (place === 'page' && asked === 'mail');
}

async function outcomeOf(place: Place, reply: ScriptedReply, times: number): Promise<string> {
  let spoiled = 0;
  const { reader } = await scriptedGraph((request, _number, root) => {
    const asked = placeOf(request);
    if (isSpoiled(asked, place) && (spoiled += 1) <= times) return reply;
    if (asked === 'page' && (place === 'mail' || place === 'ids')) return answers['500'];
    return honest(request, root);
  });
  const results: ReadResult[] = [];
  const options = { files: new MemorySink(), keepOriginal: place === 'original', signal: never };
  try {
    for await (const page of reader.changes(inbox, null, changesOptions)) {
      const present = page.entries.filter((entry) => entry.kind === 'present');
      results.push(...(await collect(reader.read(present, options))));
    }
  } catch (error) {
    if (error instanceof IntegratorError) return error.kind;
    throw error;
  }
  const others = results.filter((result) => result.kind === 'message').map(({ message }) => message.providerId);
  expect(others).toEqual(expect.arrayContaining(['a', 'c']));
  return toldOf(
    results.findLast((result) => idOf(result) === 'bad'),
    options.keepOriginal,
  );
}

function idOf(result: ReadResult): string {
  return result.kind === 'message' ? result.message.providerId : result.providerId;
}

function toldOf(result: ReadResult | undefined, keepOriginal: boolean): string {
  if (result?.kind !== 'message') return result?.kind ?? 'lost';
  const [attachment, ...more] = result.message.attachments;
  expect(more).toEqual([]);
  const { content } = attachment ?? {};
  if (content?.kind === 'failed') return content.providerId === allAttachments ? 'listed later' : 'bytes later';
  expect(content?.kind).toBe('stored');
  return keepOriginal && result.message.original === null ? 'no original' : 'comes';
}

describe.each(Object.entries(outcomes))('for one mail in the place of its %s', (place, table) => {
  test.each(Object.entries(table).map(([answer, [once, forEver]]) => ({ answer, once, forEver })))(
    '$answer once: $once; for ever: $forEver',
    async ({ answer, once, forEver }) => {
      const reply = answers[answer as Answer];
      expect([await outcomeOf(place as Place, reply, 1), await outcomeOf(place as Place, reply, Infinity)]).toEqual([
        once,
        forEver,
      ]);
    },
  );
});
