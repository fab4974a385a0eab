import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MailboxReader, MailProvider } from '../../../src/mail/provider.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { at, connectEws, errorOf, operationsAt, readPages, roundOf, strangeServer } from './fixtures.ts';

const [ann, ben] = ['ann@contoso.test', 'ben@contoso.test'];
const written = String.raw`CONTOSO\svc-crm`;

function signInOf(sandbox: Sandbox, username = written, password = sandbox.serviceAccount.password) {
  return { kind: 'ntlm', username, password } as const;
}

describe('NTLM', () => {
  let sandbox: Sandbox;
  const open: MailProvider[] = [];

  beforeAll(async () => {
    sandbox = await startSandbox();
    for (const address of [ann, ben]) sandbox.world.addMailbox({ address, displayName: address });
    sandbox.directory.setPassword('svc-crm@contoso.test', 'Pässwörd-Ω');
  });
  beforeEach(() => {
    sandbox.requests.clear();
  });
  afterEach(async () => {
    sandbox.faults.clear();
    for (const one of open.splice(0)) await one.close();
  });
  afterAll(() => sandbox.close());

  async function connect(username?: string, password = 'Pässwörd-Ω'): Promise<MailProvider> {
    const made = await connectEws(sandbox, { signIn: signInOf(sandbox, username, password) });
    open.push(made);
    return made;
  }
  const readerOf = (provider: MailProvider, address = ann): MailboxReader =>
    provider.reader({ address, user: undefined });
  const statuses = (): readonly number[] => sandbox.requests.of('ews').map(({ status }) => status);

  test.each([written, 'svc-crm@contoso.test', String.raw`contoso\SVC-CRM`])(
    '%s signs in once for a connection, and everything else goes over it',
    async (username) => {
      sandbox.world.addMessage(ann, 'Inbox', { subject: username, receivedAt: at(1) });
      const reader = readerOf(await connect(username));
      const results = await readPages(reader, await roundOf(reader));
      expect(results).toContainEqual(expect.objectContaining({ kind: 'message' }));
      expect(statuses().filter((status) => status === 401)).toHaveLength(1);
      const authorized = sandbox.requests.of('ews').map((one) => one.authorized);
      expect(authorized.slice(0, 2)).toEqual([true, true]);
      expect(authorized.slice(2).includes(true)).toBe(false);
      expect(authorized.length).toBeGreaterThan(3);
      expect(reader.requests).toBe(authorized.length);
    },
  );

  test('each mailbox has a connection of its own', async () => {
    const provider = await connect();
    await Promise.all([ann, ben, ann].map((address) => roundOf(readerOf(provider, address))));
    expect(statuses().filter((status) => status === 401)).toHaveLength(2);
  });

  test('a connection that is lost is signed in again, and nothing is taken for a refusal', async () => {
    const reader = readerOf(await connect());
    await roundOf(reader);
    sandbox.faults.add({ service: 'ews', fault: { kind: 'reset_after' } });
    await roundOf(reader);
    sandbox.faults.add({ service: 'ews', fault: { kind: 'reset_before' }, nth: 1, count: 2 });
    await roundOf(reader);
    expect(operationsAt(sandbox).filter((name) => name === 'FindItem').length).toBeGreaterThan(2);
  });

  test('a wrong password goes out once, however many mailboxes wait, and is not tried again', async () => {
    const provider = await connect(written, 'wrong');
    const addresses = [ann, ben, 'svc-crm@contoso.test', 'one@contoso.test', 'two@contoso.test'];
    const errors = await Promise.all(addresses.map((address) => errorOf(roundOf(readerOf(provider, address)))));
    errors.push(await errorOf(roundOf(readerOf(provider))));
    expect(new Set(errors.map(({ kind }) => kind))).toEqual(new Set(['needs_login']));
    expect(errors[0]?.message).toMatch(/svc-crm.*not tried again before a restart/);
    expect(errors[0]?.message).not.toContain('wrong');
    expect(statuses()).toEqual([401, 401]);
  });

  test('a password that was good rests when it is refused, and is not said to be for ever', async () => {
    const provider = await connect();
    await roundOf(readerOf(provider));
    sandbox.directory.setPassword('svc-crm@contoso.test', 'changed');
    sandbox.requests.clear();
    try {
      const errors = [await errorOf(roundOf(readerOf(provider, ben))), await errorOf(roundOf(readerOf(provider, ben)))];
      expect(errors.map(({ kind }) => kind)).toEqual(['needs_login', 'needs_login']);
      expect(errors[0]?.message).toContain('half an hour');
      expect(statuses()).toEqual([401, 401]);
    } finally {
      sandbox.directory.setPassword('svc-crm@contoso.test', 'Pässwörd-Ω');
    }
  });

  test('trouble of the server is no wrong password', async () => {
    const reader = readerOf(await connect());
    sandbox.faults.add({ service: 'ews', fault: { kind: 'status', status: 503, noBody: true }, count: 3 });
    await roundOf(reader);
    expect(statuses().slice(0, 3)).toEqual([503, 503, 503]);
  });

  describe('a server of another kind', () => {
    let server: Awaited<ReturnType<typeof strangeServer>>;
    const seen: string[] = [];
    let answer: (response: ServerResponse) => void;

    beforeAll(async () => {
      server = await strangeServer((request, response) => {
        seen.push(request.headers.authorization ?? '');
        answer(response);
      });
    });
    beforeEach(() => void seen.splice(0));
    afterAll(() => server.close());

    async function refusal(offer: string, connection = 'keep-alive'): Promise<{ kind: string; message: string }> {
      const headers = { 'www-authenticate': offer, 'content-length': '0', connection };
      answer = (response) => response.writeHead(401, headers).end();
      const made = server.connect({ kind: 'ntlm', username: written, password: 'secret' });
      open.push(made);
      return errorOf(roundOf(readerOf(made)));
    }

    /** A challenge as servers without NTLMv2 send it: no extended security, no target information. */
    const old = Buffer.concat([Buffer.from('NTLMSSP\0'), Buffer.alloc(40)]);
    old.writeUInt32LE(2, 8);
    old.writeUInt32LE(0x201, 20);

    test('that closes the connection in the middle of a sign-in is not believed to refuse the password', async () => {
      const modern = Buffer.concat([old, Buffer.from([0, 0, 0, 0])]);
      modern.writeUInt32LE(0x88_0201, 20);
      modern.writeUInt16LE(4, 40);
      modern.writeUInt32LE(48, 44);
      const error = await refusal(`NTLM ${modern.toString('base64')}`, 'close');
      expect([error.kind, error.message]).toEqual(['protocol', expect.stringContaining('in the middle')]);
      expect(seen).toHaveLength(4);
    });

    test.each([
      { offer: `NTLM ${old.toString('base64')}`, kind: 'protocol', says: 'NTLMv1' },
      { offer: 'NTLM TlRMTVNTUAACAAAAAAAAADgA', kind: 'protocol', says: 'cannot be read' },
      { offer: 'Negotiate, Basic realm="mail.contoso.test"', kind: 'config', says: 'but Negotiate, Basic' },
    ])('that answers "$offer" gets nothing that comes from the password', async ({ offer, kind, says }) => {
      const error = await refusal(offer);
      expect([error.kind, error.message]).toEqual([kind, expect.stringContaining(says)]);
      // Only the first message went out, which names nobody.
      expect(seen.map((header) => Buffer.from(header.slice(5), 'base64').readUInt32LE(8))).toEqual([1]);
    });
  });
});
