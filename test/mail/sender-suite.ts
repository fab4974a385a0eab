import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sleep } from '../../src/http/deadline.ts';
import { trySend } from '../../src/importer/try-send.ts';
import type { Draft, MailSender, OutgoingMail, SendProvider, Tried } from '../../src/mail/sender.ts';
import type { Fault } from '../../src/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';

export interface SenderUnderTest {
  readonly name: string;
  readonly service: 'graph' | 'ews';
  /** Signed in as the sandbox's service account. */
  connect(sandbox: Sandbox): Promise<SendProvider>;
  throttled(seconds: number): Fault;
  /** Paths of the requests that make a draft, and that send it. */
  readonly making: string;
  readonly sending: string;
  /** Where large attachments go in slices; null where a file is one request. */
  readonly uploading: string | null;
}

const never = new AbortController().signal;
const bob = { name: 'Bob Buyer', address: 'bob@acme.example' };

/** The contract of src/mail/sender.ts, told against the sandbox; every implementation must pass it. */
export function mailSenderContract(under: SenderUnderTest): void {
  const { uploading } = under;
  let sandbox: Sandbox;
  let provider: SendProvider;
  let sender: MailSender;
  let ann: string;
  let mailboxes = 0;

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
  const draft = async (more: Partial<OutgoingMail> = {}): Promise<Draft> =>
    valueOf(await sender.createDraft(mail(more), never));
  const fail = (fault: Fault, path: string, more: { nth?: number; count?: number; method?: string } = {}) =>
    sandbox.faults.add({ service: under.service, fault, path, ...more });
  const delivered = () => sandbox.world.post.deliveries.filter(({ from }) => from.address === ann);
  const places = async (mark = 'mark-1') => (await sender.find({ mark }, never)).map(({ place }) => place);

  describe(`mail sender ${under.name}`, () => {
    beforeAll(async () => {
      sandbox = await startSandbox();
      provider = await under.connect(sandbox);
    });
    afterAll(async () => {
      await provider.close();
      await sandbox.close();
    });
    beforeEach(() => {
      mailboxes += 1;
      ann = `ann${mailboxes}@contoso.test`;
      sandbox.world.addMailbox({ address: ann, displayName: 'Ann Archer', kind: 'user' });
      sender = provider.sender({ address: ann, user: undefined });
      sandbox.settings.sentCopyDelayMs = 0;
      sandbox.settings.delegatedUploads = true;
    });
    afterEach(() => sandbox.faults.clear());

    test('a mail goes out as it was written, and its copy in Sent Items keeps the message id of the draft', async () => {
      const made = await draft({ cc: [{ name: '', address: 'cc@acme.example' }] });
      expect(await places()).toEqual(['drafts']);
      expect(await sender.send(made, never)).toEqual({ kind: 'done', value: null });
      expect(delivered()).toMatchObject([
        { subject: 'Offer', to: [bob], cc: [{ address: 'cc@acme.example' }], savedIn: ann },
      ]);
      const found = await sender.find({ mark: 'mark-1' }, never);
      expect(found).toMatchObject([{ place: 'sent_items', isDraft: false, internetMessageId: made.internetMessageId }]);
      expect(made.internetMessageId).not.toBeNull();
      expect(await sender.find({ internetMessageId: made.internetMessageId ?? '' }, never)).toEqual(found);
    });

    test('a draft can be spent once: sending it again is refused', async () => {
      const made = await draft();
      await sender.send(made, never);
      expect(await sender.send(made, never)).toMatchObject({ kind: 'refused', error: { kind: 'not_found' } });
      expect(delivered()).toHaveLength(1);
    });

    test('a reply stays in the thread, with our text above the quoted original', async () => {
      sandbox.world.addMessage(ann, 'Inbox', {
        from: bob,
        to: [ann, 'third@acme.example'],
        subject: 'Question',
        html: '<p>How much?</p>',
        internetMessageId: '<question@acme.example>',
      });
      const [question] = await sender.find({ internetMessageId: 'question@acme.example' }, never);
      const reply = { mark: 'mark-1', from: { name: '', address: ann }, html: '<p>Ten.</p>', cc: [] };
      const made = valueOf(await sender.createReply({ ...reply, to: question?.id ?? '', all: true }, never));
      expect(made).toMatchObject({ subject: 'RE: Question', to: ['bob@acme.example', 'third@acme.example'] });
      await sender.send(made, never);
      const mime = Buffer.from(delivered()[0]?.mime ?? []).toString('utf8');
      expect(mime).toMatch(/^In-Reply-To: <question@acme.example>/im);
      expect(await places()).toEqual(['sent_items']);
      const copy = [...sandbox.world.mailbox(ann).items()].find(({ folder }) => folder.wellKnown === 'sentitems');
      expect(copy?.body.content).toMatch(/^<p>Ten\.<\/p>[^]*How much/);
    });

    test.each([
      [false, ['else@acme.example']],
      [true, ['else@acme.example', 'third@acme.example']],
    ])('a reply (to all: %s) goes to the Reply-To and not to the sender', async (all, to) => {
      sandbox.world.addMessage(ann, 'Inbox', {
        from: bob,
        replyTo: 'else@acme.example',
        to: [ann, 'third@acme.example'],
        subject: 'Question',
        internetMessageId: '<elsewhere@acme.example>',
      });
      const [question] = await sender.find({ internetMessageId: 'elsewhere@acme.example' }, never);
      const reply = { mark: 'mark-1', from: { name: '', address: ann }, html: '<p>Ten.</p>', cc: [] };
      const made = valueOf(await sender.createReply({ ...reply, to: question?.id ?? '', all }, never));
      expect(made.to).toEqual(to);
      await sender.send(made, never);
      expect(delivered().flatMap((sent) => sent.to.map(({ address }) => address))).toEqual(to);
    });

    test('headers of our own travel with a mail and with a reply', async () => {
      const headers = [{ name: 'X-Integrator-Reference', value: 'INC-1.q83vEjRWeJq83vEjRWeJqw' }];
      await sender.send(await draft({ headers }), never);
      const question = sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: [ann], subject: 'Question' });
      const { internetMessageId } = sandbox.world.item(ann, question);
      const [asked] = await sender.find({ internetMessageId: (internetMessageId ?? '').slice(1, -1) }, never);
      const reply = { mark: 'mark-2', from: { name: '', address: ann }, html: '<p>Ten.</p>', cc: [], headers };
      const answer = await sender.createReply({ ...reply, to: asked?.id ?? '', all: false }, never);
      await sender.send(valueOf(answer), never);
      expect(delivered()).toHaveLength(2);
      for (const { headers: sent } of delivered()) expect(sent).toEqual(expect.arrayContaining(headers));
    });

    test('attachments arrive byte for byte, small ones in one request and large ones in slices', async () => {
      const made = await draft();
      const small = Buffer.from('small');
      const large = Buffer.alloc(9_000_000, 'large file ');
      expect(await sender.attach(made, fileOf('a.txt', small), never)).toEqual({ kind: 'done', value: null });
      sandbox.requests.clear();
      expect(await sender.attach(made, fileOf('b.bin', large), never)).toEqual({ kind: 'done', value: null });
      await sender.send(made, never);
      expect(sentFiles(sandbox, ann)).toEqual([hash(small), hash(large)]);
    });

    test.skipIf(uploading === null)('an upload that breaks off in the middle goes on where it was', async () => {
      const made = await draft();
      const large = Buffer.alloc(9_000_000, 'slice after slice ');
      const slices = { path: uploading ?? '', method: 'PUT' };
      sandbox.faults.add({ ...slices, nth: 2, fault: { kind: 'reset_after' } });
      sandbox.faults.add({ ...slices, nth: 3, fault: { kind: 'status', status: 503 } });
      expect(await sender.attach(made, fileOf('b.bin', large), never)).toEqual({ kind: 'done', value: null });
      await sender.send(made, never);
      expect(sentFiles(sandbox, ann)).toEqual([hash(large)]);
    });

    test.skipIf(uploading === null)('an upload whose last answer is lost can be tried again', async () => {
      const made = await draft();
      sandbox.faults.add({ path: uploading ?? '', method: 'PUT', fault: { kind: 'reset_after' } });
      const tried = await sender.attach(made, fileOf('b.bin', Buffer.alloc(3_500_000)), never);
      expect(tried).toMatchObject({ kind: 'unsure', error: { kind: 'unreachable', code: 'HTTP 404' } });
    });

    test('what is wrong with a recipient is said of the recipient', async () => {
      const made = await draft();
      fail(
        { kind: 'status', status: under.service === 'graph' ? 400 : 500, code: 'ErrorInvalidRecipients' },
        under.sending,
      );
      const tried = await sender.send(made, never);
      expect(tried).toMatchObject({
        kind: 'refused',
        error: { kind: 'usage', hint: expect.stringContaining('Correct the addresses') },
      });
    });

    test('a missing right to send as the mailbox is told apart from access to it', async () => {
      const made = await draft();
      sandbox.world.setSendAs(ann, 'denied');
      const tried = await sender.send(made, never);
      expect(tried).toMatchObject({ kind: 'refused', error: { kind: 'access_denied' } });
      expect(tried.kind === 'refused' ? tried.error.hint : '').toContain('Send As');
    });

    test.skipIf(uploading === null)('that large attachments are refused in another mailbox is explained', async () => {
      sandbox.settings.delegatedUploads = false;
      const tried = await sender.attach(await draft(), fileOf('b.bin', Buffer.alloc(4_000_000)), never);
      expect(tried).toMatchObject({ kind: 'refused', error: { kind: 'access_denied' } });
      expect(tried.kind === 'refused' ? tried.error.hint : '').toContain('3 MB');
    });

    test.each<readonly [string, Fault]>([
      ['504', { kind: 'status_after', status: 504 }],
      ['500', { kind: 'status_after', status: 500 }],
      ['503', { kind: 'status_after', status: 503, retryAfter: '0' }],
      ['a cut connection', { kind: 'reset_after' }],
    ])('%s after a send that worked is unsure, asked once, and found in Sent Items', async (_name, fault) => {
      const made = await draft();
      const rule = fail(fault, under.sending, { count: 0 });
      expect(await sender.send(made, never)).toMatchObject({ kind: 'unsure' });
      expect(sandbox.faults.hits(rule)).toBe(1);
      expect(delivered()).toHaveLength(1);
      expect(await places()).toEqual(['sent_items']);
    });

    test('a draft of unknown fate is found by its mark and taken away', async () => {
      fail({ kind: 'reset_after' }, under.making, { method: 'POST' });
      expect(await sender.createDraft(mail(), never)).toMatchObject({ kind: 'unsure' });
      const [found] = await sender.find({ mark: 'mark-1' }, never);
      expect(found).toMatchObject({ place: 'drafts', isDraft: true });
      expect(await sender.remove(found?.id ?? '', 'mark-1', never)).toEqual({ kind: 'done', value: null });
      expect(await places()).toEqual(['deleted']);
      expect(await sender.remove(found?.id ?? '', 'mark-1', never)).toEqual({ kind: 'done', value: null });
    });

    test('throttling is waited for, because the service says that nothing happened', async () => {
      const made = await draft();
      fail(under.throttled(0), under.sending, { count: 2 });
      expect(await sender.send(made, never)).toEqual({ kind: 'done', value: null });
      expect(delivered()).toHaveLength(1);
    });

    test('mail that does not bear our mark is never removed', async () => {
      const id = sandbox.world.addMessage(ann, 'Inbox', {
        from: bob,
        to: ann,
        subject: 'Mine',
        internetMessageId: '<mine@acme.example>',
      });
      expect(id).not.toBe('');
      const [mine] = await sender.find({ internetMessageId: 'mine@acme.example' }, never);
      expect(await sender.remove(mine?.id ?? '', 'mark-1', never)).toMatchObject({ kind: 'refused' });
      expect(await sender.find({ internetMessageId: 'mine@acme.example' }, never)).toMatchObject([
        { place: 'elsewhere' },
      ]);
    });

    test.each(['ok', 'on_behalf', 'denied'] as const)(
      'trying to send says %s where that is so, and leaves nothing behind but in Deleted Items',
      async (right) => {
        sandbox.world.setSendAs(ann, right);
        sandbox.settings.sentCopyDelayMs = 30;
        sandbox.world.addMessage(ann, 'Inbox', { from: bob, to: ann, subject: 'Stays' });
        const deps = { sender, waitsMs: [1, 40, 80, 160, 320], sleep };
        expect(await trySend(ann, deps, never)).toBe(right);
        expect(delivered()).toHaveLength(right === 'denied' ? 0 : 1);
        const left = [...sandbox.world.mailbox(ann).items()].filter(
          ({ folder }) => folder.wellKnown !== 'deleteditems',
        );
        expect(left.map(({ subject }) => subject)).toEqual(['Stays']);
      },
    );

    test('a mailbox without access is denied, and nothing was made there', async () => {
      sandbox.world.setAccess(ann, 'none');
      expect(await trySend(ann, { sender, waitsMs: [1], sleep }, never)).toBe('denied');
    });

    test('trying to send tells what is in the way rather than a verdict, when the service is in trouble', async () => {
      fail({ kind: 'status', status: 503 }, under.making, { count: 0, method: 'POST' });
      await expect(trySend(ann, { sender, waitsMs: [1], sleep }, never)).rejects.toMatchObject({ kind: 'unreachable' });
    });
  });
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function valueOf<T>(tried: Tried<T>): T {
  if (tried.kind === 'done') return tried.value;
  throw tried.error;
}

function fileOf(name: string, content: Buffer) {
  return {
    name,
    contentType: 'application/octet-stream',
    size: content.length,
    async *bytes() {
      // Uneven pieces, as a disk gives them.
      for (let at = 0; at < content.length; at += 1_000_003) yield content.subarray(at, at + 1_000_003);
    },
  };
}

function sentFiles(sandbox: Sandbox, address: string): string[] {
  sandbox.world.post.settle();
  const items = [...sandbox.world.mailbox(address).items()].filter(({ folder }) => folder.wellKnown === 'sentitems');
  return items.flatMap(({ attachments }) => attachments.map(({ bytes }) => hash(bytes)));
}
