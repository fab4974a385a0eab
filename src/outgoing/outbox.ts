import { z } from 'zod';
import { errorKinds, type ErrorReport, IntegratorError } from '../domain/errors.ts';
import type { Actor } from '../domain/policy.ts';
import { responsesToSent } from '../store/mail-responses.ts';
import { audit } from '../store/audit.ts';
import { dropOutboxRow, eachOutboxRow, isInHand, outboxRow, type OutboxRow } from '../store/outbox.ts';
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
  readonly error: ErrorReport | null;
}

const errorSchema = z.object({ kind: z.enum(errorKinds), message: z.string(), hint: z.string().nullable() });

export interface OutboxFilter {
  readonly done: boolean;
  readonly ticket?: string;
  readonly kind?: string;
}

/** Newest first; an agent sees the own mail, an administrator and the operator all. */
export async function listOutbox(deps: Pick<OutgoingDeps, 'store' | 'actor'>, filter: OutboxFilter) {
  const lines: OutboxLine[] = [];
  for await (const rows of eachOutboxRow(deps.store.db, filter)) {
    const responses = await responsesToSent(
      deps.store.db,
      rows.flatMap(({ message_key: key }) => key ?? []),
    );
    for (const row of rows) {
      const line = lineOf(row);
      if (!sees(deps.actor, line) || !fits(line, filter)) continue;
      const found = responses.get(`${line.from ?? ''}\n${row.message_key ?? ''}`) ?? [];
      lines.push({ ...line, ...responseFields(found) });
    }
  }
  return lines;
}

function fits(line: OutboxLine, { ticket, kind }: OutboxFilter): boolean {
  return (ticket === undefined || line.ticket === ticket) && (kind === undefined || line.kind === kind);
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
  const job = jobOf(row);
  if (job === null) return 'nothing';
  return job.step === 'new' ? 'send' : 'look';
}

/** Whether an attempt that was interrupted may have left its draft in the mailbox, where dropping does not look. */
export function mayHaveDraft(row: OutboxRow): boolean {
  return row.kind === mailKind && row.attempts > 0 && row.state !== 'dead';
}

/**
 * Takes an entry out for good, or with `dryRun` only says whether it could. One being sent is left alone: `busy`; one
 * that is gone already is `not_found`.
 */
export async function dropRow(
  deps: OutgoingDeps,
  row: OutboxRow,
  options: { readonly leaseMs: number; readonly dryRun: boolean },
): Promise<void> {
  const { store, actor, now } = deps;
  if (options.dryRun) return mustBeFree(deps, row, options.leaseMs);
  await store.write(async (trx) => {
    const current = await outboxRow(trx, row.id);
    if (current === undefined) throw new IntegratorError('not_found', `${row.id} is no longer in the outbox`);
    mustBeFree(deps, current, options.leaseMs);
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
  const job = row.kind === mailKind ? jobOf(row) : null;
  return {
    id: String(row.id),
    kind: row.kind,
    state: row.state,
    ...(job === null ? aboutNothing : aboutMail(job)),
    attempts: row.attempts,
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
    ...responseFields([]),
    error: row.kind === mailKind && job === null ? unreadable : errorOf(row),
  };
}

const unreadable: ErrorReport = {
  kind: 'store',
  message: 'this version cannot read the entry',
  hint: 'install the version that wrote it again, or an administrator drops it: integrator outbox drop',
};

/** null: written by another version. */
function jobOf({ payload_json: payload }: OutboxRow): MailJob | null {
  const job = mailJobSchema.safeParse(parsed(payload));
  return job.success ? job.data : null;
}

function errorOf({ error_json: written }: OutboxRow): OutboxLine['error'] {
  const error = errorSchema.safeParse(written === null ? null : parsed(written));
  return error.success ? error.data : null;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
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
