import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { environment, load, refusal, temporaryDirectory, writeFile } from './temporary-config.ts';

const minimal = 'agents: [{ id: ann }]\n';
const full = readFileSync(new URL('../fixtures/config/full.yaml', import.meta.url), 'utf8');

test('the documented configuration is accepted, with the documented meaning', async () => {
  const { config } = await load(full);
  expect(config).toMatchObject({
    store: 'sqlite',
    schedule: 'every 10m',
    timezone: 'Europe/Berlin',
    concurrency: 8,
    ticket_system: { type: 'halo', refresh: 'every 5m', stale_after: '15m' },
    metrics: { listen: '127.0.0.1:9464' },
    retention: { unmatched: '180d' },
  });
  expect(config.connections[0]?.mailboxes[0]).toEqual({
    address: 'ann@contoso.test',
    user: 'ann.archer@corp.contoso.test',
    agents: ['ann'],
    email_matching: true,
    matched_to: 'opportunities',
    new_ticket_type: 'Opportunity',
    folders: ['Inbox'],
    import_from: 'now',
    keep_original: false,
    import_sent_items: false,
  });
  expect(config.connections[1]).toMatchObject({ type: 'ews', port: 443, ssl: true, schedule: 'every 10m' });
});

test('a mailbox matched to incidents keeps sent items and originals, unless the file says otherwise', async () => {
  const mailboxes = (rest: string) => `
agents: [{ id: ann }]
connections:
  - { name: x, type: graph, enabled: false, ${rest} }`;
  const sent = async (rest: string) => {
    const [one] = (await load(mailboxes(rest))).config.connections[0]?.mailboxes ?? [];
    return [one?.import_sent_items, one?.keep_original];
  };
  const incidents = 'address: a@b.test, agent: ann, matched_to: incidents';
  expect(await sent(`mailboxes: [{ ${incidents} }]`)).toEqual([true, true]);
  expect(await sent(`import_sent_items: false, mailboxes: [{ ${incidents} }]`)).toEqual([false, true]);
  expect(await sent(`mailboxes: [{ ${incidents}, import_sent_items: false, keep_original: false }]`)).toEqual([
    false,
    false,
  ]);
  expect(await sent(`import_sent_items: true, mailboxes: [{ address: a@b.test, agent: ann }]`)).toEqual([true, false]);
});

test('what is left out has the documented defaults', async () => {
  const { config } = await load(
    'agents: [{ id: ann }]\nconnections: [{ name: x, type: graph, enabled: false, mailboxes: [{ address: a@b.test, agent: ann }] }]',
  );
  expect(config).toMatchObject({ store: 'sqlite', schedule: 'every 10m', ticket_system: { type: 'local' } });
  expect(config.agents).toEqual([{ id: 'ann', name: 'ann', role: 'agent' }]);
  expect(config.ticket_types.map((type) => type.use)).toEqual(['opportunity', 'project', 'incident']);
  expect(config.connections[0]).toMatchObject({
    auth: 'delegated',
    cloud: 'public',
    matching: 'address_and_subject',
    subject_match: 'normalized',
    unmatched: 'inbox',
    ambiguous: 'inbox',
    hide_email_chain: false,
    match_replies: true,
    unverified_sender: 'inbox',
    automatic_mail: 'inbox',
    calendar_mail: 'inbox',
    free_mail_domains: 'ignore',
    ignore: { senders: [], internal: false, sensitivity: [] },
    mailboxes: [{ email_matching: true, matched_to: 'opportunities', folders: ['Inbox'], import_from: 'now' }],
  });
});

test('the whole mailbox is asked for by the word alone or in a list', async () => {
  const folders = async (written: string) => {
    const one = `mailboxes: [{ address: ann@contoso.test, agent: ann, folders: ${written} }]`;
    const { config } = await load(
      `${minimal}connections: [{ name: m365, type: graph, tenant_id: t, client_id: c, ${one} }]`,
    );
    return config.connections[0]?.mailboxes[0]?.folders;
  };
  expect(await folders('all')).toEqual(['all']);
  expect(await folders('[all]')).toEqual(['all']);
  expect(await folders('[ALL]')).toEqual(['all']);
  expect(await folders(String.raw`[A/B, A\/B, 'Inbox/\/', C\D]`)).toEqual([
    'A/B',
    String.raw`A\/B`,
    String.raw`Inbox/\/`,
    String.raw`C\D`,
  ]);
});

test('addresses and domains are compared in one form, however they are written', async () => {
  const { config } = await load(`
agents: [{ id: ann, email: Ann@Contoso.Test }]
connections:
  - name: x
    type: graph
    enabled: false
    own_domains: [Bücher.example, CONTOSO.test.]
    ignore: { senders: ['@Ads.Example', News@Vendor.example] }
    mailboxes: [{ address: ' Ann@BÜCHER.example ', agent: ann }]`);
  expect(config.agents[0]?.email).toBe('ann@contoso.test');
  expect(config.connections[0]).toMatchObject({
    own_domains: ['xn--bcher-kva.example', 'contoso.test'],
    ignore: { senders: ['@ads.example', 'news@vendor.example'] },
    mailboxes: [{ address: 'ann@xn--bcher-kva.example' }],
  });
});

test('a key with nothing behind it means its default', async () => {
  const { config } = await load('agents:\nconnections:\nschedule:\noutgoing:\n');
  expect(config).toMatchObject({
    agents: [],
    connections: [],
    schedule: 'every 10m',
    outgoing: { max_per_minute: 25 },
  });
});

test('anchors and merge keys carry settings from one connection to another', async () => {
  const { config } = await load(`
connections:
  - &sales { name: one, type: graph, enabled: false, matching: domain }
  - { <<: *sales, name: two }`);
  expect(config.connections.map(({ name, matching }) => [name, matching])).toEqual([
    ['one', 'domain'],
    ['two', 'domain'],
  ]);
});

test('JSON with tabs and a byte order mark is read like YAML', async () => {
  const directory = temporaryDirectory();
  writeFile(directory, 'integrator.json', '\uFEFF{\n\t"agents": [\n\t\t{ "id": "ann" }\n\t]\n}\n');
  const { config } = await loadConfig({ path: undefined, env: environment, cwd: directory });
  expect(config.agents[0]?.id).toBe('ann');
});

test('relative paths are relative to the file, wherever the command is run', async () => {
  const directory = temporaryDirectory();
  const path = writeFile(directory, 'x.yaml', full);
  const { config, file } = await loadConfig({ path, env: environment, cwd: '/' });
  expect(file).toBe(path);
  expect(config.state_dir).toBe(join(directory, 'state'));
  expect(config.connections[0]?.endpoints.ca_file).toBe(join(directory, 'ca.pem'));
  expect(config.outgoing.templates_dir).toBe(join(directory, 'templates'));
  expect(config.connections[0]?.client_secret).toEqual({ file: '/run/credentials/contoso' });
});

test.each([
  ['systemd', { STATE_DIRECTORY: '/var/lib/integrator:/var/lib/other', HOME: '/home/ann' }, '/var/lib/integrator'],
  ['XDG', { XDG_STATE_HOME: '/home/ann/state', HOME: '/home/ann' }, '/home/ann/state/integrator'],
  ['the home directory', { HOME: '/home/ann' }, '/home/ann/.local/state/integrator'],
])('without state_dir the state goes where %s says', async (_who, env, expected) => {
  const directory = temporaryDirectory();
  const path = writeFile(directory, 'integrator.yaml', minimal);
  expect((await loadConfig({ path, env, cwd: directory })).config.state_dir).toBe(expected);
});

test('the search goes --config, $INTEGRATOR_CONFIG, working directory, user, and stops at the first', async () => {
  const [named, byEnv, cwd, xdg] = [1, 2, 3, 4].map(() => temporaryDirectory());
  mkdirSync(join(xdg ?? '', 'integrator'));
  const path = writeFile(named ?? '', 'a.conf', 'concurrency: 1');
  const env = {
    HOME: '/nonexistent',
    XDG_CONFIG_HOME: xdg,
    INTEGRATOR_CONFIG: writeFile(byEnv ?? '', 'b', 'concurrency: 2'),
  };
  writeFile(cwd ?? '', 'integrator.yml', 'concurrency: 3');
  writeFile(join(xdg ?? '', 'integrator'), 'integrator.json', '{"concurrency": 4}');
  const empty = temporaryDirectory();
  const found = async (options: { path?: string; env: object; cwd?: string | undefined }) => {
    const { config } = await loadConfig({
      path: options.path,
      env: { HOME: '/nonexistent', ...options.env },
      cwd: options.cwd ?? empty,
    });
    return config.concurrency;
  };
  const { INTEGRATOR_CONFIG: _, ...withoutNamed } = env;
  expect(await found({ path, env, cwd })).toBe(1);
  expect(await found({ env, cwd })).toBe(2);
  expect(await found({ env: withoutNamed, cwd })).toBe(3);
  expect(await found({ env: withoutNamed })).toBe(4);
});

test('no configuration anywhere: the refusal lists where it was looked for and how to get one', async () => {
  const directory = temporaryDirectory();
  const error = await refusal(loadConfig({ path: undefined, env: { HOME: '/home/nobody' }, cwd: directory }));
  expect(error.kind).toBe('config');
  expect(error.message).toContain(directory);
  expect(error.message).toContain('/home/nobody/.config/integrator, /etc/integrator');
  expect(error.hint).toContain('integrator init');
});

test.each([
  ['.config/config.js', 'globalThis.wasExecuted = true; module.exports = {};'],
  ['.config/config.cjs', 'globalThis.wasExecuted = true; module.exports = {};'],
  ['integrator.config.js', 'globalThis.wasExecuted = true;'],
  ['.integratorrc.js', 'globalThis.wasExecuted = true;'],
  ['package.json', '{ "cosmiconfig": { "searchPlaces": ["evil.yaml"] }, "integrator": { "concurrency": 7 } }'],
])('a %s in the working directory is neither executed nor obeyed', async (name, text) => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, '.config'));
  writeFileSync(join(directory, name), text);
  writeFileSync(join(directory, 'evil.yaml'), 'concurrency: 7');
  const before = process.cwd();
  process.chdir(directory);
  try {
    const error = await refusal(loadConfig({ path: undefined, env: environment, cwd: directory }));
    expect(error.message).toContain('no configuration found');
  } finally {
    process.chdir(before);
  }
  expect(globalThis).not.toHaveProperty('wasExecuted');
});

test('a file that is named is data, whatever its name ends in', async () => {
  const directory = temporaryDirectory();
  const path = writeFile(directory, 'config.js', 'globalThis.wasExecuted = true');
  expect((await refusal(loadConfig({ path, env: environment, cwd: directory }))).kind).toBe('config');
  expect(globalThis).not.toHaveProperty('wasExecuted');
});

test.each([
  ['that does not exist', () => undefined, 'does not exist'],
  ['that is a directory', (file: string) => mkdirSync(file), 'is a directory'],
  ['that is empty', (file: string) => writeFileSync(file, ' \n'), 'is empty'],
  ['that is only a byte order mark', (file: string) => writeFileSync(file, '\uFEFF\n'), 'is empty'],
  ['that never ends', (file: string) => symlinkSync('/dev/zero', file), 'is not a regular file'],
  ['that is far too large', (file: string) => writeFileSync(file, 'a'.repeat(5_000_000)), 'is larger than'],
])('a file %s is refused by name', async (_what, make, message) => {
  const directory = temporaryDirectory();
  const path = join(directory, 'integrator.yaml');
  make(path);
  const error = await refusal(loadConfig({ path, env: environment, cwd: directory }));
  expect([error.kind, error.message]).toEqual(['config', expect.stringContaining(`${path} ${message}`)]);
  expect(error.message.split('\n')).toHaveLength(1);
});

test.each([
  ['a directory', (file: string) => mkdirSync(file), 'is a directory'],
  ['an empty file', (file: string) => writeFileSync(file, ''), 'is empty'],
])('%s where the search expects the file is refused, not passed over', async (_what, make, message) => {
  const directory = temporaryDirectory();
  make(join(directory, 'integrator.yaml'));
  const error = await refusal(loadConfig({ path: undefined, env: environment, cwd: directory }));
  expect(error.message).toContain(message);
});

test.skipIf(process.getuid?.() === 0)('a file of somebody else is refused, not passed over', async () => {
  const directory = temporaryDirectory();
  const path = writeFile(directory, 'integrator.yaml', minimal);
  chmodSync(path, 0o000);
  const error = await refusal(loadConfig({ path: undefined, env: environment, cwd: directory }));
  expect(error.message).toContain('may not be read by this user');
});

test('the example in the package is right', async () => {
  const path = fileURLToPath(new URL('../../integrator.example.yaml', import.meta.url));
  const { config } = await loadConfig({ path, env: environment, cwd: '/' });
  expect(config.connections.map((connection) => connection.type)).toEqual(['graph', 'ews']);
});
