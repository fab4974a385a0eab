import { headerText } from '../../content/header-line.ts';
import { type MailTemplate, renderTemplate, type RenderedMail } from '../../content/template.ts';
import type { Config } from '../../config/schema.ts';
import { domainOf, isOwnDomain } from '../../domain/address.ts';
import { IntegratorError, toIntegratorError } from '../../domain/errors.ts';
import type { Person } from '../../domain/message.ts';
import { isInExchangeOnline } from '../../filing/mailbox-context.ts';
import { organisationOf } from '../../filing/organisation.ts';
import { findCampaign, type WrittenTo, writtenTo } from '../../store/campaigns.ts';
import { listOptOuts } from '../../store/opt-outs.ts';
import { findTicket } from '../../store/tickets.ts';
import { recipientOf } from '../compose.ts';
import type { OutgoingDeps } from '../deps.ts';
import { agentVariables } from '../fill-template.ts';
import { type ChosenFrom, completingAgent, decideFrom, type SendingMailbox, sendingMailbox } from '../from.ts';
import type { MailJob } from '../mail-job.ts';
import { blankJob, type FileToSend } from '../send-mail.ts';
import type { RecipientRow } from './recipients.ts';

export interface CampaignRequest {
  /** One campaign writes to each address once, whatever file it is in. */
  readonly name: string;
  readonly template: MailTemplate;
  readonly rows: readonly RecipientRow[];
  readonly action: string;
  readonly from: string | null;
  readonly ticket: string | null;
  readonly files: readonly FileToSend[];
}

/**
 * to_send: a new mail, or one that an earlier run did not bring to its end (`outboxId`) · already_sent and dropped (from
 * the outbox, by a person): not again in this campaign · duplicate: the address stands above · bad: nothing can be sent.
 */
export type PlannedRow =
  | {
      readonly state: 'to_send';
      readonly row: number;
      readonly to: string;
      readonly person: Person;
      readonly variables: Readonly<Record<string, unknown>>;
      readonly outboxId: number | null;
    }
  | {
      readonly state: 'already_sent' | 'dropped' | 'duplicate' | 'opted_out';
      readonly row: number;
      readonly to: string;
    }
  | { readonly state: 'bad'; readonly row: number; readonly to: string; readonly error: IntegratorError };

export interface CampaignPlan {
  readonly name: string;
  readonly template: MailTemplate;
  readonly from: ChosenFrom;
  readonly rows: readonly PlannedRow[];
  readonly files: readonly FileToSend[];
  /** Each mail but for its recipient, subject, body and mark. */
  readonly job: MailJob;
  /** The first mail as it will be; null where there is none to send. */
  readonly preview: (RenderedMail & { readonly to: string }) | null;
  /** `outgoing.max_per_minute`. */
  readonly perMinute: number;
  /** The template was another one when the campaign began. */
  readonly templateChanged: boolean;
  /** Whom it writes to under the daily limit of a tenant of Exchange Online; null where it goes out elsewhere. */
  readonly tenantLimit: { readonly recipients: number; readonly external: number } | null;
}

/** Looks at every row and changes nothing. Throws `usage`, `not_found`, `not_allowed`; what is wrong with a row is in the row. */
export async function planCampaign(deps: OutgoingDeps, request: CampaignRequest): Promise<CampaignPlan> {
  const { template, action, files } = request;
  const { db } = deps.store;
  const agent = completingAgent(deps);
  const name = campaignName(request.name);
  const chosen = request.from === null ? null : recipientOf(request.from).address;
  const from = await decideFrom(deps, { action, quotation: false, client: null, chosen });
  const mailbox = sendingMailbox(deps.config, from.address);
  const ticketId = request.ticket === null ? null : await ticketOf(deps, request.ticket);
  const begun = await findCampaign(db, name);
  const before: Before = {
    written: await writtenTo(db, name),
    optedOut: new Set((await listOptOuts(db)).map(({ address }) => address)),
    shared: { agent: agentVariables(deps.config, agent.id), unsubscribe: unsubscribeLink(from.address, name) },
  };
  const rows = await plannedRows(request.rows, template, before);
  const first = rows.find((row) => row.state === 'to_send');
  return {
    name,
    template,
    from,
    rows,
    files,
    job: blankJob(deps, { mailbox, agent: agent.id, action, ticketId }),
    preview: first === undefined ? null : { to: first.to, ...(await renderTemplate(template, first.variables)) },
    perMinute: deps.config.outgoing.max_per_minute,
    templateChanged: begun !== undefined && begun.template_hash !== template.hash,
    tenantLimit: tenantLimit(deps.config, mailbox, rows),
  };
}

function tenantLimit(
  config: Config,
  mailbox: SendingMailbox,
  rows: readonly PlannedRow[],
): CampaignPlan['tenantLimit'] {
  const connection = config.connections.find(({ name }) => name === mailbox.connection);
  if (connection === undefined || !isInExchangeOnline(connection)) return null;
  const { ownDomains } = organisationOf(config);
  const toSend = rows.filter(({ state }) => state === 'to_send');
  const external = toSend.filter(({ to }) => !isOwnDomain(domainOf(to), ownDomains));
  return { recipients: toSend.length, external: external.length };
}

interface Before {
  readonly written: ReadonlyMap<string, WrittenTo>;
  readonly optedOut: ReadonlySet<string>;
  /** Variables that every mail has. */
  readonly shared: Readonly<Record<string, unknown>>;
}

async function plannedRows(
  rows: readonly RecipientRow[],
  template: MailTemplate,
  before: Before,
): Promise<PlannedRow[]> {
  const seen = new Set<string>();
  const planned: PlannedRow[] = [];
  for (const row of rows) {
    if (row.kind === 'bad') {
      planned.push({ state: 'bad', row: row.row, to: row.to, error: row.error });
      continue;
    }
    const { address } = row.person;
    const place = { row: row.row, to: address };
    const skipped = seen.has(address) ? 'duplicate' : skip(address, before);
    seen.add(address);
    planned.push(skipped === null ? await rendered(row, template, before) : { state: skipped, ...place });
  }
  return planned;
}

function skip(address: string, { written, optedOut }: Before): 'already_sent' | 'dropped' | 'opted_out' | null {
  const known = written.get(address);
  if (known?.state === 'done') return 'already_sent';
  if (known?.state === null) return 'dropped';
  return optedOut.has(address) ? 'opted_out' : null;
}

/** Rendered to see that it can be; what is sent is rendered again, so that a long list is not held in memory. */
async function rendered(
  { row, person, variables: cells }: Extract<RecipientRow, { readonly kind: 'recipient' }>,
  template: MailTemplate,
  { written, shared }: Before,
): Promise<PlannedRow> {
  const place = { row, to: person.address };
  const variables = { ...shared, ...cells };
  try {
    await renderTemplate(template, variables);
  } catch (error) {
    return { state: 'bad', ...place, error: toIntegratorError(error) };
  }
  return { state: 'to_send', ...place, person, variables, outboxId: written.get(person.address)?.outboxId ?? null };
}

const longestName = 100;

function campaignName(written: string): string {
  const name = headerText(written, 'the name of the campaign');
  if (name === '' || name.length > longestName) {
    throw new IntegratorError('usage', `the name of the campaign must have 1 to ${longestName} characters`);
  }
  return name;
}

async function ticketOf({ store }: OutgoingDeps, written: string): Promise<string> {
  const ticket = await findTicket(store.db, written);
  if (ticket === undefined) throw new IntegratorError('not_found', `there is no ticket ${written}`);
  return ticket.id;
}

/** Graph takes no header but x- ones, so there can be no List-Unsubscribe; a template can offer this instead. */
function unsubscribeLink(from: string, campaign: string): string {
  return `mailto:${from}?subject=${encodeURIComponent(`Unsubscribe: ${campaign}`)}`;
}
