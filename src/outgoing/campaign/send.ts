import { renderTemplate } from '../../content/template.ts';
import type { IntegratorError } from '../../domain/errors.ts';
import { actorName } from '../../domain/policy.ts';
import { audit } from '../../store/audit.ts';
import { addCampaignRecipient, beginCampaign, takeBackUntried } from '../../store/campaigns.ts';
import { hasOptedOut } from '../../store/opt-outs.ts';
import { outboxRow } from '../../store/outbox.ts';
import type { Delivery } from '../deliver.ts';
import type { OutgoingDeps } from '../deps.ts';
import { sentBody } from '../fill-template.ts';
import { addMail, markedAnew, storeFiles } from '../send-mail.ts';
import type { CampaignPlan, PlannedRow } from './plan.ts';

type ToSend = Extract<PlannedRow, { readonly state: 'to_send' }>;

/** under_way: another process is sending it · not_sent: the campaign stopped before it. */
export interface CampaignRow {
  readonly row: number;
  readonly to: string;
  readonly state:
    Exclude<PlannedRow['state'], 'to_send'> | 'sent' | 'pending' | 'failed' | 'unsure' | 'under_way' | 'not_sent';
  readonly outboxId: number | null;
  readonly error: IntegratorError | null;
}

export interface CampaignRun {
  readonly rows: readonly CampaignRow[];
  /** Why it stopped before its end; null where it did not. */
  readonly stopped: 'signal' | IntegratorError | null;
}

export interface CampaignOptions {
  readonly deliver: (outboxId: number) => Promise<Delivery>;
  readonly onRow: (row: CampaignRow) => void;
  readonly signal: AbortSignal;
}

/** So many new ones in a row that cannot be sent at the moment: then nothing can. */
const mostFailuresInARow = 3;
/** What is refused for one mail with these is refused for all. */
const concernsAll: ReadonlySet<IntegratorError['kind']> = new Set([
  'config',
  'needs_login',
  'needs_admin',
  'access_denied',
  'not_allowed',
]);

/**
 * Sends one mail after the other, each written down with its recipient before it goes out: stopped at any instant and
 * called again it goes on, and nobody gets the campaign twice. Nothing is queued ahead, so to stop is to stop.
 */
export async function sendCampaign(
  deps: OutgoingDeps,
  plan: CampaignPlan,
  options: CampaignOptions,
): Promise<CampaignRun> {
  await begin(deps, plan);
  const job = { ...plan.job, files: await storeFiles(deps, plan.files) };
  const rows: CampaignRow[] = [];
  let stopped: CampaignRun['stopped'] = null;
  let failures = 0;
  for (const row of freshFirst(plan.rows)) {
    if (options.signal.aborted) stopped ??= 'signal';
    const done: CampaignRow =
      row.state !== 'to_send' || stopped !== null ? notTried(row) : await sendRow(deps, { ...plan, job }, row, options);
    rows.push(done);
    options.onRow(done);
    if (done.error === null || done.state === 'bad') {
      if (done.state === 'sent') failures = 0;
      continue;
    }
    if (!isLeftOver(row)) failures += 1;
    if (concernsAll.has(done.error.kind) || failures >= mostFailuresInARow) stopped ??= done.error;
  }
  const inOrder = rows.toSorted((one, other) => one.row - other.row);
  return { rows: inOrder, stopped: options.signal.aborted ? 'signal' : stopped };
}

/** What an earlier run did not bring to its end may fail for ever, and must not stand before those nobody wrote to yet. */
function freshFirst(rows: readonly PlannedRow[]): readonly PlannedRow[] {
  return [...rows.filter((row) => !isLeftOver(row)), ...rows.filter(isLeftOver)];
}

function isLeftOver(row: PlannedRow): boolean {
  return row.state === 'to_send' && row.outboxId !== null;
}

async function begin({ store, actor, now }: OutgoingDeps, { name, template, from, rows }: CampaignPlan): Promise<void> {
  const toSend = rows.filter(({ state }) => state === 'to_send').length;
  await store.write(async (trx) => {
    const [startedBy, startedAt] = [actorName(actor), now()];
    await beginCampaign(trx, {
      name,
      template: template.name,
      template_hash: template.hash,
      started_by: startedBy,
      started_at: startedAt,
    });
    const detail = { template: template.name, mailbox: from.address, rows: rows.length, to_send: toSend };
    await audit(trx, actor, now(), { verb: 'campaign.send', object: name, detail });
  });
}

function notTried(row: PlannedRow): CampaignRow {
  const place = { row: row.row, to: row.to, outboxId: row.state === 'to_send' ? row.outboxId : null };
  const error = row.state === 'bad' ? row.error : null;
  return { ...place, state: row.state === 'to_send' ? 'not_sent' : row.state, error };
}

async function sendRow(
  deps: OutgoingDeps,
  plan: CampaignPlan,
  row: ToSend,
  { deliver, signal }: CampaignOptions,
): Promise<CampaignRow> {
  const place = { row: row.row, to: row.to, outboxId: row.outboxId };
  const queued = row.outboxId ?? (await queue(deps, plan, row));
  if (typeof queued === 'string') return { ...place, state: queued, error: null };
  try {
    const delivery = await deliver(queued);
    const gone = delivery.state === 'elsewhere' ? await takenFromOutbox(deps, queued, row.to) : null;
    if (gone !== null) return { ...place, state: gone, error: null };
    return { ...place, outboxId: queued, ...outcomeOf(delivery) };
  } catch (error) {
    if (!signal.aborted) throw error;
    const takenBack = await deps.store.write((trx) => takeBackUntried(trx, queued));
    return { ...place, outboxId: takenBack ? null : queued, state: 'not_sent', error: null };
  }
}

/** Who took a mail out of the outbox while it waited for its turn; null where it is there. */
async function takenFromOutbox(
  { store }: OutgoingDeps,
  id: number,
  to: string,
): Promise<'opted_out' | 'dropped' | null> {
  if ((await outboxRow(store.db, id)) !== undefined) return null;
  return (await hasOptedOut(store.db, to)) ? 'opted_out' : 'dropped';
}

const stateOf = { done: 'sent', pending: 'pending', dead: 'failed', unsure: 'unsure', elsewhere: 'under_way' } as const;

function outcomeOf(delivery: Delivery): Pick<CampaignRow, 'state' | 'error'> {
  return { state: stateOf[delivery.state], error: 'error' in delivery ? delivery.error : null };
}

/** The mail and its recipient in one transaction; what became known since the campaign was planned is respected. */
async function queue(
  deps: OutgoingDeps,
  { name, template, job }: CampaignPlan,
  { person, variables }: ToSend,
): Promise<number | 'opted_out' | 'under_way'> {
  const rendered = await renderTemplate(template, variables);
  const mail = { ...markedAnew(job), to: [person], subject: rendered.subject, body: sentBody(rendered) };
  const { address } = person;
  return deps.store.write(async (trx) => {
    if (await hasOptedOut(trx, address)) return 'opted_out';
    const outboxId = await addMail(trx, deps, mail, `campaign:${name}:${address}`);
    if (outboxId === null) return 'under_way';
    await addCampaignRecipient(trx, { campaign: name, address, outboxId, atMs: deps.now() });
    return outboxId;
  });
}
