import { z } from 'zod';
import { IntegratorError } from '../domain/errors.ts';
import type { Actor } from '../domain/policy.ts';
import { responsesToSent } from '../store/mail-responses.ts';
import { audit } from '../store/audit.ts';
import { dropOutboxRow, isInHand, outboxRow, type OutboxRow, outboxRows } from '../store/outbox.ts';
import { type ResponseFields, responseFields } from '../tickets/response-view.ts';
import { whereaboutsFor } from './deliver.ts';
import type { OutgoingDeps } from './deps.ts';
import { envelopeOf, type MailJob, mailJobSchema, mailKind } from './mail-job.ts';

/** One line of `outbox list` and `mail list`; the names are those of the JSON. */
export interface OutboxLine extends ResponseFields {
  readonly id: string;
  readonly kind: string;
  readonly state: OutboxRow['state'];
  readonly agent: string | null;
  readonly ticket: string | null;
  readonly action: string | null;
  readonly from: string | null;
  readonly to: readonly string[];
  readonly subject: string;
  readonly internet_message_id: string | null;
  readonly attempts: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly error: { readonly kind: string; readonly message: string; readonly hint: string | null } | null;
}

const errorSchema = z.object({ kind: z.string(), message: z.string(), hint: z.string().nullable() });

export interface OutboxFilter {
  readonly done: boolean;
  readonly ticket?: string;
  readonly kind?: string;
}

/** Newest first; an agent sees the own mail, an administrator and the operator all. */
export async function listOutbox(deps: Pick<OutgoingDeps, 'store' | 'actor'>, filter: OutboxFilter) {
  const rows = await outboxRows(deps.store.db, { done: filter.done });
  const keys = rows.flatMap(({ message_key: key }) => key ?? []);
  const responses = await responsesToSent(deps.store.db, keys);
  const lines = rows.map((row) => {
    const line = lineOf(row);
    const found = responses.get(`${line.from ?? ''}\n${row.message_key ?? ''}`) ?? [];
    return { ...line, ...responseFields(found) };
  });
  return lines.filter(
    (line) =>
      sees(deps.actor, line) &&
      (filter.ticket === undefined || line.ticket === filter.ticket) &&
      (filter.kind === undefined || line.kind === filter.kind),
  );
}

/** Throws `usage` for what is no number, `not_found` also for a row that the actor does not see. */
export async function requireRow(deps: Pick<OutgoingDeps, 'store' | 'actor'>, text: string): Promise<OutboxRow> {
  if (!/^\d{1,9}$/.test(text)) {
    throw new IntegratorError('usage', `"${text}" is not a number of the outbox`, { hint: 'integrator outbox list' });
  }
  const row = await outboxRow(deps.store.db, Number(text));
  if (row === undefined || !sees(deps.actor, lineOf(row))) {
    throw new IntegratorError('not_found', `there is nothing with the number ${text} in the outbox`, {
      hint: 'integrator outbox list',
    });
  }
  return row;
}

/** What `outbox retry` would do with an entry. */
export function retryPlan(row: OutboxRow): 'send' | 'look' | 'nothing' {
  if (row.state === 'done' || row.kind !== mailKind) return 'nothing';
  return mailJobSchema.parse(JSON.parse(row.payload_json)).step === 'new' ? 'send' : 'look';
}

/** Takes an entry out for good, or with `dryRun` only says whether it could. One being sent is left alone: `busy`. */
export async function dropRow(
  deps: OutgoingDeps,
  row: OutboxRow,
  options: { readonly leaseMs: number; readonly dryRun: boolean },
): Promise<void> {
  const { store, actor, now } = deps;
  if (options.dryRun) return mustBeFree(deps, row, options.leaseMs);
  await store.write(async (trx) => {
    const current = await outboxRow(trx, row.id);
    if (current !== undefined) mustBeFree(deps, current, options.leaseMs);
    await dropOutboxRow(trx, row.id);
    const { state, to, subject } = lineOf(row);
    await audit(trx, actor, now(), { verb: 'outbox.drop', object: String(row.id), detail: { state, to, subject } });
  });
}

function mustBeFree({ presence, now }: OutgoingDeps, row: OutboxRow, leaseMs: number): void {
  if (row.state === 'done') throw new IntegratorError('usage', `${row.id} is done: there is nothing to drop`);
  const whereabouts = whereaboutsFor({ presence });
  if (row.state !== 'sending' || !isInHand(row, { nowMs: now(), leaseMs, whereabouts })) return;
  throw new IntegratorError('busy', `${row.id} is being sent at this moment`, { hint: 'try again in some minutes' });
}

function sees(actor: Actor, line: OutboxLine): boolean {
  return actor.kind === 'operator' || actor.role === 'administrator' || line.agent === actor.id;
}

export function lineOf(row: OutboxRow): OutboxLine {
  return {
    id: String(row.id),
    kind: row.kind,
    state: row.state,
    ...(row.kind === mailKind ? aboutMail(mailJobSchema.parse(JSON.parse(row.payload_json))) : aboutNothing),
    attempts: row.attempts,
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
    ...responseFields([]),
    error: row.error_json === null ? null : errorSchema.parse(JSON.parse(row.error_json)),
  };
}

type About = Pick<OutboxLine, 'agent' | 'ticket' | 'action' | 'from' | 'to' | 'subject' | 'internet_message_id'>;

const aboutNothing: About = {
  agent: null,
  ticket: null,
  action: null,
  from: null,
  to: [],
  subject: '',
  internet_message_id: null,
};

function aboutMail(job: MailJob): About {
  const { to, cc, subject } = envelopeOf(job);
  return {
    agent: job.agent,
    ticket: job.ticketId,
    action: job.action,
    from: job.mailbox,
    to: [...to, ...cc, ...job.bcc].map(({ address }) => address),
    subject,
    internet_message_id: job.draft?.internetMessageId ?? null,
  };
}
