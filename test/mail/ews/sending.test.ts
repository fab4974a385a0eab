import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openEws } from '../../../src/mail/ews/open.ts';
import { createEwsSendProvider } from '../../../src/mail/ews/sender-provider.ts';
import { isPartOfSending } from '../../../src/mail/ews/sender-rules.ts';
import type { Draft, MailSender, OutgoingMail, OutgoingReply, SendProvider, Tried } from '../../../src/mail/sender.ts';
import type { Fault } from '../../../src/sandbox/faults.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { canValidate, validate } from '../../sandbox/ews-schema.ts';
import { errorOf, ewsToken, never, operationsAt, quick, serviceAccount, tokensOf } from './fixtures.ts';
import { recordEws } from './recorder.ts';
import type { Recorder } from './recorder.ts';

const bob = { name: 'Bob Buyer', address: 'bob@acme.example' };
let ann: string;
let mailboxes = 0;
let sandbox: Sandbox;
let recorder: Recorder;
let provider: SendProvider;
let sender: MailSender;
const defaults: Partial<Sandbox['settings']> = {};

beforeAll(async () => {
  sandbox = await startSandbox();
  recorder = await recordEws(sandbox);
  Object.assign(defaults, sandbox.settings, { sentCopyDelayMs: 0 });
  const { url } = recorder;
  provider = createEwsSendProvider({ url, signIn: serviceAccount(sandbox), clock: Date.now, limits: quick });
});

beforeEach(() => {
  mailboxes += 1;
  ann = `ann${mailboxes}@contoso.test`;
  sandbox.world.addMailbox({ address: ann, displayName: 'Ann Archer' });
  sender = provider.sender({ address: ann, user: undefined });
  Object.assign(sandbox.settings, defaults);
  sandbox.world.post.deliveries.length = 0;
  sandbox.requests.clear();
});

afterEach(() => sandbox.faults.clear());

afterAll(async () => {
  await provider.close();
  await recorder.close();
  await sandbox.close();
});

const mail = (more: Partial<OutgoingMail> = {}): OutgoingMail => ({
  mark: 'mark-1',
  from: { name: 'Ann Archer', address: ann },
  to: [bob],
  cc: [],
  bcc: [],
  subject: 'Offer',
  body: { kind: 'html', content: '<p>Dear Bob</p>' },
  ...more,
});

function valueOf<T>(tried: Tried<T>): T {
  if (tried.kind === 'done') return tried.value;
  throw tried.error;
}

const draft = async (more: Partial<OutgoingMail> = {}): Promise<Draft> =>
  valueOf(await sender.createDraft(mail(more), never));

function question(): string {
  return sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: [ann, 'third@acme.example'], subject: 'Question' });
}

const replyTo = (to: string, more: Partial<OutgoingReply> = {}): OutgoingReply => ({
  mark: 'mark-1',
  from: { name: '', address: ann },
  to,
  all: false,
  html: '<p>Ten.</p>',
  cc: [],
  ...more,
});

const places = async () => (await sender.find({ mark: 'mark-1' }, never)).map(({ place }) => place);
const itemsIn = (folder: string) =>
  [...sandbox.world.mailbox(ann).items()].filter((item) => item.folder.wellKnown === folder);
const deliveries = () => sandbox.world.post.deliveries;

function fileOf(size: number, name = 'a.bin') {
  return {
    name,
    contentType: 'application/octet-stream',
    size,
    async *bytes() {
      yield Buffer.alloc(Math.min(size, 100_000));
    },
  };
}

describe('what may leave', () => {
  const asker = () => ({ address: ann, about: 'x', signal: never, onRequest: () => undefined });
  const connection = () => ({ url: recorder.url, signIn: serviceAccount(sandbox), clock: Date.now, limits: quick });

  test('a connection for reading refuses every part of sending before it leaves, and says so', async () => {
    const refused: string[] = [];
    const { client, close } = openEws(connection(), { onMutation: (operation) => void refused.push(operation) });
    const { id } = await draft();
    const before = recorder.requests.length;
    const save = client.call(asker(), (service, library) => new library.EmailMessage(service).Save());
    expect((await errorOf(save)).kind).toBe('bug');
    const remove = client.call(asker(), async (service, library) => {
      const { Responses: answers } = await service.BindToItems([new library.ItemId(id)], library.PropertySet.IdOnly);
      await answers[0]?.Item.Delete(library.DeleteMode.MoveToDeletedItems);
    });
    expect((await errorOf(remove)).kind).toBe('bug');
    expect(refused).toEqual(['CreateItem', 'DeleteItem']);
    expect(recorder.requests.length).toBe(before + 1);
    await close();
  });

  test('a connection for sending refuses what is no part of it: sending unseen, deleting for good, folders', async () => {
    const { client, close } = openEws(connection(), { onMutation: () => undefined, writes: isPartOfSending });
    const { id } = await draft();
    const unseen = client.call(asker(), async (service, library) => {
      const message = new library.EmailMessage(service);
      message.ToRecipients.Add(bob.address);
      await message.SendAndSaveCopy();
    });
    expect((await errorOf(unseen)).kind).toBe('bug');
    const forGood = client.call(asker(), async (service, library) => {
      const { Responses: answers } = await service.BindToItems([new library.ItemId(id)], library.PropertySet.IdOnly);
      await answers[0]?.Item.Delete(library.DeleteMode.HardDelete);
    });
    expect((await errorOf(forGood)).kind).toBe('bug');
    const folder = client.call(asker(), async (service, library) => {
      const made = new library.Folder(service);
      made.DisplayName = 'Mine';
      await made.Save(library.WellKnownFolderName.Inbox);
    });
    expect((await errorOf(folder)).kind).toBe('bug');
    expect(deliveries()).toEqual([]);
    expect(await places()).toEqual(['drafts']);
    await close();
  });
});

describe('as the owner wants it', () => {
  test('10: it is sent as the owner, with the key it has after its attachments, kept in the owner’s Sent Items; a refused draft can be taken away', async () => {
    const made = await draft();
    valueOf(await sender.attach(made, fileOf(10), never));
    valueOf(await sender.send(made, never));
    expect(deliveries()).toMatchObject([{ from: { address: ann }, sender: { address: ann }, savedIn: ann }]);
    expect(await places()).toEqual(['sent_items']);
    expect(itemsIn('sentitems').map(({ attachments }) => attachments.length)).toEqual([1]);

    sandbox.world.setSendAs(ann, 'denied');
    const refused = await draft({ mark: 'mark-2' });
    expect(await sender.send(refused, never)).toMatchObject({ kind: 'refused', error: { code: 'ErrorSendAsDenied' } });
    const [left] = await sender.find({ mark: 'mark-2' }, never);
    expect(left).toMatchObject({ id: refused.id, place: 'drafts' });
    valueOf(await sender.remove(refused.id, 'mark-2', never));
    expect(itemsIn('drafts')).toEqual([]);
    expect(deliveries()).toHaveLength(1);
  });

  test('text stays text, whatever stands in it, and headers of our own travel', async () => {
    const hostile = '</t:Subject><t:Subject> & "\u0001';
    const made = await draft({
      subject: hostile,
      from: { name: hostile, address: ann },
      to: [{ name: hostile, address: bob.address }],
      body: { kind: 'text', content: hostile },
      headers: [{ name: 'X-Integrator-Reference', value: 'INC-7' }],
    });
    expect(valueOf(await sender.send(made, never))).toBeNull();
    const clean = '</t:Subject><t:Subject> & "';
    expect(deliveries()).toMatchObject([{ subject: clean, from: { name: clean }, to: [{ name: clean }] }]);
    const mime = Buffer.from(deliveries()[0]?.mime ?? []).toString('utf8');
    expect(mime).toMatch(/^x-integrator-reference: INC-7/im);
    expect(mime).toMatch(/^x-integrator-mark: mark-1/im);
  });

  test('a draft somebody touched meanwhile is sent as it is now, with its newest change key', async () => {
    const made = await draft();
    valueOf(await sender.attach(made, fileOf(10), never));
    sandbox.world.updateMessage(ann, made.id, { subject: 'Touched' });
    valueOf(await sender.send(made, never));
    expect(deliveries()).toMatchObject([{ subject: 'Touched', savedIn: ann }]);
  });

  test('an application sends as the owner it impersonates', async () => {
    const signIn = { kind: 'token', tokens: tokensOf(await ewsToken(sandbox)), impersonate: true } as const;
    const other = createEwsSendProvider({ url: recorder.url, signIn, clock: Date.now, limits: quick });
    const owner = other.sender({ address: ann, user: undefined });
    const made = valueOf(await owner.createDraft(mail(), never));
    valueOf(await owner.send(made, never));
    expect(deliveries()).toMatchObject([{ from: { address: ann }, sender: { address: ann }, savedIn: ann }]);
    await other.close();
  });

  test('a reply is the owner’s own, goes to the addressees given besides the server’s, and bears our marks', async () => {
    const headers = [{ name: 'X-Integrator-Reference', value: 'INC-7' }];
    const reply = replyTo(question(), { all: true, cc: [{ name: '', address: 'cc@acme.example' }], headers });
    const made = valueOf(await sender.createReply(reply, never));
    expect(await places()).toEqual(['drafts']);
    valueOf(await sender.send(made, never));
    expect(deliveries()).toMatchObject([
      { from: { address: ann }, to: [bob, {}], cc: [{ address: 'cc@acme.example' }], savedIn: ann },
    ]);
    expect(deliveries()[0]?.headers).toMatchObject([{ value: 'mark-1' }, { value: 'INC-7' }]);
    expect(itemsIn('deleteditems')).toEqual([]);
  });

  test('a mail is found wherever its owner put it, in many folders too', async () => {
    for (let number = 0; number < 60; number += 1) sandbox.world.addFolder(ann, `Deals/Folder ${number}`);
    const message = { internetMessageId: '<far@acme.example>' };
    sandbox.world.addMessage(ann, 'Deals/Folder 59', message);
    const found = await sender.find({ internetMessageId: 'far@acme.example' }, never);
    expect(found).toMatchObject([{ place: 'elsewhere', isDraft: false }]);
    expect(operationsAt(sandbox).filter((one) => one === 'FindItem').length).toBeLessThan(5);
  });
});

describe('what the service refuses', () => {
  const refusedWith = async (code: string, operation = 'SendItem') => {
    const fault: Fault = { kind: 'status', status: 200, code, message: 'No.' };
    const made = await draft();
    sandbox.faults.add({ service: 'ews', path: `#${operation}$`, fault, count: 0 });
    return sender.send(made, never);
  };

  test.each([
    ['ErrorSendAsDenied', 'access_denied'],
    ['ErrorAccessDenied', 'access_denied'],
    ['ErrorMessageSubmissionBlocked', 'access_denied'],
    ['ErrorQuotaExceeded', 'access_denied'],
    ['ErrorInvalidRecipients', 'usage'],
    ['ErrorMessageSizeExceeded', 'usage'],
    ['ErrorSubmissionQuotaExceeded', 'throttled'],
    ['ErrorIrresolvableConflict', 'busy'],
    ['ErrorItemNotFound', 'not_found'],
    ['ErrorOfTomorrow', 'protocol'],
  ])('%s is a refusal of kind %s: nothing was sent', async (code, kind) => {
    expect(await refusedWith(code)).toMatchObject({ kind: 'refused', error: { kind, code } });
  });

  test.each([
    'ErrorInternalServerError',
    'ErrorTimeoutExpired',
    'ErrorMailboxStoreUnavailable',
    'ErrorConnectionFailed',
  ])('%s tells nothing: it is asked once, and the fate is unsure', async (code) => {
    expect(await refusedWith(code)).toMatchObject({ kind: 'unsure', error: { code } });
    expect(operationsAt(sandbox).filter((one) => one === 'SendItem')).toHaveLength(1);
  });

  test('who is told to stay away for long stays away, and says until when', async () => {
    const made = await draft();
    const fault: Fault = {
      kind: 'status',
      status: 500,
      code: 'ErrorServerBusy',
      message: 'BackOffMilliseconds 600000',
    };
    sandbox.faults.add({ service: 'ews', path: '#SendItem$', fault });
    const tried = await sender.send(made, never);
    expect(tried).toMatchObject({ kind: 'refused', error: { kind: 'throttled' } });
    expect(tried.kind === 'refused' ? tried.error.retryAtMs : 0).toBeGreaterThan(Date.now() + 500_000);
    expect(deliveries()).toEqual([]);
    // The pause is the account's; a provider of its own knows nothing of it.
    await provider.close();
    const { url } = recorder;
    provider = createEwsSendProvider({ url, signIn: serviceAccount(sandbox), clock: Date.now, limits: quick });
  });

  test('files beyond what a request can carry are refused unasked, others by the server in its own words', async () => {
    const made = await draft();
    sandbox.requests.clear();
    const huge = await sender.attach(made, fileOf(48 * 1_048_576), never);
    expect(huge).toMatchObject({ kind: 'refused', error: { kind: 'usage' } });
    expect(sandbox.requests.of('ews')).toHaveLength(0);
    sandbox.settings.maxEwsRequestBytes = 50_000;
    expect(await sender.attach(made, fileOf(90_000), never)).toMatchObject({
      kind: 'refused',
      error: { kind: 'usage', code: 'HTTP 413' },
    });
    Object.assign(sandbox.settings, defaults, { maxMessageBytes: 1_000 });
    expect(await sender.attach(made, fileOf(90_000), never)).toMatchObject({
      kind: 'refused',
      error: { kind: 'usage', code: 'ErrorMessageSizeExceeded' },
    });
  });

  test('what was sent already is not sent again, even where the server still has it under its id', async () => {
    const made = await draft();
    sandbox.world.updateMessage(ann, made.id, { isDraft: false });
    expect(await sender.send(made, never)).toMatchObject({ kind: 'refused', error: { kind: 'not_found' } });
    expect(deliveries()).toEqual([]);
  });

  test('a mail that is gone cannot be answered', async () => {
    const id = question();
    sandbox.world.deleteMessage(ann, id);
    expect(await sender.createReply(replyTo(id), never)).toMatchObject({
      kind: 'refused',
      error: { kind: 'not_found' },
    });
  });
});

test.each(['CreateItem', 'UpdateItem', 'MoveItem'])(
  'a reply whose %s has no known fate leaves nothing in Drafts that does not bear our mark',
  async (operation) => {
    sandbox.faults.add({ service: 'ews', path: `#${operation}$`, fault: { kind: 'reset_after' } });
    const id = question();
    expect(await sender.createReply(replyTo(id), never)).toMatchObject({ kind: 'unsure' });
    for (const found of await sender.find({ mark: 'mark-1' }, never)) {
      if (found.place === 'drafts') valueOf(await sender.remove(found.id, 'mark-1', never));
    }
    expect(itemsIn('drafts')).toEqual([]);
    const made = valueOf(await sender.createReply(replyTo(id), never));
    valueOf(await sender.send(made, never));
    expect(deliveries()).toHaveLength(1);
  },
);

const sendingOperations = ['CreateItem', 'CreateAttachment', 'UpdateItem', 'MoveItem', 'SendItem', 'DeleteItem'];

test.skipIf(!canValidate)(
  'every request of sending so far is valid by the published schema (needs xmllint and the schemas)',
  async () => {
    const made = await draft();
    valueOf(await sender.attach(made, fileOf(10), never));
    valueOf(await sender.remove(made.id, 'mark-1', never));
    const asked = new Set(recorder.requests.map((text) => /<m:(\w+)[ >]/.exec(text)?.[1] ?? ''));
    expect(sendingOperations.filter((one) => !asked.has(one))).toEqual([]);
    validate(recorder.requests);
  },
);
