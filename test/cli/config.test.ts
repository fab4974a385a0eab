import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { writeFile } from '../config/temporary-config.ts';
import { emptyDirectory, runCli } from './run-cli.ts';

const connection = (secret: string) => `agents: [{ id: ann }]
connections:
  - name: sales
    type: graph
    tenant_id: 11111111-2222-3333-4444-555555555555
    client_id: 66666666-7777-8888-9999-000000000000
    client_secret: ${secret}
    mailboxes: [{ address: ann@contoso.test, agent: ann }]
`;

function configured(text: string, mode = 0o600): string {
  const directory = emptyDirectory();
  writeFile(directory, 'integrator.yaml', text, mode);
  return directory;
}

test('a right configuration is said to be right', async () => {
  const cwd = configured(connection('{ env: SECRET }'));
  expect(await runCli(['config', 'check'], { cwd, env: { SECRET: 'x' } })).toEqual({
    code: 0,
    stdout: `${cwd}/integrator.yaml is right: 1 connection, 1 mailbox, 1 agent\n`,
    stderr: '',
  });
  const { stdout } = await runCli(['config', 'check', '--json'], { cwd, env: { SECRET: 'x' } });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, connections: 1, mailboxes: 1, agents: 1, warnings: [] });
});

test.each([
  [
    'an unknown key',
    `${connection('{ env: S }')}conections: []\n`,
    '9:1: conections is not a known key; did you mean "connections"?',
  ],
  [
    'a duplicate connection',
    `${connection('{ env: S }')}  - { name: sales, type: graph, enabled: false }\n`,
    '9:7: connections[1].name "sales" is taken by connections[0].name',
  ],
  [
    'an agent that does not exist',
    connection('{ env: S }').replace('agent: ann', 'agent: bob'),
    '8:46: connections[0].mailboxes[0].agent "bob" is not an agent; agents are: ann',
  ],
  ['a literal secret', connection('CANARY'), '7:5: connections[0].client_secret stands here as plain text', 0o644],
  ['broken YAML', 'agents: [', '1:10: not valid YAML'],
  ['an empty file', '', ' is empty'],
])('%s: exit 78, naming file, line and key', async (_what, text, message, mode = 0o600) => {
  const cwd = configured(text, mode);
  const { code, stdout, stderr } = await runCli(['config', 'check'], { cwd });
  expect([code, stdout]).toEqual([78, '']);
  expect(stderr).toContain(`${cwd}/integrator.yaml`);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('CANARY');
});

test('no configuration: exit 78, with where it was looked for and how to get one', async () => {
  const { code, stderr } = await runCli(['config', 'check']);
  expect(code).toBe(78);
  expect(stderr).toContain('no configuration found');
  expect(stderr).toContain('/etc/integrator');
  expect(stderr).toContain('integrator init');
});

test.each([
  ['missing', (_directory: string) => undefined, 'does not exist'],
  ['empty', (directory: string) => writeFile(directory, 'secret', '\n'), 'is empty'],
  ['group-readable', (directory: string) => writeFile(directory, 'secret', 'CANARY', 0o640), 'chmod 600'],
  ['a directory', (directory: string) => mkdirSync(join(directory, 'secret')), 'is a directory'],
])('a secret file that is %s: exit 78, naming the line of the reference', async (_what, make, message) => {
  const cwd = configured(connection('{ file: ./secret }'));
  make(cwd);
  const { code, stderr } = await runCli(['config', 'check'], { cwd });
  expect(code).toBe(78);
  expect(stderr).toContain(`integrator.yaml:7:5: connections[0].client_secret ${cwd}/secret`);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('CANARY');
});

test('a secret that only the service has is worth words, not a failure', async () => {
  for (const [secret, message] of [
    ['{ env: SALES_SECRET }', 'the environment variable SALES_SECRET is not set'],
    ['{ credential: sales }', 'there is no credential "sales" outside the service'],
  ]) {
    const { code, stderr } = await runCli(['config', 'check'], { cwd: configured(connection(secret ?? '')) });
    expect([code, stderr]).toEqual([0, expect.stringContaining(`7:5: connections[0].client_secret ${message}`)]);
  }
});

test('a secret of a connection that is switched off is not asked for', async () => {
  const text = connection('{ file: ./missing }').replace('type: graph', 'type: graph\n    enabled: false');
  expect((await runCli(['config', 'check'], { cwd: configured(text) })).code).toBe(0);
});

test.each([
  ['missing', () => undefined, 'ENOENT'],
  ['no certificate', (directory: string) => writeFile(directory, 'ca.pem', 'hello'), 'no certificate in it'],
  [
    'a damaged certificate',
    (directory: string) =>
      writeFile(directory, 'ca.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
    'cannot be used',
  ],
])('a ca_file that is %s: exit 78, naming its line', async (_what, make, message) => {
  const cwd = configured(`${connection('{ env: S }')}    endpoints: { ca_file: ./ca.pem }\n`);
  make(cwd);
  const { code, stderr } = await runCli(['config', 'check'], { cwd, env: { S: 'x' } });
  expect(code).toBe(78);
  expect(stderr).toContain('integrator.yaml:9:18: connections[0].endpoints.ca_file cannot be used');
  expect(stderr).toContain(message);
});

test('config show prints the effective configuration, fit to be shown to anybody', async () => {
  const cwd = configured(connection('CANARY'));
  const yaml = await runCli(['config', 'show'], { cwd });
  const json = await runCli(['config', 'show', '--json'], { cwd });
  expect([yaml.code, json.code, yaml.stderr, json.stderr]).toEqual([0, 0, '', '']);
  expect(yaml.stdout + json.stdout).not.toContain('CANARY');
  expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
  expect(JSON.parse(json.stdout)).toMatchObject({
    schedule: 'every 10m',
    connections: [{ name: 'sales', client_secret: '***', mailboxes: [{ folders: ['Inbox'] }] }],
  });
});

test('config schema prints the JSON schema that comes with the package', async () => {
  const { code, stdout } = await runCli(['config', 'schema']);
  const file = readFileSync(new URL('../../config/integrator.schema.json', import.meta.url), 'utf8');
  expect([code, JSON.parse(stdout)]).toEqual([0, JSON.parse(file)]);
});

test('init writes a configuration and a key for nobody else to read, and says what is next', async () => {
  const directory = join(emptyDirectory(), 'new');
  const { code, stdout, stderr } = await runCli(['init', directory]);
  expect([code, stdout]).toEqual([0, `${directory}/integrator.yaml\n${directory}/state/key\n`]);
  expect(stderr).toContain('integrator config check');
  expect(statSync(join(directory, 'integrator.yaml')).mode & 0o777).toBe(0o600);
  expect(statSync(join(directory, 'state/key')).mode & 0o777).toBe(0o600);
  expect(statSync(join(directory, 'state')).mode & 0o777).toBe(0o700);
  expect(Buffer.from(readFileSync(join(directory, 'state/key'), 'utf8'), 'base64')).toHaveLength(32);
});

test('keys that this version does nothing with are read, and said to do nothing', async () => {
  const cwd = configured(
    `${connection('{ env: S }')}ticket_system: { type: rt, url: https://rt.example/, token: { env: S } }
metrics: { listen: 127.0.0.1:9464 }
retention: { unmatched: 180d }
`,
  );
  const { code, stdout } = await runCli(['config', 'check', '--json'], { cwd, env: { S: 'x' } });
  const { warnings } = JSON.parse(stdout);
  expect([code, warnings.length]).toEqual([0, 3]);
  expect(warnings[0]).toContain(':9:1: ticket_system rt is not connected by this version');
  expect(warnings[1]).toContain(':10:1: metrics not served');
  expect(warnings[2]).toContain(':11:1: retention not applied');
  const dryRun = await runCli(['run', '--once', '--dry-run', '--mailbox', 'nobody@contoso.test'], { cwd });
  expect(dryRun.stderr).toContain('ticket_system rt is not connected by this version');
});

test('what init writes is refused until the ids are filled in, which init says is the first step', async () => {
  const cwd = emptyDirectory();
  const { stderr: next } = await runCli(['init'], { cwd });
  expect(next).toMatch(/^First fill in .*integrator\.yaml: tenant_id and client_id/);
  const { code, stderr } = await runCli(['config', 'check'], { cwd });
  expect([code, stderr]).toEqual([78, expect.stringContaining('connections[0].tenant_id is not filled in yet; write')]);
  expect(stderr).toContain('connections[0].client_id is not filled in yet; write the application (client) id');
  fillIn(join(cwd, 'integrator.yaml'));
  expect(await runCli(['config', 'check'], { cwd })).toMatchObject({ code: 0, stderr: '' });
});

const guid = '11111111-2222-3333-4444-555555555555';

/** Writes ids in the place of those that `init` left open. */
function fillIn(file: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('00000000-0000-0000-0000-000000000000', guid));
}

test('init --from-csv writes the agents of a list with their mailboxes', async () => {
  const cwd = emptyDirectory();
  const rows = ['Name;E-Mail;Role', 'Archer, Ann;Ann@Contoso.test;administrator', '"Bob: ""B""";bob@contoso.test;'];
  writeFile(cwd, 'people.csv', `${rows.join('\n')}\nAnn Other;ann@other.test;agent\n`);
  const { code, stderr } = await runCli(['init', '--from-csv', 'people.csv'], { cwd });
  expect([code, stderr]).toEqual([0, expect.stringContaining('Written with 3 agents and their mailboxes.')]);
  fillIn(join(cwd, 'integrator.yaml'));
  const { stdout } = await runCli(['config', 'show', '--json'], { cwd });
  const { agents, connections } = JSON.parse(stdout);
  expect(agents).toEqual([
    { id: 'ann', name: 'Archer, Ann', email: 'ann@contoso.test', role: 'administrator' },
    { id: 'bob', name: 'Bob: "B"', email: 'bob@contoso.test', role: 'agent' },
    { id: 'ann-2', name: 'Ann Other', email: 'ann@other.test', role: 'agent' },
  ]);
  const [{ mailboxes }] = connections;
  expect(mailboxes.map((one: { address: string; agents: string[] }) => [one.address, one.agents])).toEqual([
    ['ann@contoso.test', ['ann']],
    ['bob@contoso.test', ['bob']],
    ['ann@other.test', ['ann-2']],
  ]);
  expect((await runCli(['config', 'check'], { cwd })).code).toBe(0);
});

test.each([
  ['no such file', null, 'there is no such file'],
  ['no address column', 'name,id\nAnn,ann\n', 'the header has no column address'],
  ['nobody', 'name,address\n', 'names nobody'],
  ['an address that is none', 'name,address\nAnn,ann\n', 'line 2: "ann" is not an e-mail address'],
  ['a person twice', 'name,address\nA,a@b.test\nB,A@b.test\n', 'line 3: a@b.test stands here a second time'],
  ['an id twice', 'name,address,id\nA,a@b.test,x\nB,b@b.test,X\n', 'line 3: the id "X" is taken'],
  ['an id that is none', 'name,address,id\nA,a@b.test,a b\n', 'line 2: "a b" is not an id'],
  [
    'a way of filing as an id',
    'name,address,id\nA,a@b.test,rule\n',
    'line 2: the id "rule" stands for a way of filing',
  ],
  ['a role that is none', 'name,address,role\nA,a@b.test,boss\n', 'line 2: "boss" is not a role'],
  ['a name missing', 'name,address\n,a@b.test\n', 'line 2: the name is missing'],
  ['Latin-1', Buffer.from('name,address\nMüller,m@b.test\n', 'latin1'), 'not UTF-8'],
])('init --from-csv with %s: exit 64, and nothing is written', async (_what, content, message) => {
  const cwd = emptyDirectory();
  if (content !== null) writeFileSync(join(cwd, 'people.csv'), content);
  const { code, stderr } = await runCli(['init', 'new', '--from-csv', 'people.csv'], { cwd });
  expect([code, stderr]).toEqual([64, expect.stringContaining(message)]);
  expect(readdirSync(cwd)).toEqual(content === null ? [] : ['people.csv']);
});

const right = connection('{ env: S }');

test.each([
  ['no connection', 'agents: [{ id: ann }]\n', 'integrator.yaml: connections has no connection'],
  [
    'no mailbox',
    right.replace(/mailboxes: .*/, 'mailboxes: []'),
    '8:5: connections[0].mailboxes has no mailbox, so nothing',
  ],
  [
    'a tenant that is no id',
    right.replace(/tenant_id: .*/, 'tenant_id: contoso'),
    '5:5: connections[0].tenant_id "contoso" is not an id',
  ],
  ['a tenant id cut short', right.replace(/tenant_id: .*/, `tenant_id: ${guid.slice(1)}`), 'is not an id'],
  [
    'an application that is no id',
    right.replace(/client_id: .*/, 'client_id: integrator'),
    '6:5: connections[0].client_id "integrator" is not an id',
  ],
])('config check refuses what cannot run: %s', async (_what, text, message) => {
  const { code, stderr } = await runCli(['config', 'check'], { cwd: configured(text), env: { S: 'x' } });
  expect([code, stderr]).toEqual([78, expect.stringContaining(message)]);
});

test('a configuration whose connections are all switched off is worth a warning', async () => {
  const cwd = configured(right.replace('graph\n', 'graph\n    enabled: false\n'));
  const { code, stderr } = await runCli(['config', 'check'], { cwd });
  expect([code, stderr]).toEqual([0, expect.stringContaining('connections has none that is enabled')]);
});

test.each(['contoso.test', 'contoso.onmicrosoft.com', 'ABCDEF01-2222-3333-4444-555555555555'])(
  '%s names a tenant',
  async (tenant) => {
    const cwd = configured(right.replace(/tenant_id: .*/, `tenant_id: ${tenant}`));
    expect((await runCli(['config', 'check'], { cwd, env: { S: 'x' } })).code).toBe(0);
  },
);

test('what can run and is probably not meant is worth a warning', async () => {
  const text = `${right}  - { name: spare, type: graph, tenant_id: ${guid}, client_id: ${guid} }
outgoing: { actions: { offer: { from: sales_mailboxes } }, templates_dir: ./mail-templates }
state_dir: ./integrator.yaml/state
`;
  const { code, stdout } = await runCli(['config', 'check', '--json'], { cwd: configured(text), env: { S: 'x' } });
  const { warnings } = JSON.parse(stdout);
  expect([code, warnings.length]).toEqual([0, 3]);
  expect(warnings[0]).toContain('connections[1].mailboxes has no mailbox: this connection does nothing');
  expect(warnings[1]).toContain('/mail-templates does not exist: --template will find nothing there');
  expect(warnings[2]).toContain('/integrator.yaml/state would be made, cannot be written by this user');
});

test.each(['integrator.yaml', 'state/key'])(
  'init never writes over %s, and then writes nothing at all',
  async (name) => {
    const cwd = emptyDirectory();
    mkdirSync(join(cwd, 'state'));
    writeFile(cwd, name, 'mine');
    const { code, stderr } = await runCli(['init'], { cwd });
    expect([code, stderr]).toEqual([64, expect.stringContaining(`${name} exists already`)]);
    expect(readFileSync(join(cwd, name), 'utf8')).toBe('mine');
    expect([...readdirSync(cwd), ...readdirSync(join(cwd, 'state'))].sort()).toEqual(
      name === 'state/key' ? ['key', 'state'] : ['integrator.yaml', 'state'],
    );
  },
);

test('init --dry-run writes nothing', async () => {
  const cwd = emptyDirectory();
  const { code, stdout } = await runCli(['init', '--dry-run', '--json'], { cwd });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    config: `${cwd}/integrator.yaml`,
    key: `${cwd}/state/key`,
    agents: 0,
    written: false,
  });
  expect(readdirSync(cwd)).toEqual([]);
});
