import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { IntegratorError } from '../../src/domain/errors.ts';
import { folderPathKey, writeFolderPath } from '../../src/domain/folder-path.ts';
import type { ImportedMessage, StoredFile } from '../../src/domain/message.ts';
import type {
  ChangePage,
  FileSink,
  Folder,
  MailboxAddress,
  MailboxReader,
  MailProvider,
  PresentEntry,
  ReadOptions,
  ReadResult,
} from '../../src/mail/provider.ts';
import type { Fault } from '../../src/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import type { MailboxSpec } from '../../src/sandbox/world/mailbox.ts';
import type { FolderPath } from '../../src/sandbox/world/folders.ts';
import type { MessageSpec } from '../../src/sandbox/world/types.ts';

/** What the suite must know of an implementation; everything else it learns through the interface. */
export interface ProviderUnderTest {
  readonly name: string;
  readonly service: 'graph' | 'ews';
  /** A provider as a freshly started process makes it, waiting next to nothing between attempts. */
  connect(sandbox: Sandbox): Promise<MailProvider>;
  /** The service asks to be left alone for so long. */
  throttled(seconds: number): Fault;
  /** The service is in trouble for a moment. */
  unavailable: Fault;
  /** The service no longer takes the token it took before. */
  expiredToken: Fault;
}

const never = new AbortController().signal;
const floorMs = Date.parse('2026-01-01T00:00:00Z');
const dayMs = 86_400_000;
const at = (day: number): number => floorMs + day * dayMs;

/** The contract of src/mail/provider.ts, told against the sandbox; every implementation must pass it. */
export function mailProviderContract(under: ProviderUnderTest): void {
  let sandbox: Sandbox;
  /** Another mailbox for every test; the tenant stays. */
  let ann: MailboxAddress;
  let mailboxes = 0;
  let provider: MailProvider;
  let reader: MailboxReader;
  const opened: MailProvider[] = [];

  const connect = async (): Promise<MailProvider> => {
    const made = await under.connect(sandbox);
    opened.push(made);
    return made;
  };
  const newMailbox = (name: string, spec: Partial<MailboxSpec> = {}): MailboxAddress => {
    const address = `${name}${mailboxes}@contoso.test`;
    sandbox.world.addMailbox({ address, displayName: name, kind: 'user', ...spec });
    return { address, user: undefined };
  };
  const deliver = (spec: MessageSpec, folder: FolderPath = 'Inbox'): string =>
    sandbox.world.addMessage(ann.address, folder, spec);
  const fail = (fault: Fault, rule: { readonly path?: string; readonly nth?: number; readonly count?: number } = {}) =>
    sandbox.faults.add({ service: under.service, fault, ...rule });
  const folderOf = async (path = 'Inbox', of = reader): Promise<Folder> => {
    const [folder] = await of.folders(path, never);
    if (folder === undefined) throw new Error(`no folder for ${path}`);
    return folder;
  };
  const round = async (cursor: string | null = null, path = 'Inbox', of = reader): Promise<ChangePage[]> =>
    collect(of.changes(await folderOf(path, of), cursor, { floorMs, signal: never }));
  const options = (more: Partial<ReadOptions> = {}): ReadOptions => ({
    files: new MemoryFiles(),
    keepOriginal: false,
    signal: never,
    ...more,
  });
  const readAll = async (path = 'Inbox', more: Partial<ReadOptions> = {}): Promise<ReadResult[]> =>
    collect(reader.read(presentIn(await round(null, path)), options(more)));
  const readOnly = async (path = 'Inbox', more: Partial<ReadOptions> = {}): Promise<ImportedMessage> => {
    const [result, ...others] = await readAll(path, more);
    if (result?.kind !== 'message' || others.length > 0) throw new Error(`not one mail: ${JSON.stringify(result)}`);
    return result.message;
  };
  const subjects = async (path = 'Inbox'): Promise<string[]> =>
    (await readAll(path))
      .map((result) => (result.kind === 'message' ? result.message.subject : result.kind))
      .toSorted();

  describe(`mail provider ${under.name}`, () => {
    beforeAll(async () => {
      sandbox = await startSandbox();
    });

    afterAll(() => sandbox.close());

    beforeEach(async () => {
      mailboxes += 1;
      ann = newMailbox('ann');
      provider = await connect();
      sandbox.requests.clear();
      reader = provider.reader(ann);
    });

    afterEach(async () => {
      sandbox.faults.clear();
      sandbox.settings.latencyMs = 0;
      for (const one of opened.splice(0)) await one.close();
    });

    describe('folders', () => {
      test('a reader costs nothing until it is used', () => {
        expect(reader.requests).toBe(0);
        expect(sandbox.requests.of(under.service)).toHaveLength(0);
      });

      test('Inbox and Sent Items are the well-known folders in any language', async () => {
        const german = newMailbox('gerd', { language: 'de' });
        sandbox.world.addMessage(german.address, 'Inbox', { subject: 'herein', receivedAt: at(1) });
        sandbox.world.addMessage(german.address, 'Sent Items', { subject: 'hinaus', receivedAt: at(1) });
        const his = provider.reader(german);
        expect(await folderOf('inbox', his)).toMatchObject({ sentItems: false });
        expect(await folderOf('Sent Items', his)).toMatchObject({ sentItems: true });
        expect(presentIn(await round(null, 'Inbox', his))).toHaveLength(1);
        expect(presentIn(await round(null, 'Sent Items', his))).toHaveLength(1);
        expect(await folderOf('Gesendete Elemente', his)).toMatchObject({ sentItems: true });
      });

      test('other paths are followed segment by segment, in any case', async () => {
        deliver({ subject: 'deep', receivedAt: at(1) }, 'IR/Business Units/Finance');
        expect(await subjects('ir/business units/FINANCE')).toEqual(['deep']);
      });

      test('a path may begin at the Inbox', async () => {
        deliver({ subject: 'below', receivedAt: at(1) }, 'Inbox/Deals');
        expect(await subjects('Inbox/Deals')).toEqual(['below']);
        expect(await subjects('Inbox')).toEqual([]);
      });

      test('a folder that is not there is refused with what is', async () => {
        sandbox.world.addFolder(ann.address, 'IR/Business Units');
        const error = await errorOf(reader.folders('IR/Nowhere', never));
        expect(error.kind).toBe('not_found');
        expect(error.message).toContain('IR/Nowhere');
        expect(error.hint).toContain('Business Units');
      });

      const oddNames = [
        ['Kunden/Alt'],
        ['Inbox', 'A/B', 'C'],
        ['//'],
        ['CONTOSO\\ann'],
        ['ends with \\', 'Mail'],
        ['a\\/b'],
        ['\\\\server\\share'],
        ['🗂️ Kunden & "Co." <Alt>', ' Alt '],
        ["Ann's, [old]: #1"],
      ];

      test.each(oddNames.map((names) => ({ names })))(
        'the folder of the names $names is found by the path that "all" shows and the hint names',
        async ({ names }) => {
          sandbox.world.addMessage(ann.address, names, { subject: 'odd', receivedAt: at(1) });
          const path = writeFolderPath(names);
          // Spaces at the ends of names do not come through every service.
          const isMeant = (shown: string): boolean => folderPathKey(shown) === folderPathKey(path);
          const shown = (await reader.folders('all', never)).map((folder) => folder.path).filter(isMeant);
          for (const each of [path, ...shown]) expect(await subjects(each)).toEqual(['odd']);
          expect(shown).toHaveLength(1);
          expect(await subjects(path.toUpperCase())).toEqual(['odd']);
          const wrong = writeFolderPath([...names.slice(0, -1), 'Nowhere']);
          const error = await errorOf(reader.folders(wrong, never));
          expect(pathsIn(error.hint ?? '').filter(isMeant)).toEqual(shown);
        },
      );

      test('a folder that has a slash in its name is another one than a folder in a folder', async () => {
        deliver({ subject: 'one name', receivedAt: at(1) }, String.raw`A\/B`);
        deliver({ subject: 'two names', receivedAt: at(1) }, 'A/B');
        expect(await subjects(String.raw`A\/B`)).toEqual(['one name']);
        expect(await subjects('A/B')).toEqual(['two names']);
        const [one, two] = [await folderOf(String.raw`A\/B`), await folderOf('A/B')];
        expect(one.id).not.toBe(two.id);
        const listed = await reader.folders('all', never);
        expect(listed).toEqual(expect.arrayContaining([one, two]));
      });

      test.each(['Kunden/Alt', 'Kunden/Alt/Acme', 'Inbox/Kunden/Alt', 'kunden/ALT'])(
        'a slash that belongs to a name is asked for where %s is not there',
        async (wrong) => {
          sandbox.world.addFolder(ann.address, ['Kunden', 'Neu']);
          sandbox.world.addFolder(ann.address, ['Kunden/Alt', 'Acme']);
          sandbox.world.addFolder(ann.address, ['Inbox', 'Kunden/Alt']);
          const error = await errorOf(reader.folders(wrong, never));
          expect(error.kind).toBe('not_found');
          const right = wrong.replace(/kunden\/alt/i, String.raw`Kunden\/Alt`);
          expect(error.hint).toContain(`Is it '${right}'? A "/" in a folder's own name is written "\\/"`);
          expect(await reader.folders(right, never)).toHaveLength(1);
        },
      );

      test('of names that differ in little the one that is written exactly so is meant', async () => {
        const names = ['deals', 'Deals', 'DEALS'];
        for (const name of names) sandbox.world.addMessage(ann.address, [name], { subject: name, receivedAt: at(1) });
        for (const name of names) expect(await subjects(name)).toEqual([name]);
        expect(await subjects('dEALS')).toHaveLength(1);
      });

      test('"all" is every mail folder but drafts, junk, deleted and outbox, with what lies below those', async () => {
        deliver({ receivedAt: at(1) }, 'Deleted Items/Old');
        sandbox.world.addFolder(ann.address, 'IR/Business Units');
        const folders = await reader.folders('all', never);
        const paths = folders.map(({ path }) => path);
        expect(paths).toEqual(expect.arrayContaining(['Inbox', 'Sent Items', 'Archive', 'IR', 'IR/Business Units']));
        for (const path of paths) expect(path).not.toMatch(/Draft|Junk|Deleted|Outbox/);
        expect(folders.filter(({ sentItems }) => sentItems).map(({ path }) => path)).toEqual(['Sent Items']);
      });
    });

    describe('changes', () => {
      test('a first round gives everything since the floor', async () => {
        for (const day of [-2, 0, 1, 2, 3]) deliver({ subject: `day ${day}`, receivedAt: at(day) });
        expect(await subjects()).toEqual(['day 0', 'day 1', 'day 2', 'day 3']);
      });

      test('only the last page says that the round is complete', async () => {
        sandbox.world.addBulk(ann.address, 'Inbox', {
          count: 700,
          bodyLength: 100,
          attachmentEvery: 0,
          newestAt: at(20),
        });
        const pages = await round();
        expect(pages.length).toBeGreaterThan(1);
        expect(pages.map(({ last }) => last)).toEqual(pages.map((_page, index) => index === pages.length - 1));
      });

      test('a page’s cursor goes on after that page, also for a restarted process', async () => {
        sandbox.world.addBulk(ann.address, 'Inbox', {
          count: 700,
          bodyLength: 100,
          attachmentEvery: 0,
          newestAt: at(20),
        });
        const seen = new Set<string>();
        let cursor: string | null = null;
        for (let last = false; !last;) {
          const fresh = await connect();
          const page: ChangePage | undefined = await firstOf(
            fresh.reader(ann).changes(await folderOf(), cursor, { floorMs, signal: never }),
          );
          if (page === undefined) throw new Error('a round without a page');
          for (const entry of page.entries) seen.add(entry.providerId);
          ({ cursor, last } = page);
        }
        expect(seen.size).toBe(700);
      });

      test('a second round gives what came since, and an idle one nothing at the price of one request', async () => {
        deliver({ receivedAt: at(1) });
        const first = await round();
        const asked = reader.requests;
        const idle = await round(first.at(-1)?.cursor);
        expect(reader.requests - asked).toBe(1);
        expect(presentIn(idle)).toEqual([]);
        deliver({ subject: 'new', receivedAt: at(2) });
        const second = await round(idle.at(-1)?.cursor);
        const results = await collect(reader.read(presentIn(second), options()));
        expect(results).toMatchObject([{ kind: 'message', message: { subject: 'new' } }]);
        expect(second[0]?.resync).toBe(false);
      });

      test('what leaves the folder comes as removed, what enters it as present', async () => {
        const [gone, moved] = [deliver({ receivedAt: at(1) }), deliver({ subject: 'moved', receivedAt: at(1) })];
        const [inbox, archive] = [(await round()).at(-1), (await round(null, 'Archive')).at(-1)];
        sandbox.world.deleteMessage(ann.address, gone);
        sandbox.world.moveMessage(ann.address, moved, 'Archive');
        const kinds = (await round(inbox?.cursor)).flatMap(({ entries }) => entries.map(({ kind }) => kind));
        expect(kinds).toEqual(['removed', 'removed']);
        expect(presentIn(await round(archive?.cursor, 'Archive'))).toHaveLength(1);
      });

      test('a mail that was away and came back is present', async () => {
        const id = deliver({ subject: 'boomerang', receivedAt: at(1) });
        const { cursor = null } = (await round()).at(-1) ?? {};
        sandbox.world.moveMessage(ann.address, sandbox.world.moveMessage(ann.address, id, 'Archive'), 'Inbox');
        const results = await collect(reader.read(presentIn(await round(cursor)), options()));
        expect(results).toMatchObject([{ kind: 'message', message: { subject: 'boomerang' } }]);
      });

      test('a dead cursor starts again from the floor and says so', async () => {
        deliver({ receivedAt: at(-1) });
        deliver({ receivedAt: at(1) });
        const { cursor = null } = (await round()).at(-1) ?? {};
        sandbox.world.mailbox(ann.address).syncEpoch += 1;
        const pages = await round(cursor);
        expect(pages[0]?.resync).toBe(true);
        expect(presentIn(pages)).toHaveLength(1);
      });

      test.each(['', 'garbage', '{}', '{"v":99}'])(
        'the cursor %j is none, and starts again from the floor',
        async (cursor) => {
          deliver({ receivedAt: at(1) });
          const pages = await round(cursor);
          expect(pages[0]?.resync).toBe(true);
          expect(presentIn(pages)).toHaveLength(1);
        },
      );

      test('a folder that was deleted and made again under its path is followed again', async () => {
        deliver({ receivedAt: at(1) }, 'Deals');
        const { cursor = null } = (await round(null, 'Deals')).at(-1) ?? {};
        sandbox.world.removeFolder(ann.address, 'Deals');
        deliver({ subject: 'fresh', receivedAt: at(2) }, 'Deals');
        const pages = await round(cursor, 'Deals');
        expect(pages[0]?.resync).toBe(true);
        expect(presentIn(pages)).toHaveLength(1);
      });

      test('pages say which folder they are of, also where it was made anew while they are read', async () => {
        deliver({ receivedAt: at(1) }, String.raw`Deals\/Old`);
        const before = await folderOf(String.raw`Deals\/Old`);
        const { cursor = null, folder } = (await round(null, String.raw`Deals\/Old`)).at(-1) ?? {};
        expect(folder).toEqual(before);
        sandbox.world.removeFolder(ann.address, String.raw`Deals\/Old`);
        deliver({ subject: 'fresh', receivedAt: at(2) }, String.raw`Deals\/Old`);
        const pages = await collect(reader.changes(before, cursor, { floorMs, signal: never }));
        const after = await folderOf(String.raw`Deals\/Old`);
        expect(after.id).not.toBe(before.id);
        expect(pages.map((page) => page.folder)).toEqual(pages.map(() => after));
        expect(pages.flatMap(({ entries }) => entries)).toMatchObject([{ folder: after }]);
      });

      test('a folder that is renamed or moved goes on from its cursor', async () => {
        deliver({ receivedAt: at(1) }, 'Deals');
        const { cursor = null } = (await round(null, 'Deals')).at(-1) ?? {};
        sandbox.world.moveFolder(ann.address, 'Deals', ['Archive', 'Deals/2025']);
        deliver({ subject: 'after', receivedAt: at(2) }, String.raw`Archive/Deals\/2025`);
        const fresh = (await connect()).reader(ann);
        const pages = await round(cursor, String.raw`Archive/Deals\/2025`, fresh);
        expect(pages[0]?.resync).toBe(false);
        expect(presentIn(pages)).toHaveLength(1);
      });

      test('a folder that was deleted for good is not_found', async () => {
        deliver({ receivedAt: at(1) }, 'Deals');
        const { cursor = null } = (await round(null, 'Deals')).at(-1) ?? {};
        sandbox.world.removeFolder(ann.address, 'Deals');
        expect((await errorOf(round(cursor, 'Deals'))).kind).toBe('not_found');
      });

      test('a first import of more than 5,000 mails loses none', async () => {
        sandbox.world.addBulk(ann.address, 'Inbox', {
          count: 5_600,
          bodyLength: 60,
          attachmentEvery: 0,
          intervalMs: 700,
          newestAt: at(20),
        });
        expect(new Set(presentIn(await round()).map(({ providerId }) => providerId)).size).toBe(5_600);
      });
    });

    describe('reading', () => {
      test('a mail comes whole', async () => {
        deliver({
          from: 'Carl Customer <Carl@ACME.example>',
          sender: 'Dora Delegate <dora@acme.example>',
          to: ['Ann Archer <ann@contoso.test>', 'b@bücher.example'],
          cc: 'carla@acme.example',
          replyTo: 'desk@acme.example',
          subject: 'Offer  no. 7',
          html: '<p>Grüße — 你好</p>',
          internetMessageId: '<offer-7@acme.example>',
          inReplyTo: '<offer-6@acme.example>',
          references: ['<offer-5@acme.example>', '<offer-6@acme.example>'],
          receivedAt: at(3),
          sentAt: at(3) - 5_000,
          sensitivity: 'confidential',
          headers: [
            { name: 'Received', value: 'from b' },
            { name: 'Received', value: 'from a' },
          ],
        });
        const message = await readOnly();
        expect(message).toMatchObject({
          internetMessageId: 'offer-7@acme.example',
          from: { name: 'Carl Customer', address: 'carl@acme.example' },
          sender: { name: 'Dora Delegate', address: 'dora@acme.example' },
          cc: [{ address: 'carla@acme.example' }],
          bcc: [],
          replyTo: [{ address: 'desk@acme.example' }],
          subject: 'Offer  no. 7',
          body: { kind: 'html' },
          receivedAtMs: at(3),
          sentAtMs: at(3) - 5_000,
          sensitivity: 'confidential',
          isDraft: false,
          meeting: false,
          protection: 'none',
          attachments: [],
          original: null,
        });
        expect(message.body.content).toContain('Grüße — 你好');
        expect(message.to.map(({ address }) => address)).toEqual(['ann@contoso.test', 'b@xn--bcher-kva.example']);
        const values = (name: string): string[] =>
          message.headers.filter((header) => header.name.toLowerCase() === name).map(({ value }) => value);
        expect(values('received')).toEqual(['from b', 'from a']);
        expect(values('in-reply-to')).toEqual(['<offer-6@acme.example>']);
        expect(message.conversationId).toBeTypeOf('string');
      });

      test('a mail without subject, sender, text or id is a mail', async () => {
        deliver({
          from: null,
          sender: null,
          subject: null,
          html: '',
          internetMessageId: null,
          to: [],
          receivedAt: at(1),
        });
        expect(await readOnly()).toMatchObject({
          from: null,
          sender: null,
          subject: '',
          internetMessageId: null,
          to: [],
        });
      });

      test('what a page held is not asked again', async () => {
        sandbox.world.addBulk(ann.address, 'Inbox', {
          count: 140,
          bodyLength: 200,
          attachmentEvery: 0,
          newestAt: at(20),
        });
        const pages = await round();
        const asked = reader.requests;
        expect(await collect(reader.read(presentIn(pages), options()))).toHaveLength(140);
        if (under.service === 'graph') expect(reader.requests).toBe(asked);
      });

      test('a thousand mails without attachments cost at most twelve requests', async () => {
        sandbox.world.addBulk(ann.address, 'Inbox', {
          count: 1_000,
          bodyLength: 200,
          attachmentEvery: 0,
          newestAt: at(20),
        });
        expect(await readAll()).toHaveLength(1_000);
        if (under.service === 'graph') expect(reader.requests).toBeLessThanOrEqual(12);
      });

      test('sent mail shows its blind copies and its thread, though it never travelled', async () => {
        const spec = { from: 'ann@contoso.test', to: 'carl@acme.example', bcc: 'boss@contoso.test', receivedAt: at(1) };
        deliver(
          {
            ...spec,
            subject: 'Re: Offer',
            inReplyTo: '<offer-7@acme.example>',
            references: ['<offer-6@acme.example>'],
          },
          'Sent Items',
        );
        const message = await readOnly('Sent Items');
        expect(message.bcc.map(({ address }) => address)).toEqual(['boss@contoso.test']);
        const headers = new Map(message.headers.map(({ name, value }) => [name.toLowerCase(), value]));
        expect(headers.get('in-reply-to')).toBe('<offer-7@acme.example>');
        expect(headers.get('references')).toContain('<offer-6@acme.example>');
      });

      test('meeting mail and drafts say what they are', async () => {
        const meeting = { kind: 'request', startsAt: at(9), endsAt: at(9) + 3_600_000, location: 'Room 1' } as const;
        deliver({ meeting, receivedAt: at(1) });
        deliver({ isDraft: true, receivedAt: at(1) }, 'Archive');
        expect(await readOnly()).toMatchObject({ meeting: true, isDraft: false });
        expect(await readOnly('Archive')).toMatchObject({ meeting: false, isDraft: true });
      });

      test('a mailbox is found by its user principal name where that differs from its address', async () => {
        const userPrincipalName = `eve.ericson${mailboxes}@corp.contoso.test`;
        const { address } = newMailbox('eve', { userPrincipalName, resolvesByAddress: false });
        const eve = { address, user: userPrincipalName };
        sandbox.world.addMessage(eve.address, 'Inbox', { receivedAt: at(1) });
        expect(presentIn(await round(null, 'Inbox', provider.reader(eve)))).toHaveLength(1);
      });
    });

    describe('attachments', () => {
      const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256));

      test('files are stored byte for byte under what they say of themselves', async () => {
        const name = '../..\\​.htaccess\u202efdp.exe';
        deliver({
          receivedAt: at(1),
          attachments: [{ kind: 'file', name, contentType: 'application/pdf', content: bytes }],
        });
        const files = new MemoryFiles();
        const { attachments } = await readOnly('Inbox', { files });
        expect(attachments).toMatchObject([
          { name, kind: 'file', contentType: 'application/pdf', inline: false, contentId: null },
        ]);
        expect(files.of(attachments[0]?.content)).toEqual(bytes);
      });

      test.each(['cid', 'CID', 'Cid'])('a mail with inline pictures only has them too (%s:)', async (scheme) => {
        deliver({
          html: `<p style="color:red">See:</p><img src="${scheme}:logo@1">`,
          receivedAt: at(1),
          attachments: [
            {
              kind: 'file',
              name: 'logo.png',
              contentType: 'image/png',
              content: bytes,
              inline: true,
              contentId: 'logo@1',
            },
          ],
        });
        const { attachments } = await readOnly();
        expect(attachments).toMatchObject([{ inline: true, contentId: 'logo@1', content: { kind: 'stored' } }]);
      });

      test('an attached mail is stored as a mail file', async () => {
        deliver({
          receivedAt: at(1),
          attachments: [{ kind: 'item', name: 'Old offer', message: { subject: 'Old offer', text: 'see inside' } }],
        });
        const files = new MemoryFiles();
        const { attachments } = await readOnly('Inbox', { files });
        expect(attachments).toMatchObject([{ name: 'Old offer.eml', kind: 'item', contentType: 'message/rfc822' }]);
        expect(files.of(attachments[0]?.content).toString('latin1')).toContain('Subject: Old offer');
      });

      test('a link to a cloud file is absent and says why', async () => {
        deliver({
          receivedAt: at(1),
          attachments: [{ kind: 'reference', name: 'Plan.docx', url: 'https://files.example/1' }],
        });
        expect((await readOnly()).attachments).toMatchObject([
          { name: 'Plan.docx', kind: 'reference', content: { kind: 'absent' } },
        ]);
      });

      test('a damaged attachment costs neither the mail nor the others, and is tried again by its id', async () => {
        deliver({
          receivedAt: at(1),
          attachments: [
            { kind: 'file', name: 'bad.doc', content: 'x', damaged: true },
            { kind: 'file', name: 'good.txt', content: 'good' },
          ],
        });
        const message = await readOnly();
        expect(message.attachments.map(({ content }) => content.kind)).toEqual(['failed', 'stored']);
        const [content] = message.attachments.map((attachment) => attachment.content);
        if (content?.kind !== 'failed') throw new Error('not failed');
        expect(content.reason).not.toBe('');
        expect(await reader.readAttachment(message.providerId, content.providerId, options())).toBeNull();
      });

      test('an attachment is stored in spite of a connection that breaks on the way', async () => {
        deliver({ receivedAt: at(1), attachments: [{ kind: 'file', name: 'a.bin', content: bytes }] });
        const pages = await round();
        fail({ kind: 'cut_connection' }, { nth: 2 });
        const files = new MemoryFiles();
        const results = await collect(reader.read(presentIn(pages), options({ files })));
        const message = results[0]?.kind === 'message' ? results[0].message : null;
        expect(files.of(message?.attachments[0]?.content)).toEqual(bytes);
      });

      test('an error of the file store stops everything: it is not the mail’s fault', async () => {
        deliver({ receivedAt: at(1), attachments: [{ kind: 'file', name: 'a.bin', content: bytes }] });
        const pages = await round();
        const full: FileSink = { put: () => Promise.reject(new IntegratorError('store', 'the disk is full')) };
        const error = await errorOf(collect(reader.read(presentIn(pages), options({ files: full }))));
        expect(error).toMatchObject({ kind: 'store', message: 'the disk is full' });
        // And nothing is held back by it.
        expect(await collect(reader.read(presentIn(pages), options()))).toHaveLength(1);
      });
    });

    describe('originals', () => {
      const raw = Buffer.from(
        'From: carl@acme.example\r\nSubject: caf\xe9\r\nX-Bytes: \xff\xfe\r\n\r\n8-bit \xe9 body\r\n',
        'latin1',
      );

      test('are kept byte for byte when asked', async () => {
        deliver({ raw, receivedAt: at(1) });
        const files = new MemoryFiles();
        const { original } = await readOnly('Inbox', { files, keepOriginal: true });
        expect(original).not.toBeNull();
        expect(files.bytes(original)).toEqual(raw);
      });

      test.each([
        ['smime', 'smime_encrypted', 'smime.p7m', 'application/pkcs7-mime'],
        ['smime', 'smime_signed', 'smime.p7m', 'multipart/signed'],
        ['rights', 'rights', 'message.rpmsg', 'application/x-microsoft-rpmsg-message'],
      ] as const)('of %s mail (%s) are kept always', async (protection, kind, name, contentType) => {
        deliver({
          protection: kind,
          receivedAt: at(1),
          attachments: [{ kind: 'file', name, contentType, content: 'sealed' }],
        });
        const message = await readOnly();
        expect(message.protection).toBe(protection);
        expect(message.original?.size).toBeGreaterThan(0);
      });

      test.each([
        ['encrypted', 'multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b'],
        ['smime', 'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=b'],
        ['smime', 'application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m'],
        ['none', 'multipart/signed; protocol="application/pgp-signature"; boundary=b'],
      ])('a mail is %s when its own type is %s', async (protection, contentType) => {
        deliver({ headers: [{ name: 'Content-Type', value: contentType }], receivedAt: at(1) });
        expect((await readOnly()).protection).toBe(protection);
      });
    });

    describe('one bad mail', () => {
      test('is damaged, and the others come', async () => {
        deliver({ subject: 'before', receivedAt: at(1) });
        deliver({ subject: 'bad', damaged: true, receivedAt: at(2) });
        deliver({ subject: 'after', receivedAt: at(3) });
        expect(await subjects()).toEqual(['after', 'before', 'damaged']);
      });

      test('comes when it is read again after it was mended', async () => {
        const id = deliver({ subject: 'mended', damaged: true, receivedAt: at(1) });
        const [result] = await readAll();
        if (result?.kind !== 'damaged') throw new Error('not damaged');
        expect(result.error.message).not.toBe('');
        const folder = await folderOf();
        expect(await reader.readOne(result.providerId, folder, options())).toMatchObject({ kind: 'damaged' });
        sandbox.world.item(ann.address, id).damaged = false;
        expect(await reader.readOne(result.providerId, folder, options())).toMatchObject({
          kind: 'message',
          message: { subject: 'mended' },
        });
      });

      test('that is gone meanwhile is gone', async () => {
        const id = deliver({ receivedAt: at(1), attachments: [{ kind: 'file', name: 'a', content: 'a' }] });
        const pages = await round();
        const [entry] = presentIn(pages);
        sandbox.world.deleteMessage(ann.address, id);
        expect(await collect(reader.read(presentIn(pages), options()))).toMatchObject([{ kind: 'gone' }]);
        expect(await reader.readOne(entry?.providerId ?? '', await folderOf(), options())).toMatchObject({
          kind: 'gone',
        });
      });
    });

    describe('manners', () => {
      test('reading changes nothing: no mark, no move, not one request that could', async () => {
        const ids = [1, 2, 3].map((day) =>
          deliver({ receivedAt: at(day), attachments: [{ kind: 'file', name: 'a', content: 'a' }] }),
        );
        await readAll('Inbox', { keepOriginal: true });
        await reader.folders('all', never);
        await collect(reader.list(await folderOf(), floorMs, never));
        await reader.kind(never);
        expect(ids.map((id) => sandbox.world.item(ann.address, id).isRead)).toEqual([false, false, false]);
        expect(ids.map((id) => sandbox.world.item(ann.address, id).version)).toEqual([1, 1, 1]);
        expect(sandbox.mutations(ann.address)).toBe(0);
      });

      test('at most three requests are under way on one mailbox, however many readers it has', async () => {
        sandbox.settings.latencyMs = 5;
        for (let index = 0; index < 12; index += 1) {
          deliver({ receivedAt: at(1), attachments: [{ kind: 'file', name: 'a', content: 'a' }] });
        }
        const entries = presentIn(await round());
        const readers = [reader, provider.reader(ann), provider.reader(ann)];
        await Promise.all(readers.map((one) => collect(one.read(entries, options()))));
        const most = Math.max(...sandbox.requests.of(under.service).map(({ concurrent }) => concurrent));
        expect(most).toBeLessThanOrEqual(3);
        expect(most).toBeGreaterThan(1);
      });

      test('requests are counted', async () => {
        await round();
        expect(reader.requests).toBe(sandbox.requests.of(under.service).length);
      });

      test('a caller who stops is obeyed at once, also in the middle of a wait', async () => {
        fail(under.throttled(30), { count: 0 });
        const caller = new AbortController();
        const folder = await folderOf('Inbox');
        const reading = collect(reader.changes(folder, null, { floorMs, signal: caller.signal }));
        setTimeout(() => caller.abort(), 50);
        expect(await errorOf(reading)).toBeInstanceOf(IntegratorError);
      });

      test('closing ends what is under way, also a wait', async () => {
        const closing = await connect();
        const folder = await folderOf('Inbox', closing.reader(ann));
        fail(under.throttled(30), { count: 0 });
        const reading = collect(closing.reader(ann).changes(folder, null, { floorMs, signal: never }));
        setTimeout(() => void closing.close(), 50);
        expect(await errorOf(reading)).toBeInstanceOf(IntegratorError);
      });

      test('a caller who stops reading in the middle leaves nothing running', async () => {
        for (let index = 0; index < 9; index += 1) {
          deliver({ receivedAt: at(1), attachments: [{ kind: 'file', name: 'a', content: 'a' }] });
        }
        const entries = presentIn(await round());
        await firstOf(reader.read(entries, options()));
        const asked = reader.requests;
        expect(await collect(reader.read(entries, options()))).toHaveLength(9);
        expect(reader.requests - asked).toBeLessThanOrEqual(18);
      });
    });

    describe('trouble', () => {
      test('a throttled request waits as long as it was told, and then goes on', async () => {
        deliver({ receivedAt: at(1) });
        fail(under.throttled(1));
        expect(presentIn(await round())).toHaveLength(1);
        const [refused, accepted] = sandbox.requests.of(under.service).map((entry) => entry.at);
        expect((accepted ?? 0) - (refused ?? 0)).toBeGreaterThanOrEqual(990);
      });

      test('a wait that is too long is not waited for: throttled, with the time to come back', async () => {
        fail(under.throttled(1_800), { count: 0 });
        const error = await errorOf(round());
        expect(error.kind).toBe('throttled');
        expect(error.retryAtMs).toBeGreaterThan(Date.now() + 1_700_000);
        expect(sandbox.requests.of(under.service).length).toBe(1);
      });

      test.each([1, 2])('a service in trouble %d times is asked again', async (count) => {
        deliver({ receivedAt: at(1) });
        fail(under.unavailable, { count });
        expect(presentIn(await round())).toHaveLength(1);
      });

      test('a service that stays in trouble is unreachable', async () => {
        fail(under.unavailable, { count: 0 });
        expect((await errorOf(round())).kind).toBe('unreachable');
      });

      test.each<Fault>([
        { kind: 'reset_before' },
        { kind: 'reset_after' },
        { kind: 'cut_connection' },
        { kind: 'html' },
        { kind: 'html', status: 502 },
      ])('after %j the page comes, and nothing is lost', async (fault) => {
        for (const day of [1, 2, 3]) deliver({ receivedAt: at(day) });
        fail(fault);
        expect(presentIn(await round())).toHaveLength(3);
      });

      test('HTML for ever is a protocol error', async () => {
        fail({ kind: 'html' }, { count: 0 });
        expect((await errorOf(round())).kind).toBe('protocol');
      });

      test('an expired token is replaced once; a second refusal needs a login', async () => {
        deliver({ receivedAt: at(1) });
        fail(under.expiredToken);
        expect(presentIn(await round())).toHaveLength(1);
        fail(under.expiredToken, { count: 0 });
        expect((await errorOf(round())).kind).toBe('needs_login');
      });

      test('a server that is not there is unreachable', async () => {
        const other = await startSandbox();
        const lost = await under.connect(other);
        await other.close();
        const error = await errorOf(
          collect(
            lost
              .reader(ann)
              .changes({ path: 'Inbox', id: 'inbox', sentItems: false }, null, { floorMs, signal: never }),
          ),
        );
        expect(error.kind).toBe('unreachable');
        expect(error.hint).toBeTypeOf('string');
        await lost.close();
      });
    });

    describe('mailboxes that cannot be read', () => {
      test('without rights: access_denied, with what to grant', async () => {
        sandbox.world.setAccess(ann.address, 'none');
        const error = await errorOf(round());
        expect(error.kind).toBe('access_denied');
        // By what signs in: rights of an account, or a role of the application.
        expect(error.hint).toMatch(/Full Access|role "Application/);
      });

      test('unknown to the tenant: not_found', async () => {
        const error = await errorOf(
          round(null, 'Inbox', provider.reader({ address: 'nobody@contoso.test', user: undefined })),
        );
        expect(error.kind).toBe('not_found');
        expect(error.message).toContain('nobody@contoso.test');
      });

      test('without a mailbox: not_found', async () => {
        const empty = newMailbox('empty', { kind: 'none' });
        const error = await errorOf(round(null, 'Inbox', provider.reader(empty)));
        expect(error.kind).toBe('not_found');
        expect(error.hint).toBeTypeOf('string');
      });

      test('one broken mailbox leaves the others alone', async () => {
        const ben = newMailbox('ben', { access: 'none' });
        deliver({ receivedAt: at(1) });
        const [broken, good] = await Promise.allSettled([round(null, 'Inbox', provider.reader(ben)), round()]);
        expect([broken?.status, good?.status]).toEqual(['rejected', 'fulfilled']);
      });
    });

    describe('lists for audits', () => {
      test('every mail received since then, once', async () => {
        sandbox.world.addBulk(ann.address, 'Inbox', {
          count: 1_300,
          bodyLength: 60,
          attachmentEvery: 0,
          intervalMs: 300,
          newestAt: at(20),
        });
        deliver({ receivedAt: at(2) });
        deliver({
          subject: 'Listed',
          from: 'Carl@Acme.example',
          internetMessageId: '<l@acme.example>',
          receivedAt: at(21),
        });
        const listed = await collect(reader.list(await folderOf(), at(10), never));
        expect(listed).toHaveLength(1_301);
        expect(new Set(listed.map(({ providerId }) => providerId)).size).toBe(1_301);
        expect(listed.find(({ subject }) => subject === 'Listed')).toMatchObject({
          internetMessageId: 'l@acme.example',
          receivedAtMs: at(21),
          from: 'carl@acme.example',
        });
      });

      test('name mails as changes do', async () => {
        deliver({ receivedAt: at(1) });
        const [changed] = presentIn(await round());
        const [listed] = await collect(reader.list(await folderOf(), floorMs, never));
        expect(listed?.providerId).toBe(changed?.providerId);
      });
    });
  });
}

/** Keeps what is put into it. */
class MemoryFiles implements FileSink {
  readonly #files = new Map<string, Buffer>();

  async put(bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StoredFile> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of bytes) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new IntegratorError('protocol', `more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    const sha256 = createHash('sha256').update(Buffer.concat(chunks)).digest('hex');
    this.#files.set(sha256, Buffer.concat(chunks));
    return { sha256, size };
  }

  bytes(file: StoredFile | null): Buffer {
    const found = this.#files.get(file?.sha256 ?? '');
    if (found === undefined) throw new Error('nothing was stored');
    return found;
  }

  of(content: ImportedMessage['attachments'][number]['content'] | undefined): Buffer {
    if (content?.kind !== 'stored') throw new Error(`not stored: ${JSON.stringify(content)}`);
    return this.bytes(content.file);
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function firstOf<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item;
  return undefined;
}

function presentIn(pages: readonly ChangePage[]): PresentEntry[] {
  return pages.flatMap((page) => page.entries.filter((entry) => entry.kind === 'present'));
}

/** What was thrown; fails where nothing was, or something that is not ours. */
/** The paths that a hint names, copied into YAML. */
function pathsIn(hint: string): string[] {
  const [, list = ''] = /These are there: (.*)\.$/s.exec(hint) ?? [];
  return z.array(z.string()).parse(parse(`[${list}]`));
}

async function errorOf(work: Promise<unknown>): Promise<IntegratorError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof IntegratorError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
