// Matching one page of mail with few and with many open tickets: candidates looked up in a real store, then decided.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decidingOf } from '../../dist/filing/decide-page.js';
import { Decider } from '../../dist/filing/decider.js';
import { prepareMail } from '../../dist/filing/prepared-mail.js';
import { openStore } from '../../dist/store/store.js';
import { subjectKeys } from '../../dist/domain/subject.js';
import { context, mailOf } from './mails.mjs';
import { median } from './median.mjs';

const mails = 150;
const rounds = 25;

export async function benchMatching() {
  const directory = mkdtempSync(join(tmpdir(), 'integrator-bench-'));
  try {
    const few = await storeWith(500, join(directory, 'few'));
    const many = await storeWith(50_000, join(directory, 'many'));
    const costs = { few: [], many: [] };
    for (let round = 0; round < rounds; round += 1) {
      costs.few.push(await costOf(few, 500));
      costs.many.push(await costOf(many, 50_000));
    }
    await few.close();
    await many.close();
    const [fewMs, manyMs] = [median(costs.few), median(costs.many)];
    return [
      {
        what: 'matching with 50,000 open tickets against 500: CPU',
        figure: manyMs / fewMs,
        target: 2,
        detail: `${((manyMs * 1000) / mails).toFixed(0)} against ${((fewMs * 1000) / mails).toFixed(0)} µs per mail`,
      },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Every ticket has a contact and a client of its own; a page's senders are spread over all of them. */
async function storeWith(tickets, stateDir) {
  const store = await openStore({ stateDir, url: 'sqlite' });
  await store.write(async (trx) => {
    for (let start = 0; start < tickets; start += 100) {
      const numbers = Array.from({ length: Math.min(100, tickets - start) }, (_, index) => start + index + 1);
      const insert = (table, row) => trx.insertInto(table).values(numbers.map(row)).execute();
      await insert('client', (n) => ({ name: `Client ${n}`, name_key: `client ${n}`, created_at: 1, updated_at: 1 }));
      await insert('contact', (n) => ({ client_id: n, name: `Contact ${n}` }));
      await insert('contact_address', (n) => ({
        address: addressOf(n),
        domain: addressOf(n).split('@')[1],
        contact_id: n,
      }));
      await insert('ticket', ticketRow);
      await insert('ticket_contact', (n) => ({ ticket_id: `OPP-${n}`, contact_id: n }));
    }
  });
  return store;
}

function ticketRow(n) {
  const { exact, base } = subjectKeys(subjectOf(n));
  return {
    id: `OPP-${n}`,
    use: 'opportunity',
    type: 'Opportunity',
    summary: subjectOf(n),
    summary_exact: exact,
    summary_base: base,
    status: 'open',
    open: 1,
    excluded: 0,
    client_id: n,
    details: '',
    created_at: n,
    updated_at: n,
  };
}

const addressOf = (n) => `buyer@customer${n}.example`;
const subjectOf = (n) => `Delivery of order ${n}`;

/** Half of the mails fit a ticket, half have another subject. */
async function costOf(store, tickets) {
  const page = Array.from({ length: mails }, (_, index) => {
    const n = Math.floor((index * tickets) / mails) + 1;
    const mail = mailOf(index, { from: addressOf(n), subject: index % 2 === 0 ? `Re: ${subjectOf(n)}` : 'News' });
    return decidingOf(prepareMail(mail));
  });
  const before = process.cpuUsage();
  const decider = await Decider.load(store.db, context, page, false);
  let matched = 0;
  for (const mail of page) {
    const { decision } = await decider.decide(mail, false);
    if (decision.kind === 'matched') matched += 1;
  }
  const { user, system } = process.cpuUsage(before);
  if (matched !== mails / 2) throw new Error(`${matched} of ${mails} mails were matched`);
  return (user + system) / 1000;
}
