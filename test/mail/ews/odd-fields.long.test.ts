import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { MailboxReader, MailProvider, ReadResult } from '../../../src/mail/provider.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { at, collect, connectEws, floorMs, inbox, never, readPages, roundOf } from './fixtures.ts';

const address = 'ann@contoso.test';
/** Every element that is read of an item, of a listing, of an attachment. */
const fields = `
  ItemId, ItemClass, Subject, Sensitivity, Body, UniqueBody, Size, IsDraft, ConversationId,
  DateTimeReceived, DateTimeSent, InReplyTo, References, InternetMessageId, InternetMessageHeaders,
  InternetMessageHeader, ExtendedProperty, ExtendedFieldURI, Value, Sender, From, ToRecipients,
  CcRecipients, BccRecipients, ReplyTo, Mailbox, Name, EmailAddress, From Name, From EmailAddress,
  Sender EmailAddress, ToRecipients Name, ToRecipients EmailAddress, Attachments, FileAttachment,
  ItemAttachment, AttachmentId, ContentType, ContentId, IsInline
`
  .split(',')
  .map((name) => name.trim());
const ofAttachments = ['AttachmentId', 'Content', 'Subject', 'MimeContent', 'Message'];
const nil = 'xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

/** What becomes of an element; `$2` are its attributes. */
const oddities: Readonly<Record<string, (name: string) => string>> = {
  absent: () => '',
  nil: (name) => `<t:${name} ${nil}/>`,
  'a space': (name) => `<t:${name}$2> </t:${name}>`,
  'a tab': (name) => `<t:${name}$2>\t</t:${name}>`,
  'a no-break space': (name) => `<t:${name}$2>\u00a0</t:${name}>`,
  empty: (name) => `<t:${name}$2/>`,
  'without its attributes': (name) => `<t:${name}/>`,
  'an element instead of text': (name) => `<t:${name}$2><t:Odd><t:Odder>1</t:Odder></t:Odd></t:${name}>`,
  'text instead of an element or a number': (name) => `<t:${name}$2>soon</t:${name}>`,
  'a number beyond all numbers': (name) => `<t:${name}$2>9e999</t:${name}>`,
  huge: (name) => `<t:${name}$2>${'x'.repeat(100_000)}</t:${name}>`,
  'NUL and controls': (name) => `<t:${name}$2>a&#0;b&#x1F;c</t:${name}>`,
  'half a surrogate pair': (name) => `<t:${name}$2>a&#xD800;b</t:${name}>`,
  twice: (name) => `<t:${name}$2>twice</t:${name}><t:${name}$2>twice</t:${name}>`,
};

let sandbox: Sandbox;
let provider: MailProvider;
let reader: MailboxReader;
/** Of the odd mails, by their oddity. */
const ids = new Map<string, string>();
const names = Object.keys(oddities);

beforeAll(async () => {
  sandbox = await startSandbox({ world: 'empty' });
  sandbox.world.addMailbox({ address, displayName: 'Ann Archer' });
  for (const [index, oddity] of names.entries()) {
    sandbox.world.addMessage(address, 'Inbox', {
      subject: oddity,
      from: { name: 'Bob Stone', address: 'bob@acme.example' },
      sender: { name: 'Svc', address: 'svc@acme.example' },
      to: { name: 'Ann Archer', address },
      cc: { name: 'Cid', address: 'cid@acme.example' },
      bcc: { name: 'Dora', address: 'dora@acme.example' },
      replyTo: { name: 'Desk', address: 'desk@acme.example' },
      inReplyTo: '<one@acme.example>',
      references: ['<one@acme.example>'],
      html: '<p>odd</p>',
      sensitivity: 'private',
      receivedAt: at(2),
      attachments: [
        { kind: 'file', name: `odd-${index}-file`, content: 'odd', contentId: 'odd@1', contentType: 'text/plain' },
        { kind: 'item', name: `odd-${index}-item`, message: { subject: 'attached' } },
      ],
    });
  }
  sandbox.world.addMessage(address, 'Inbox', { subject: 'plain', receivedAt: at(1) });
  provider = await connectEws(sandbox);
  reader = provider.reader({ address, user: undefined });
  for (const result of await readPages(reader, await roundOf(reader))) {
    if (result.kind === 'message') ids.set(result.message.subject, result.message.providerId);
  }
});
afterEach(() => sandbox.faults.clear());
afterAll(async () => {
  await provider.close();
  await sandbox.close();
});

/** An element; its attributes are the group. */
const element = (name: string): string =>
  `<t:${name}((?:\\s[^<>]*?)?)(?:/>|>(?:(?!<t:${name}[\\s>])[^])*?</t:${name}>)`;

/** The element in one odd mail alone, after what stands between. "From Name": the first Name from From on. */
function inMail(oddity: string, field: string): string {
  const id = `Id="${(ids.get(oddity) ?? '').replace(/[+/]/g, '\\$&')}"`;
  if (field === 'ItemId') return `(<t:Message>)<t:ItemId((?:\\s[^<>]*?)?${id}[^<>]*?)/>`;
  const [name = '', parent] = field.split(' ').toReversed();
  const within = parent === undefined ? '' : `<t:${parent}>(?:(?!</t:${parent}>)[^])*?`;
  return `(${id}(?:(?!<t:ItemId)[^])*?${within})${element(name)}`;
}

/** The element in the answers that have the attachments of one odd mail. */
function inAttachments(oddity: string, field: string): string {
  const file = `<t:Name>odd-${names.indexOf(oddity)}-`;
  return field === 'AttachmentId' ? `()${element(field)}(?=${file})` : `(${file}[^]*?)${element(field)}`;
}

interface Change {
  readonly pattern: string;
  readonly replacement: string;
}

function spoil(path: string, changes: readonly Change[]): void {
  sandbox.faults.add({ service: 'ews', path, count: 0, fault: { kind: 'rewrite', changes } });
}

const become = (field: string, oddity: string): string =>
  `$1${oddities[oddity]?.(field.split(' ').at(-1) ?? '') ?? ''}`;

/** Each odd mail has the field in its own oddity. */
const each = (name: string, within: typeof inMail): readonly Change[] =>
  names.map((oddity) => ({ pattern: within(oddity, name), replacement: become(name, oddity) }));

/** What a first round reads; what an audit lists must have the plain mail too. */
async function everything(): Promise<readonly ReadResult[]> {
  const listed = await collect(reader.list(inbox, floorMs, never));
  expect(listed.map(({ subject }) => subject)).toContain('plain');
  const results = await readPages(reader, await roundOf(reader));
  expect(results.map((one) => (one.kind === 'message' ? one.message.subject : one.kind))).toContain('plain');
  return results;
}

test.each(fields)(
  'a mail whose %s is odd in any way comes or is set aside, and the mail beside it comes',
  async (name) => {
    spoil('#(GetItem|FindItem|SyncFolderItems)', each(name, inMail));
    const results = await everything();
    // What has no id cannot be asked for; it is passed over, and counted.
    if (name !== 'ItemId') expect(results).toHaveLength(names.length + 1);
  },
);

test('mails with several odd fields come or are set aside, and the mail beside them comes', async () => {
  const field = fc.constantFrom(...fields.filter((name) => name !== 'ItemId'));
  const oddField = fc.tuple(fc.constantFrom(...names), field, fc.constantFrom(...names));
  await fc.assert(
    fc.asyncProperty(fc.array(oddField, { minLength: 10, maxLength: 60 }), async (odd) => {
      sandbox.faults.clear();
      const changes = odd.map(([mail, name, oddity]) => ({
        pattern: inMail(mail, name),
        replacement: become(name, oddity),
      }));
      spoil('#(GetItem|FindItem)', changes);
      expect(await everything()).toHaveLength(names.length + 1);
    }),
    { numRuns: 8 },
  );
});

test.each(ofAttachments)('an attachment whose %s is odd in any way costs no mail', async (name) => {
  spoil('#GetAttachment', each(name, inAttachments));
  const results = await everything();
  expect(results.map(({ kind }) => kind)).toEqual(results.map(() => 'message'));
  const files = results.flatMap((one) => (one.kind === 'message' ? one.message.attachments : []));
  expect(files).toHaveLength(2 * names.length);
});
