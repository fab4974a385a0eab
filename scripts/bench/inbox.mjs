// My Inbox on a large store against the same commands on an empty one, as a person runs them: a process each.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { indexNewMail } from '../../dist/inbox/index-mail.js';
import { ensureClient } from '../../dist/store/clients.js';
import { ensureContact } from '../../dist/store/contacts.js';
import { insertItems, insertPlacements } from '../../dist/store/items.js';
import { insertMessages } from '../../dist/store/messages.js';
import { openStore } from '../../dist/store/store.js';
import { createTicket } from '../../dist/store/tickets.js';

const messages = 200_000;
const waiting = 5_000;
const runs = 7;
const program = fileURLToPath(new URL('../../bin/integrator.js', import.meta.url));

const list = ['inbox', 'list', '--json'];
const commands = [
  { args: list, target: 3, what: 'inbox list' },
  { args: [...list, '--search', 'quarterly figures'], target: 5, what: 'inbox list --search, words of many mails' },
  { args: [...list, '--search', 'needle'], target: 5, what: 'inbox list --search, a word of one mail' },
  { args: [...list, '--search', 'the'], target: 5, what: 'inbox list --search, a word of every mail' },
];

/** Rows of the table: what, figure, target. */
export async function benchInbox() {
  const directory = mkdtempSync(join(tmpdir(), 'integrator-bench-inbox-'));
  try {
    const empty = writeConfig(directory, 'empty');
    const large = writeConfig(directory, 'large');
    const built = await fill(join(directory, 'large'));
    const floor = median(empty, list);
    const rows = commands.map(({ args, target, what }) => {
      const ms = median(large, args);
      const detail = `${ms.toFixed(0)} ms / ${floor.toFixed(0)} ms`;
      return { what: `${what}, against an empty store`, figure: ms / floor, target, detail };
    });
    return [
      ...rows,
      {
        what: 'full-text index, against storing the same mails',
        figure: built.indexMs / built.fillMs,
        target: 5,
        detail: built.detail,
      },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function writeConfig(directory, name) {
  const mailboxes = Array.from({ length: 20 }, (_, n) => ({ address: `agent${n}@contoso.test`, agent: 'ann' }));
  const document = {
    state_dir: join(directory, name),
    agents: [{ id: 'ann', name: 'Ann Archer' }],
    connections: [
      {
        name: 'contoso',
        type: 'graph',
        auth: 'application',
        tenant_id: '11111111-2222-3333-4444-555555555555',
        client_id: '66666666-7777-8888-9999-000000000000',
        client_secret: { env: 'SECRET' },
        mailboxes,
      },
    ],
  };
  const file = join(directory, `${name}.json`);
  writeFileSync(file, JSON.stringify(document), { mode: 0o600 });
  return file;
}

/** Milliseconds of a command, start of the process included. */
function median(config, args) {
  const times = Array.from({ length: runs + 1 }, () => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [program, ...args, '--config', config], {
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
    return performance.now() - start;
  });
  return times.slice(1).sort((one, other) => one - other)[runs >> 1];
}

async function fill(stateDir) {
  const store = await openStore({ stateDir, url: 'sqlite' });
  const begin = performance.now();
  for (let from = 0; from < messages; from += 2_000) {
    await store.write((trx) =>
      fillPart(
        trx,
        Array.from({ length: 2_000 }, (_, n) => from + n),
      ),
    );
  }
  const fillMs = performance.now() - begin;
  await store.write(fillTickets);
  const start = performance.now();
  await indexNewMail(store, { maxMs: Infinity, now: Date.now });
  const indexMs = performance.now() - start;
  await store.close();
  const size = statSync(join(stateDir, 'integrator.db')).size / 1024 / 1024;
  return {
    indexMs,
    fillMs,
    detail: `${(indexMs / 1000).toFixed(0)} s for ${messages} mails, store ${size.toFixed(0)} MB`,
  };
}

/** Clients, contacts and open tickets, so that suggestions have something to find. */
async function fillTickets(trx) {
  for (let n = 0; n < 900; n += 1) {
    const domain = `company${n}.example`;
    const clientId = await ensureClient(trx, { name: `Company ${n}`, domains: [domain], atMs: start });
    const contactIds = [];
    for (const person of [n, n + 900]) {
      const address = `p${person}@company${person % 900}.example`;
      contactIds.push(await ensureContact(trx, { address, name: '', clientId }));
    }
    for (let m = 0; m < 3; m += 1) {
      const ticket = { use: 'opportunity', type: 'Opportunity', summary: `Offer ${n}-${m}`, clientId, contactIds };
      await createTicket(trx, { ...ticket, atMs: start + m });
    }
  }
}

async function fillPart(trx, numbers) {
  const ids = await insertMessages(trx, numbers.map(message));
  const items = numbers.map((n) => item(n, ids.get(identity(n))));
  for (const mailbox of new Set(items.map((each) => each.mailbox))) {
    const own = items.filter((each) => each.mailbox === mailbox);
    const itemIds = await insertItems(trx, own);
    await insertPlacements(
      trx,
      own.map(({ message_id }) => ({
        item_id: itemIds.get(message_id),
        message_id,
        mailbox,
        folder: 'Inbox',
        provider_id: `AAMk${message_id}`,
        duplicate: 0,
        seen_at: 1,
      })),
    );
  }
}

const start = Date.parse('2026-01-01T00:00:00Z');
const identity = (n) => n.toString(16).padStart(64, '0');
const words =
  'the quarterly figures of our plant offer delivery invoice meeting please find attached kind regards order'.split(
    ' ',
  );

export function message(n) {
  const body = Array.from(
    { length: 300 },
    (_, i) => words[(n * 7 + i * i * 3 + (i >> 2)) % words.length] + (i % 9 === 0 ? (n + i) % 5000 : ''),
  ).join(' ');
  const person = { name: `Person ${n % 4000}`, address: `p${n % 4000}@company${n % 900}.example` };
  return {
    row: {
      identity: identity(n),
      internet_message_id: `${n}@company.example`,
      message_key: `${n}@company.example`,
      from_name: person.name,
      from_address: person.address,
      from_domain: person.address.split('@')[1],
      people_json: JSON.stringify({
        sender: null,
        replyTo: [],
        to: [{ name: '', address: 'agent@contoso.test' }],
        cc: [],
        bcc: [],
      }),
      subject: `About ${words[n % words.length]} ${n}${n === 77_000 ? ' needle' : ''}`,
      sent_at: start + n * 60_000,
      received_at: start + n * 60_000,
      in_reply_to: null,
      references_json: '[]',
      conversation_id: `c${n >> 2}`,
      automatic: null,
      meeting: 0,
      report: 0,
      verified: 'none',
      verified_detail: '',
      protection: 'none',
      sensitivity: 'normal',
      has_attachments: 0,
      original_sha256: null,
      imported_at: start,
    },
    content: {
      body_kind: 'html',
      body: `<html><body><p>${body}</p></body></html>`,
      unique_kind: null,
      unique_body: null,
      headers_json: JSON.stringify([
        ['Message-ID', `<${n}@company.example>`],
        ['From', person.address],
      ]),
    },
    attachments: [],
  };
}

function item(n, message_id) {
  const waits = n % (messages / waiting) === 0;
  return {
    message_id,
    connection: 'contoso',
    mailbox: `agent${n % 20}@contoso.test`,
    sent: 0,
    state: waits ? 'inbox' : 'filed',
    reason: waits ? 'unmatched' : null,
    ticket_id: waits ? null : `OPP-${n % 1000}`,
    note_id: null,
    filed_by: waits ? null : 'rule',
    decision_json: JSON.stringify({ decision: { kind: 'inbox', reason: 'unmatched' }, steps: [] }),
    decided_at: start,
    received_at: start + n * 60_000,
  };
}
