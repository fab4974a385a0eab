import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { redactConfig, redactUrl, resolveSecret } from '../../src/config/secrets.ts';
import { load, refusal, temporaryDirectory, writeFile } from './temporary-config.ts';

const what = 'the client secret of contoso-sales';
const canary = 'CANARY-secret';

test('a secret file is read without its final line break', async () => {
  const file = writeFile(temporaryDirectory(), 'secret', `${canary}\r\n`);
  expect(await resolveSecret({ file }, what, {})).toBe(canary);
});

test('a secret that is rotated is read anew', async () => {
  const directory = temporaryDirectory();
  const file = writeFile(directory, 'secret', 'old\n');
  await resolveSecret({ file }, what, {});
  writeFile(directory, 'secret', 'new\n');
  expect(await resolveSecret({ file }, what, {})).toBe('new');
});

test.each([
  [0o640, 'group'],
  [0o604, 'others'],
  [0o666, 'everybody'],
])('a secret file of mode %o, readable by %s, is refused with the command that mends it', async (mode) => {
  const file = writeFile(temporaryDirectory(), 'secret', canary, mode);
  const error = await refusal(resolveSecret({ file }, what, {}));
  expect([error.kind, error.message]).toEqual(['config', expect.stringContaining('can be read by other users')]);
  expect(error.message).toContain(what);
  expect(error.message).not.toContain(canary);
  expect(error.hint).toBe(`chmod 600 ${file}`);
});

test.each([
  ['missing', null, 'does not exist'],
  ['empty', ' \n', 'is empty'],
])('a secret file that is %s is refused', async (_state, text, message) => {
  const directory = temporaryDirectory();
  const file = text === null ? join(directory, 'secret') : writeFile(directory, 'secret', text);
  const error = await refusal(resolveSecret({ file }, what, {}));
  expect([error.kind, error.message]).toEqual(['config', `${what}: ${file} ${message}`]);
  expect(error.hint).toContain(file);
});

test('a directory is no secret file', async () => {
  const directory = temporaryDirectory();
  chmodSync(directory, 0o700);
  expect((await refusal(resolveSecret({ file: directory }, what, {}))).message).toContain('is a directory');
});

test('a secret in the environment is found, or missed by name', async () => {
  expect(await resolveSecret({ env: 'SALES' }, what, { SALES: `${canary}\n` })).toBe(canary);
  expect((await refusal(resolveSecret({ env: 'SALES' }, what, {}))).message).toBe(
    `${what}: the environment variable SALES is not set`,
  );
  expect((await refusal(resolveSecret({ env: 'SALES' }, what, { SALES: ' ' }))).message).toContain('SALES is empty');
});

test('a systemd credential is read from where systemd puts it, with the mode it gives it', async () => {
  const directory = temporaryDirectory();
  writeFile(directory, 'sales', canary, 0o440);
  expect(await resolveSecret({ credential: 'sales' }, what, { CREDENTIALS_DIRECTORY: directory })).toBe(canary);
  chmodSync(join(directory, 'sales'), 0o444);
  const error = await refusal(resolveSecret({ credential: 'sales' }, what, { CREDENTIALS_DIRECTORY: directory }));
  expect(error.message).toContain('can be read by other users');
});

test('outside the service a credential is missed with the line that gives it', async () => {
  const error = await refusal(resolveSecret({ credential: 'sales' }, what, {}));
  expect(error.message).toContain('no credential "sales" outside the service');
  expect(error.hint).toContain('LoadCredential=sales:');
});

test('a credential is a name, never a way out of its directory', async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'credentials'));
  writeFile(directory, 'other', canary);
  const env = { CREDENTIALS_DIRECTORY: join(directory, 'credentials') };
  for (const credential of ['../other', '..', '/etc/passwd', 'a\\b']) {
    expect((await refusal(resolveSecret({ credential }, what, env))).message).toContain('is a path');
  }
});

test('the configuration is shown with every secret as ***', async () => {
  const { config } = await load(`
store: postgres://integrator:${canary}@db.example/x?password=${canary}
connections:
  - { name: a, type: graph, enabled: false, client_secret: ${canary} }
  - { name: b, type: graph, enabled: false, certificate: { file: /a/b.pem } }
  - { name: c, type: ews, enabled: false, password: ${canary}, client_secret: { env: SALES } }
ticket_system: { type: rt, url: https://rt.example, token: ${canary} }`);
  const shown = JSON.stringify(redactConfig(config));
  expect(shown).not.toContain(canary);
  expect(JSON.parse(shown)).toMatchObject({
    store: 'postgres://integrator:***@db.example/x?password=***',
    connections: [
      { client_secret: '***' },
      { certificate: '*** (file /a/b.pem)' },
      { password: '***', client_secret: '*** (env SALES)' },
    ],
    ticket_system: { token: '***' },
  });
});

test.each([
  ['postgres://user@host/db', 'postgres://user@host/db'],
  ['postgres://user:p@host/db', 'postgres://user:***@host/db'],
  ['postgres://user:p@ss/w@host/db', 'postgres://user:***@host/db'],
  ['postgres:///db?user=a&password=b&x=1', 'postgres:///db?user=a&password=***&x=1'],
  ['sqlite', 'sqlite'],
])('%s is shown as %s', (url, expected) => {
  expect(redactUrl(url)).toBe(expected);
});
