import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { emptyDirectory, runCli } from './run-cli.ts';
import { serveSandbox } from './sandbox-rehearsal.ts';
import type { ServedSandbox } from './sandbox-rehearsal.ts';

let sandbox: ServedSandbox | undefined;
afterEach(() => sandbox?.stop());

const inPlace = (cwd: string, config: string, ...args: string[]) =>
  runCli(args, { cwd, env: { INTEGRATOR_CONFIG: join('place', config) } });

test('writes a configuration for each way of signing in, with the key and the files it names, for the owner alone', async () => {
  const served = await serveSandbox(['--init', 'place', '--json']);
  sandbox = served;
  const place = join(served.cwd, 'place');
  expect(served.document.config).toBe(join(place, 'integrator.yaml'));
  const files = readdirSync(place).filter((name) => name.includes('.') || name.includes('-'));
  expect(files.sort()).toEqual([
    'app.pem',
    'application.yaml',
    'ca.pem',
    'client-secret',
    'exchange-password',
    'exchange.yaml',
    'integrator.yaml',
  ]);
  for (const file of [...files, 'state/key'])
    expect([file, statSync(join(place, file)).mode & 0o777]).toEqual([file, 0o600]);
  for (const config of ['integrator.yaml', 'application.yaml', 'exchange.yaml']) {
    const { code, stdout } = await inPlace(served.cwd, config, 'config', 'check', '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { warnings: [], connections: 1, mailboxes: 7, agents: 7 }]);
  }
});

test('the application has no permission in Entra: what is in the scope is read, a mailbox outside is refused', async () => {
  const served = await serveSandbox(['--init', 'place']);
  sandbox = served;
  const shared = await inPlace(
    served.cwd,
    'application.yaml',
    'test-mailboxes',
    '--outside',
    'sales@contoso.test,fiona@contoso.test',
    '--json',
  );
  expect([shared.code, JSON.parse(shared.stdout)]).toMatchObject([0, [{ verdict: 'ok' }, { verdict: 'ok' }]]);
  const inScope = await inPlace(served.cwd, 'application.yaml', 'test-mailboxes', '--outside', 'ann@contoso.test');
  expect(inScope.code).toBe(1);
});

test('the directory starts the same sandbox again: configurations stay as they are, and fit', async () => {
  const first = await serveSandbox(['--init', 'place', '--seed', '7']);
  sandbox = first;
  const { cwd, document } = first;
  const config = join(cwd, 'place', 'application.yaml');
  const edited = readFileSync(config, 'utf8').replaceAll('60d', '20d');
  writeFileSync(config, edited);
  const key = readFileSync(join(cwd, 'place/state/key'), 'utf8');
  await first.stop();
  const second = await serveSandbox(['--init', 'place'], cwd);
  sandbox = second;
  expect(second.document).toMatchObject({ origin: document.origin, tenant_id: document.tenant_id });
  expect(readFileSync(config, 'utf8')).toBe(edited);
  expect(readFileSync(join(cwd, 'place/state/key'), 'utf8')).toBe(key);
  const tried = await inPlace(cwd, 'application.yaml', 'test-mailboxes', '--json');
  expect(tried.code).toBe(0);
  await second.stop();

  const port = new URL(document.origin).port;
  for (const [other, told] of [
    [['--seed', '8'], '--seed 7'],
    [['--port', '1'], `--port ${port}`],
    [['--eml', 'place'], 'the sample mailboxes'],
  ] as const) {
    const { code, stderr } = await runCli(['sandbox', '--init', 'place', ...other], { cwd });
    expect([code, stderr]).toEqual([64, expect.stringContaining(told)]);
  }
});

test('without --init a start on a fixed port says how a configuration fits again', async () => {
  const first = await serveSandbox([]);
  const port = new URL(first.document.origin).port;
  await first.stop();
  sandbox = await serveSandbox(['--port', port]);
  expect(sandbox.words()).toContain('integrator sandbox --init');
  expect(sandbox.document.config).toBeNull();
});

test('with --eml the mailboxes are those of the folder, and their mail is imported whatever its age', async () => {
  const cwd = emptyDirectory();
  for (const folder of ['Key Accounts', 'rule']) {
    mkdirSync(join(cwd, 'mail', folder), { recursive: true });
    const head = 'From: bob@acme.example\r\nTo: x@sandbox.test\r\nDate: Mon, 5 Mar 2012 10:00:00 +0000\r\n';
    writeFileSync(
      join(cwd, 'mail', folder, '1.eml'),
      `${head}Subject: ${folder}\r\nMessage-ID: <${folder.length}@acme.example>\r\n\r\nHello\r\n`,
    );
  }
  sandbox = await serveSandbox(['--init', 'place', '--eml', 'mail'], cwd);
  const { code, stdout } = await inPlace(cwd, 'application.yaml', 'run', '--once', '--json');
  const mailboxes = ['key-accounts@sandbox.test', 'rule@sandbox.test'].map((mailbox) => ({ mailbox, imported: 1 }));
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { mailboxes }]);
});

describe('what lies in the way is left alone, and nothing is started', () => {
  const refused = async (cwd: string, ...args: string[]) => {
    const { code, stdout } = await runCli(['sandbox', '--json', ...args], { cwd });
    expect([code, JSON.parse(stdout)]).toMatchObject([64, { error: { kind: 'usage' } }]);
    expect(readdirSync(cwd)).not.toContain('sandbox.json');
  };

  test.each([
    'integrator.yaml',
    'application.yaml',
    'exchange.yaml',
    'ca.pem',
    'client-secret',
    'app.pem',
    'exchange-password',
    'state/key',
  ])('%s', async (name) => {
    const cwd = emptyDirectory();
    mkdirSync(join(cwd, 'place/state'), { recursive: true });
    writeFileSync(join(cwd, 'place', name), 'mine\n');
    const before = readdirSync(join(cwd, 'place'), { recursive: true });
    await refused(cwd, '--init', 'place');
    expect(readdirSync(join(cwd, 'place'), { recursive: true })).toEqual(before);
    expect(readFileSync(join(cwd, 'place', name), 'utf8')).toBe('mine\n');
  });

  test.each([
    ['', 'an empty name'],
    ['file', 'a file'],
    ['file/below', 'below a file'],
    ['/proc/place/below', 'where nothing can be made'],
  ])('--init "%s": %s', async (name) => {
    const cwd = emptyDirectory();
    writeFileSync(join(cwd, 'file'), 'mine\n');
    await refused(cwd, '--init', name);
    expect(readFileSync(join(cwd, 'file'), 'utf8')).toBe('mine\n');
  });

  test.each(['{', '{"port":0,"seed":1,"eml":null}', '{"port":8443,"seed":1,"eml":null,"more":1}', '[]', ''])(
    'a configuration whose first line was spoiled: %s',
    async (spoiled) => {
      const cwd = emptyDirectory();
      mkdirSync(join(cwd, 'place'));
      const text = `# Written by \`integrator sandbox --init\`. The same sandbox again: ${spoiled}\n`;
      writeFileSync(join(cwd, 'place/integrator.yaml'), text);
      await refused(cwd, '--init', 'place');
      expect(readFileSync(join(cwd, 'place/integrator.yaml'), 'utf8')).toBe(text);
    },
  );

  test('a port that is none', () => refused(emptyDirectory(), '--port', '65536', '--init', 'place'));
});

test('init makes no directory where none can be made, and says so', async () => {
  const { code, stdout } = await runCli(['init', '/proc/place/below', '--json']);
  expect([code, JSON.parse(stdout)]).toMatchObject([64, { error: { kind: 'usage' } }]);
});
