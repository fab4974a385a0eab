import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openApp } from '../../src/app.ts';
import { mailboxesToTest, testMailboxes } from '../../src/importer/test-mailboxes.ts';
import { ann, openOffice } from './office.ts';
import type { Office } from './office.ts';

const wrong = 'Tr0ub4dor-wrong';
let office: Office;
let nowMs: number;

beforeEach(async () => {
  const signIn = { auth: 'basic', username: 'svc-crm@contoso.test', password: { env: 'EXCHANGE_PASSWORD' } };
  office = await openOffice({ connection: { type: 'ews', ...signIn }, mailboxes: [{ address: ann, agent: 'ann' }] });
  nowMs = Date.now();
});
afterEach(() => office.close());

/** What a process of its own finds with this password, and how often the server was asked. */
async function anotherProcess(password: string, byHand = false) {
  office.sandbox.requests.clear();
  const env = { ...office.env, EXCHANGE_PASSWORD: password };
  const app = await openApp({ config: office.config, env, now: () => nowMs, byHand });
  try {
    const options = { concurrency: 1, signal: new AbortController().signal };
    const [found] = await testMailboxes(
      mailboxesToTest(office.config, {}),
      { provider: app.provider, now: app.now },
      options,
    );
    const { verdict, advice } = found ?? {};
    return { asked: office.sandbox.requests.of('ews').length, verdict, advice };
  } finally {
    await app.close();
  }
}

const file = (): string => join(office.config.state_dir, 'refused-passwords.json');
const later = (minutes: number): void => {
  nowMs += minutes * 60_000;
};

test('a wrong password goes out once in half an hour, however many processes have it', async () => {
  expect(await anotherProcess(wrong)).toMatchObject({ asked: 1, verdict: 'failed' });
  later(10);
  const second = await anotherProcess(wrong);
  expect(second).toMatchObject({ asked: 0, verdict: 'failed' });
  expect(second.advice).toContain('test-mailboxes');
  later(19);
  expect(await anotherProcess(wrong)).toMatchObject({ asked: 0 });
  later(2);
  expect(await anotherProcess(wrong)).toMatchObject({ asked: 1 });
});

test('a changed password is tried at once, and a good one leaves nothing behind', async () => {
  await anotherProcess(wrong);
  expect(await anotherProcess(`${wrong}!`)).toMatchObject({ asked: 1, verdict: 'failed' });
  const good = office.sandbox.serviceAccount.password;
  expect(await anotherProcess(good)).toMatchObject({ verdict: 'ok' });
  expect(await anotherProcess(wrong)).toMatchObject({ asked: 0 });
});

test('a password that is good by now is tried again by hand, once, and then by everybody', async () => {
  await anotherProcess(wrong);
  expect(await anotherProcess(wrong, true)).toMatchObject({ asked: 1, verdict: 'failed' });
  expect(await anotherProcess(wrong, true)).toMatchObject({ asked: 0, verdict: 'failed' });
  later(31);
  office.sandbox.directory.setPassword(office.sandbox.serviceAccount.username, wrong);
  expect(await anotherProcess(wrong)).toMatchObject({ verdict: 'ok' });
  expect(() => statSync(file())).toThrow('ENOENT');
});

test('what is remembered is for nobody else to read, and holds neither name nor password', async () => {
  await anotherProcess(wrong);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  const text = readFileSync(file(), 'utf8');
  expect(text).toMatch(/^\{"[0-9a-f]{64}":/);
  for (const secret of [wrong, 'svc-crm', 'contoso']) expect(text).not.toContain(secret);
});

test('two connections with the same wrong password try it once', async () => {
  const [connection] = office.config.connections;
  if (connection === undefined) throw new Error('no connection');
  const env = { ...office.env, EXCHANGE_PASSWORD: wrong };
  const app = await openApp({ config: office.config, env });
  const jobs = mailboxesToTest(office.config, {}).flatMap((job) => [
    job,
    { ...job, connection: { ...job.connection, name: 'second' } },
  ]);
  try {
    const options = { concurrency: 2, signal: new AbortController().signal };
    await testMailboxes(jobs, { provider: app.provider, now: app.now }, options);
    expect(office.sandbox.requests.of('ews')).toHaveLength(1);
  } finally {
    await app.close();
  }
});
