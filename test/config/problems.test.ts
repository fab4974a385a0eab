import { expect, test } from 'vitest';
import { load, problemsOf, refusal } from './temporary-config.ts';

/** A connection that is right, with something added; the addition starts on line 7. */
function graph(addition: string, mailbox = 'address: ann@contoso.test, agent: ann'): string {
  return `agents: [{ id: ann }, { id: bob }]
connections:
  - name: sales
    type: graph
    tenant_id: t
    client_id: c
    ${addition}
    mailboxes: [{ ${mailbox} }]
`;
}

function ews(rest: string): string {
  return `connections: [{ name: soc, type: ews, tenant_id: t, client_id: c, ${rest} }]\n`;
}

const mailbox = (rest: string) => graph('enabled: true', rest);

test.each<[string, string, string]>([
  ['an unknown key at the top', 'conections: []', '1:1: conections is not a known key; did you mean "connections"?'],
  [
    'an unknown key far inside',
    graph('ignore: { sender: [] }'),
    '7:15: connections[0].ignore.sender is not a known key; did you mean "senders"?',
  ],
  [
    'an unknown key that is like no other',
    'metrics: { listen: "127.0.0.1:1", zebra: 1 }',
    '1:35: metrics.zebra is not a known key; known are: listen',
  ],
  [
    'a key of the other connection type',
    graph('server: mail.example'),
    '7:5: connections[0].server is not a key of type: graph; remove it, or correct the type',
  ],
  ['a key that must not be there', '__proto__: { x: 1 }', '1:1: __proto__ is not a known key'],
  [
    'a duplicate connection',
    'connections: [{ name: a, type: graph, enabled: false }, { name: A, type: ews, enabled: false }]',
    '1:59: connections[1].name "A" is taken by connections[0].name; choose another one',
  ],
  ['a duplicate agent', 'agents: [{ id: ann }, { id: ann }]', '1:25: agents[1].id "ann" is taken by agents[0].id'],
  [
    'an agent named like a way of filing',
    'agents: [{ id: Rule }]',
    '1:12: agents[0].id "Rule" stands for a way of filing',
  ],
  [
    'two agents with one address',
    'agents: [{ id: a, email: a@b.test }, { id: b, email: A@B.test }]',
    '1:47: agents[1].email "a@b.test" is taken by agents[0].email',
  ],
  [
    'an agent that does not exist',
    mailbox('address: a@b.test, agent: anne'),
    '8:38: connections[0].mailboxes[0].agent "anne" is not an agent; did you mean "ann"?',
  ],
  ['no agent', mailbox('address: a@b.test'), 'connections[0].mailboxes[0] agent is missing'],
  ['agent and agents', mailbox('address: a@b.test, agent: ann, agents: [bob]'), 'give either agent or agents'],
  [
    'several agents of a mailbox that is not for incidents',
    mailbox('address: a@b.test, agents: [ann, bob]'),
    'connections[0].mailboxes[0].agents are several, but only a mailbox matched to incidents may be shared',
  ],
  [
    'one agent twice',
    mailbox('address: a@b.test, matched_to: incidents, agents: [ann, ann]'),
    'mailboxes[0].agents[1] "ann" is taken by connections[0].mailboxes[0].agents[0]; name each agent once',
  ],
  [
    'a mailbox listed twice in different connections and spellings',
    `${graph('enabled: true')}  - { name: two, type: graph, enabled: false, mailboxes: [{ address: ANN@contoso.test, agent: bob }] }`,
    '9:61: connections[1].mailboxes[0].address "ann@contoso.test" is taken by connections[0].mailboxes[0].address; a mailbox is listed once',
  ],
  ['a mailbox without an address', mailbox('agent: ann'), 'connections[0].mailboxes[0].address is missing'],
  ['an address that is none', mailbox('address: ann, agent: ann'), '"ann" is not an e-mail address'],
  ['an address with a name', mailbox('address: "Ann <a@b.test>", agent: ann'), 'is not an e-mail address'],
  ['a folder named twice', mailbox('address: a@b.test, agent: ann, folders: [Inbox, inbox]'), 'name each folder once'],
  ['all beside others', mailbox('address: a@b.test, agent: ann, folders: [all, X]'), 'keep all, or the others'],
  ['an empty part of a path', mailbox('address: a@b.test, agent: ann, folders: [A//B]'), '"A//B" has an empty part'],
  [
    'an empty part beside a slash in a name',
    mailbox(String.raw`address: a@b.test, agent: ann, folders: ['A\/B//C']`),
    'has an empty part',
  ],
  [
    'a folder named twice in two ways to write it',
    mailbox(String.raw`address: a@b.test, agent: ann, folders: ['A\/B\\', 'a\/b\']`),
    'name each folder once',
  ],
  [
    'all in capitals beside others',
    mailbox('address: a@b.test, agent: ann, folders: [X, ALL]'),
    'keep all, or the others',
  ],
  ['no folder', mailbox('address: a@b.test, agent: ann, folders: []'), 'folders must not be empty'],
  [
    'a folder that is no list',
    mailbox('address: a@b.test, agent: ann, folders: Inbox'),
    'must be a list, such as [Inbox], or all',
  ],
  [
    'a ticket type that does not exist',
    mailbox('address: a@b.test, agent: ann, new_ticket_type: Oportunity'),
    'new_ticket_type "Oportunity" is not a ticket type; did you mean "Opportunity"?',
  ],
  [
    'a ticket type of another use',
    mailbox('address: a@b.test, agent: ann, new_ticket_type: Project'),
    '"Project" is of use project, but the mailbox is matched to opportunities; types that fit are: Opportunity',
  ],
  [
    'new tickets without a type',
    graph('unmatched: new_ticket'),
    'connections[0].mailboxes[0].new_ticket_type is missing; unmatched: new_ticket needs it',
  ],
  ['a choice that does not exist', graph('unmatched: inbocks'), '7:5: connections[0].unmatched cannot be "inbocks"'],
  [
    'a type that does not exist',
    'connections: [{ name: a, type: grph }]',
    '1:26: connections[0].type cannot be "grph"; did you mean "graph"?',
  ],
  ['no type', 'connections: [{ name: a }]', 'connections[0].type is missing; write graph or ews'],
  [
    'a secret and a certificate',
    graph('client_secret: { env: A }\n    certificate: { file: a }'),
    '8:5: connections[0].certificate stands beside client_secret',
  ],
  ['a literal certificate', graph('certificate: abc'), 'certificate must be { file: path }'],
  [
    'no tenant',
    'connections: [{ name: a, type: graph, client_id: c }]',
    'connections[0].tenant_id is missing; auth: delegated needs it',
  ],
  [
    'a tenant that is any tenant',
    graph('enabled: true').replace('tenant_id: t', 'tenant_id: common'),
    '5:5: connections[0].tenant_id must name one tenant',
  ],
  ['a tenant that is a path', graph('enabled: true').replace('tenant_id: t', 'tenant_id: a/../b'), 'must be one word'],
  ['application without a secret', graph('auth: application'), 'client_secret is missing; auth: application needs it'],
  ['basic on Graph', graph('auth: basic'), 'connections[0].auth cannot be "basic"'],
  ['a managed identity on EWS', ews('server: a.test, auth: managed_identity'), 'auth cannot be "managed_identity"'],
  [
    'basic without a password',
    ews('server: a.test, auth: basic, username: u'),
    'password is missing; auth: basic needs it',
  ],
  [
    'ntlm without a user',
    ews('server: a.test, auth: ntlm, password: { env: P }'),
    'username is missing; auth: ntlm needs it',
  ],
  ['no server', ews('auth: delegated'), 'connections[0].server is missing; name the incoming email server'],
  ['a server that is a URL', ews('server: "https://a.test/"'), 'is not a host name; write mail.example.com'],
  [
    'no TLS to another host',
    ews('server: a.test, ssl: false'),
    'connections[0].ssl may be false for a loopback server only',
  ],
  [
    'an endpoint without TLS',
    graph('endpoints: { graph: "http://graph.example/" }'),
    '7:18: connections[0].endpoints.graph "http://graph.example/" must start with https://',
  ],
  [
    'an endpoint with a password',
    graph('endpoints: { authority: "https://u:p@a.example/" }'),
    'must not hold a user or password',
  ],
  ['an endpoint that is no URL', graph('endpoints: { authority: login }'), 'is not a URL'],
  [
    'a bad cron expression',
    'schedule: "61 * * * *"',
    '1:1: schedule "61 * * * *" is neither "every 10m" nor a cron expression',
  ],
  ['a cron expression that never comes true', 'schedule: "0 0 31 2 *"', 'it never runs'],
  ['a pace of nothing', graph('schedule: every 0s'), '7:5: connections[0].schedule "0s" is not a duration'],
  ['a bad time zone', 'timezone: Berlin', '1:1: timezone "Berlin" is not a time zone; write an IANA name'],
  [
    'a bad time',
    mailbox('address: a@b.test, agent: ann, import_from: 2026-02-31'),
    'import_from "2026-02-31" is not a time',
  ],
  ['a bad duration', 'retention: { unmatched: 6 months }', 'retention.unmatched "6 months" is not a duration'],
  ['a bad store', 'store: mysql://db', '1:1: store must be sqlite or postgres://user@host/database'],
  ['a bad listen address', 'metrics: { listen: "9464" }', 'metrics.listen "9464" must be host:port'],
  ['a word for a switch', graph('enabled: no'), '7:5: connections[0].enabled must be true or false, not a text'],
  ['a number for a text', 'agents: [{ id: 5 }]', '1:12: agents[0].id must be a text, not a number; put it in quotes'],
  ['a set of keys for a list', 'agents: { id: ann }', '1:1: agents must be a list, not a set of keys'],
  ['a text for everything', 'just words', 'must be a set of keys, not a text'],
  ['too little', 'concurrency: 0', '1:1: concurrency must be at least 1'],
  ['a fraction', 'concurrency: 1.5', 'concurrency must be a whole number'],
  [
    'a secret of an unknown kind',
    graph('client_secret: { fil: x }'),
    'client_secret must be { file: path }, { env: NAME } or { credential: name }',
  ],
  [
    'a ticket type twice',
    'ticket_types: [{ name: A, use: project }, { name: a, use: incident }]',
    'ticket_types[1].name "a" is taken',
  ],
  [
    'a business unit whose name is more than a line',
    'business_units: [{ name: "A\\r\\nBcc: x", recipients: [a@b.test] }]',
    'must be one line of plain text',
  ],
  [
    'a business unit nobody can be written at',
    'business_units: [{ name: A, recipients: [] }]',
    'business_units[0].recipients must not be empty',
  ],
  [
    'a mirror that is always stale',
    'ticket_system: { type: rt, url: "https://rt.example", token: { env: T }, stale_after: 5m }',
    '1:74: ticket_system.stale_after (5m) must be longer than refresh (every 5m)',
  ],
  [
    'a ticket system without its URL',
    'ticket_system: { type: halo, client_id: x, client_secret: { env: S } }',
    'ticket_system.url is missing',
  ],
  [
    'an outgoing mailbox of no connection',
    'outgoing: { mailboxes: [{ address: a@b.test, connection: x }] }',
    'outgoing.mailboxes[0].connection "x" is not a connection',
  ],
  [
    'a From that is nobody’s',
    'outgoing: { quotation_fallback: a@b.test }',
    'outgoing.quotation_fallback "a@b.test" is neither a mailbox of a connection',
  ],
  [
    'a From of an action that is nobody’s',
    'outgoing: { actions: { send_quote: { from: a@b.test } } }',
    'outgoing.actions.send_quote.from "a@b.test" is neither',
  ],
  ['a key twice', 'schedule: every 1m\nschedule: every 2m', '2:1: the key stands here a second time'],
  ['a tab', 'agents:\n\t- id: ann', '2:1: a tab is used for indentation; use spaces'],
  ['broken YAML', 'agents: [{ id: ann }', 'not valid YAML'],
  ['a second document', 'agents: []\n---\nagents: []', '2:1: a second YAML document starts here'],
  ['a tag', 'agents: !!js/function "x"', 'remove the tag'],
])('%s is refused with file, line, key and fix', async (_what, text, problem) => {
  expect((await problemsOf(text)).join('\n')).toContain(problem);
});

test('several problems are told at once, in the order of the file', async () => {
  const text = `agent: []\n${graph('unmached: inbox', 'address: a@b.test, agent: anne').replace('tenant_id: t', 'auth: application')}`;
  expect((await problemsOf(text)).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    '1:1: agent',
    '4:5: connections[0].tenant_id',
    '4:5: connections[0].client_secret',
    '8:5: connections[0].unmached',
    '9:38: connections[0].mailboxes[0].agent',
  ]);
});

test('an alias bomb is refused, and quickly', async () => {
  const levels = Array.from({ length: 12 }, (_, level) => `l${level}: &l${level} [${`*l${level - 1},`.repeat(9)}]`);
  const bomb = ['l: &l-1 [x]', ...levels].join('\n').replaceAll('*l-1', '*l-1');
  expect((await problemsOf(bomb)).join('\n')).toContain('Excessive alias count');
});

test('a disabled connection may be half written', async () => {
  await expect(load('connections: [{ name: a, type: ews, enabled: false }]')).resolves.toBeDefined();
});

test('plain HTTP is for loopback', async () => {
  const loopback = graph('endpoints: { graph: "http://127.0.0.1:8080/", ews: "http://[::1]:1/x" }');
  await expect(load(loopback)).resolves.toBeDefined();
  await expect(load(ews('server: localhost, ssl: false'))).resolves.toBeDefined();
});

test('a literal secret is accepted only in a file that nobody else can read', async () => {
  const text = graph('client_secret: CANARY-literal');
  await expect(load(text, 0o600)).resolves.toBeDefined();
  const error = await refusal(load(text, 0o640));
  expect(error.message).toContain(
    'connections[0].client_secret stands here as plain text, but the file can be read by other users (mode 0640)',
  );
  expect(error.message).not.toContain('CANARY');
});

test('a password in the database URL is a literal secret too', async () => {
  const error = await refusal(load('store: "postgres://integrator:CANARY@db.example/x"', 0o644));
  expect(error.message).toContain('store holds a password');
  expect(error.message).not.toContain('CANARY');
});

test.each([
  graph('client_secret: [CANARY]'),
  graph('client_secret: { value: CANARY }'),
  graph('password: CANARY'),
  'store: "mysql://u:CANARY@db"',
  ews('server: a.test, auth: basic, username: u, password: { fil: CANARY }'),
])('a secret in the wrong place is not repeated in the message', async (text) => {
  expect((await refusal(load(text))).message).not.toContain('CANARY');
});
