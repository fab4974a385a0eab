import { afterEach, expect, test, vi } from 'vitest';
import type { MailProvider } from '../../../src/mail/provider.ts';
import { errorOf, roundOf, strangeServer } from './fixtures.ts';

const open: MailProvider[] = [];
let server: Awaited<ReturnType<typeof strangeServer>> | undefined;

afterEach(async () => {
  vi.restoreAllMocks();
  for (const one of open.splice(0)) await one.close();
  server?.close();
});

/** Twelve mailboxes of one account; `status` says what the server thinks of the password. */
async function account() {
  const state = { status: 503, seen: 0 };
  server = await strangeServer((_request, response) => {
    state.seen += 1;
    response.writeHead(state.status, { 'content-length': '0' }).end();
  });
  const provider = server.connect({ kind: 'basic', username: 'svc-crm', password: 'secret' });
  open.push(provider);
  const all = async () => {
    state.seen = 0;
    const mailboxes = Array.from({ length: 12 }, (_, index) => ({
      address: `t${index}@contoso.test`,
      user: undefined,
    }));
    return Promise.all(mailboxes.map((mailbox) => errorOf(roundOf(provider.reader(mailbox)))));
  };
  return { state, all };
}

test('closing ends what hangs, and what waits for its turn behind it', async () => {
  let onAsked = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    onAsked = resolve;
  });
  server = await strangeServer(() => onAsked());
  const provider = server.connect({ kind: 'basic', username: 'svc-crm', password: 'secret' });
  const readers = Array.from({ length: 30 }, (_, index) =>
    provider.reader({ address: `t${index}@contoso.test`, user: undefined }),
  );
  const rounds = readers.map((reader) => errorOf(roundOf(reader)));
  await asked;
  await provider.close();
  for (const error of await Promise.all(rounds)) expect(error).toMatchObject({ code: 'stopped' });
});

test('a password that was changed since it was last good goes out once, and not by all mailboxes at a time', async () => {
  const { state, all } = await account();
  await all();
  const start = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => start + 61_000);
  state.status = 401;
  const errors = await all();
  expect(new Set(errors.map(({ kind }) => kind))).toEqual(new Set(['needs_login']));
  expect(state.seen).toBe(1);
});

test('one that is good again lets all mailboxes through', async () => {
  const { state, all } = await account();
  await all();
  const start = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => start + 61_000);
  expect(new Set((await all()).map(({ kind }) => kind))).toEqual(new Set(['unreachable']));
  expect(state.seen).toBe(48);
});
