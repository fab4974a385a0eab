import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Actor } from '../../src/domain/policy.ts';
import type { Attachment, Header, ImportedMessage, Person } from '../../src/domain/message.ts';
import { commitPage } from '../../src/filing/commit-page.ts';
import { mailboxContexts } from '../../src/filing/mailbox-context.ts';
import type { PageCounts } from '../../src/filing/page-counts.ts';
import { prepareMail } from '../../src/filing/prepared-mail.ts';
import type { InboxDeps } from '../../src/inbox/deps.ts';
import { ensureClient } from '../../src/store/clients.ts';
import { ensureContact } from '../../src/store/contacts.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { closeTicket, createTicket } from '../../src/store/tickets.ts';

export const ann = 'ann@contoso.test';
export const ben = 'ben@contoso.test';
export const start = Date.parse('2026-11-02T08:00:00Z');

export interface Desk {
  readonly directory: string;
  readonly configFile: string;
  readonly config: Config;
  readonly store: Store;
  /** What the flows take; `as` is an agent's id, absent for the operator. */
  deps(as?: string): InboxDeps;
  /** Imports through the one way a page becomes rows. */
  bring(mails: readonly ImportedMessage[], where?: Where): Promise<PageCounts>;
  client(name: string, domains?: readonly string[]): Promise<number>;
  ticket(ticket: SimpleTicket): Promise<string>;
  /** The id of the mail with this subject in this mailbox. */
  idOf(subject: string, mailbox?: string): Promise<string>;
  close(): Promise<void>;
}

export interface Where {
  readonly mailbox?: string;
  readonly folder?: string;
  readonly sentItems?: boolean;
}

export interface SimpleTicket {
  readonly summary: string;
  readonly contacts?: readonly string[];
  readonly clientId?: number;
  readonly use?: 'opportunity' | 'project' | 'incident';
  readonly type?: string;
  readonly closed?: boolean;
  readonly atMs?: number;
}

const agents = [
  { id: 'ann', name: 'Ann Archer', email: ann },
  { id: 'ben', name: 'Ben Baker', email: ben },
  { id: 'ada', name: 'Ada Admin', email: 'ada@contoso.test', role: 'administrator' },
];

/** Ann's and Ben's mailboxes on a store of their own. `connection` is laid over the connection's settings. */
export async function openDesk(
  options: { readonly connection?: Record<string, unknown>; readonly config?: Record<string, unknown> } = {},
): Promise<Desk> {
  const directory = mkdtempSync(join(tmpdir(), 'integrator-desk-'));
  const configFile = writeConfig(directory, options);
  const { config } = await loadConfig({ path: configFile, env: {}, cwd: directory });
  const store = await openStore({ stateDir: config.state_dir, url: config.store });
  return deskAt({ directory, configFile, config, store });
}

/** The same on a store that the caller opened and closes. */
export async function deskOn(store: Store): Promise<Desk> {
  const directory = mkdtempSync(join(tmpdir(), 'integrator-desk-'));
  const configFile = writeConfig(directory, {});
  const { config } = await loadConfig({ path: configFile, env: {}, cwd: directory });
  rmSync(directory, { recursive: true, force: true });
  return deskAt({ directory, configFile, config, store });
}

function deskAt(place: Pick<Desk, 'directory' | 'configFile' | 'config' | 'store'>): Desk {
  const { directory, config, store } = place;
  let clock = start;
  const now = () => (clock += 1000);
  return {
    ...place,
    deps: (as) => ({ store, config, actor: actorOf(config, as), now }),
    bring: (mails, where) => bring(store, config, { mails, where: where ?? {}, atMs: now() }),
    client: (name, domains = []) => store.write((trx) => ensureClient(trx, { name, domains, atMs: start })),
    ticket: (ticket) => store.write((trx) => makeTicket(trx, ticket)),
    idOf: (subject, mailbox = ann) => idOf(store, subject, mailbox),
    close: async () => {
      // A test that runs the program has closed it already.
      await store.close().catch(() => undefined);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function writeConfig(
  directory: string,
  {
    connection = {},
    config = {},
  }: { readonly connection?: Record<string, unknown>; readonly config?: Record<string, unknown> },
  name = 'integrator.yaml',
): string {
  const file = join(directory, name);
  const document = {
    state_dir: './state',
    timezone: 'UTC',
    agents,
    connections: [
      {
        name: 'contoso',
        type: 'graph',
        tenant_id: '11111111-2222-3333-4444-555555555555',
        client_id: '66666666-7777-8888-9999-000000000000',
        client_secret: { env: 'CONTOSO_SECRET' },
        service_account: 'svc@contoso.test',
        mailboxes: [
          { address: ann, agent: 'ann' },
          { address: ben, agent: 'ben' },
        ],
        ...connection,
      },
    ],
    ...config,
  };
  writeFileSync(file, stringify(document), { mode: 0o600 });
  return file;
}

function actorOf(config: Config, id: string | undefined): Actor {
  if (id === undefined) return { kind: 'operator', unixUser: 'tester' };
  const agent = config.agents.find((each) => each.id === id);
  const mailboxes = config.connections.flatMap((connection) =>
    connection.mailboxes.filter((mailbox) => mailbox.agents.includes(id)).map((mailbox) => mailbox.address),
  );
  return { kind: 'agent', unixUser: 'tester', id, role: agent?.role ?? 'agent', mailboxes };
}

let copies = 0;

async function bring(
  store: Store,
  config: Config,
  { mails, where, atMs }: { readonly mails: readonly ImportedMessage[]; readonly where: Where; readonly atMs: number },
): Promise<PageCounts> {
  const context = mailboxContexts(config).get(where.mailbox ?? ann);
  if (context === undefined) throw new Error(`no mailbox ${where.mailbox}`);
  const path = where.folder ?? (where.sentItems === true ? 'Sent Items' : 'Inbox');
  const { counts } = await store.write((trx) =>
    commitPage(trx, context, {
      folder: { path, id: path, sentItems: where.sentItems === true },
      mails: mails.map((each) => prepareMail({ ...each, providerId: `copy-${(copies += 1)}` }, context)),
      removed: [],
      setAside: [],
      settled: [],
      position: null,
      atMs,
    }),
  );
  return counts;
}

async function makeTicket(trx: Parameters<Parameters<Store['write']>[0]>[0], ticket: SimpleTicket): Promise<string> {
  const contactIds: number[] = [];
  for (const address of ticket.contacts ?? []) {
    contactIds.push(await ensureContact(trx, { address, name: '', clientId: ticket.clientId ?? null }));
  }
  const id = await createTicket(trx, {
    use: ticket.use ?? 'opportunity',
    type: ticket.type ?? 'Opportunity',
    summary: ticket.summary,
    clientId: ticket.clientId ?? null,
    contactIds,
    atMs: ticket.atMs ?? start,
  });
  if (ticket.closed === true) await closeTicket(trx, id);
  return id;
}

async function idOf(store: Store, subject: string, mailbox: string): Promise<string> {
  const row = await store.db
    .selectFrom('item')
    .innerJoin('message', 'message.id', 'item.message_id')
    .select('item.id')
    .where('message.subject', '=', subject)
    .where('item.mailbox', '=', mailbox)
    .executeTakeFirstOrThrow();
  return `m${row.id}`;
}

export interface SimpleMail {
  readonly from?: string | null;
  readonly to?: readonly string[];
  readonly cc?: readonly string[];
  readonly replyTo?: readonly string[];
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly id?: string | null;
  /** Internet message ids without brackets. */
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly conversation?: string | null;
  readonly atMs?: number;
  readonly attachments?: readonly Attachment[];
  readonly original?: ImportedMessage['original'];
}

let mailNumber = 0;

/** A mail to Ann, with what matters to the test. */
export function mail(simple: SimpleMail = {}): ImportedMessage {
  mailNumber += 1;
  const atMs = simple.atMs ?? start + mailNumber * 60_000;
  const inReplyTo = simple.inReplyTo === undefined ? [] : [header('In-Reply-To', `<${simple.inReplyTo}>`)];
  const references =
    simple.references === undefined
      ? []
      : [header('References', simple.references.map((each) => `<${each}>`).join(' '))];
  return {
    providerId: `copy-${mailNumber}`,
    internetMessageId: simple.id === undefined ? `${mailNumber}@mail.test` : simple.id,
    from: simple.from === null ? null : person(simple.from ?? 'Carla Client <carla@acme.example>'),
    sender: null,
    replyTo: (simple.replyTo ?? []).map(person),
    to: (simple.to ?? [ann]).map(person),
    cc: (simple.cc ?? []).map(person),
    bcc: [],
    subject: simple.subject ?? `Subject ${mailNumber}`,
    sentAtMs: atMs,
    receivedAtMs: atMs,
    body:
      simple.html === undefined
        ? { kind: 'text', content: simple.text ?? 'Hello' }
        : { kind: 'html', content: simple.html },
    uniqueBody: null,
    headers: [...(simple.headers ?? []).map(([name, value]) => header(name, value)), ...inReplyTo, ...references],
    conversationId: simple.conversation ?? null,
    isDraft: false,
    sensitivity: 'normal',
    meeting: false,
    report: false,
    protection: 'none',
    attachments: simple.attachments ?? [],
    original: simple.original ?? null,
  };
}

function header(name: string, value: string): Header {
  return { name, value };
}

export function person(text: string): Person {
  const [, name = '', address] = /^(.*)<(.*)>$/su.exec(text) ?? [];
  return { name: name.trim(), address: address ?? text };
}
