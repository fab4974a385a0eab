import type { Config } from '../config/schema.ts';
import type { RankedCandidate } from '../domain/decision.ts';
import { IntegratorError } from '../domain/errors.ts';
import type { Person } from '../domain/message.ts';
import { searchTerms } from '../domain/search-words.ts';
import type { SearchTerm } from '../domain/search-words.ts';
import { listItems } from '../store/inbox-list.ts';
import type { Item } from '../store/items.ts';
import { inParts } from '../store/in-parts.ts';
import type { ItemState } from '../store/schema.ts';
import { messagesWith } from '../store/search-query.ts';
import { storedEnvelopes } from '../store/stored-mails.ts';
import type { StoredEnvelope } from '../store/stored-mails.ts';
import { noteForeignReading, requireAccess } from './access.ts';
import type { LookingDeps } from './deps.ts';
import { mailId } from './mail-id.ts';
import { askingFor, suggestFor } from './suggest.ts';
import type { Suggestions } from './suggest.ts';
import type { SuggestedClient } from './suggest-client.ts';

/** A line of `inbox list`; field names are those of the JSON that scripts rely on. */
export interface InboxEntry {
  readonly id: string;
  readonly mailbox: string;
  readonly agents: readonly string[];
  readonly received_at: string;
  readonly from: Person | null;
  readonly to: readonly Person[];
  readonly subject: string;
  readonly has_attachments: boolean;
  readonly conversation_id: string | null;
  readonly internet_message_id: string | null;
  /** The agent sent it. */
  readonly sent: boolean;
  /** What the receiving server says of the sender. */
  readonly verified: 'pass' | 'fail' | 'none';
  /** inbox: it waits · dismissed · kept: sent mail on no ticket · ignored · filed */
  readonly state: ItemState;
  /** Why it is on no ticket; null where it is on one. */
  readonly reason: string | null;
  readonly ticket: string | null;
  /** Who filed it: rule, thread, an agent or operator. */
  readonly filed_by: string | null;
  readonly suggested_client: SuggestedClient | null;
  readonly candidates: readonly RankedCandidate[];
}

export interface ListQuery {
  readonly agent?: string | undefined;
  readonly mailbox?: string | undefined;
  /** Words in sender, subject and body; the index has to be up to date (see indexNewMail). */
  readonly search?: string | undefined;
  /** Sent mail that is on no ticket, instead of My Inbox. */
  readonly sent?: boolean;
  /** Also what was dismissed, ignored or sent. */
  readonly all?: boolean;
  /** What is filed, instead of My Inbox. */
  readonly filed?: boolean;
  readonly limit: number;
  /** false: without suggested clients and candidates, which is faster. */
  readonly suggestions?: boolean;
}

/** My Inbox, newest first, with suggestions by today's tickets. Throws `not_allowed`, and `usage` for unknown names. */
export async function listInbox(deps: LookingDeps, query: ListQuery): Promise<InboxEntry[]> {
  const { store } = deps;
  const items = await listItems(store.reader, {
    mailboxes: await mailboxesAsked(deps, query),
    states: statesAsked(query),
    limit: query.limit,
    ...(query.search === undefined ? {} : { messages: messagesWith(store.dialect, termsOf(query.search)) }),
  });
  await noteListing(deps, query, items);
  return entriesOf(deps, items, query.suggestions ?? true);
}

/** An administrator who lists or searches other agents' mail leaves a line in the audit log. */
function noteListing(deps: LookingDeps, { mailbox, search }: ListQuery, items: readonly Item[]): Promise<void> {
  const mailboxes = [...(mailbox === undefined ? [] : [mailbox]), ...items.map((item) => item.mailbox)];
  return noteForeignReading(deps, {
    command: 'inbox.list',
    object: mailbox ?? 'inbox',
    mailboxes,
    ...(search === undefined ? {} : { detail: { search: true } }),
  });
}

/** These views of mail as lines; suggestions are looked up in groups, so that a long list needs little memory. */
async function entriesOf(deps: LookingDeps, items: readonly Item[], suggest: boolean): Promise<InboxEntry[]> {
  const { store, config } = deps;
  const asking = askingFor(deps);
  const agents = agentsByMailbox(config);
  const entries: InboxEntry[] = [];
  for (const part of inParts(items, 100)) {
    const mails = await storedEnvelopes(
      store.reader,
      part.map((item) => item.message_id),
    );
    const pairs = part.flatMap((item) => {
      const mail = mails.get(item.message_id);
      return mail === undefined ? [] : { item, mail };
    });
    const suggestions = await suggestFor(store.reader, asking, suggest ? pairs : []);
    for (const { item, mail } of pairs) {
      entries.push(entryOf(item, mail, suggestions(item.id), agents.get(item.mailbox) ?? []));
    }
  }
  return entries;
}

export function entryOf(
  item: Item,
  mail: StoredEnvelope,
  suggestions: Suggestions,
  agents: readonly string[],
): InboxEntry {
  return {
    id: mailId(item.id),
    mailbox: item.mailbox,
    agents,
    received_at: new Date(item.received_at).toISOString(),
    from: mail.from,
    to: mail.to,
    subject: mail.subject,
    has_attachments: mail.hasAttachments,
    conversation_id: mail.conversationId,
    internet_message_id: mail.internetMessageId,
    sent: item.sent === 1,
    verified: mail.verified,
    state: item.state,
    reason: item.reason,
    ticket: item.ticket_id,
    filed_by: item.filed_by,
    suggested_client: suggestions.client,
    candidates: suggestions.candidates,
  };
}

/** Mailbox → the agents it belongs to. */
export function agentsByMailbox(config: Config): ReadonlyMap<string, readonly string[]> {
  return new Map(
    config.connections.flatMap((connection) =>
      connection.mailboxes.map((mailbox) => [mailbox.address, mailbox.agents] as const),
    ),
  );
}

/** Throws `usage` where there is no word to look for. */
function termsOf(search: string): SearchTerm[] {
  const terms = searchTerms(search);
  if (terms.length > 0) return terms;
  throw new IntegratorError('usage', `there is no word to look for in "${search}"`);
}

function statesAsked({ sent, all, filed }: ListQuery): ItemState[] {
  if (filed === true) return ['filed'];
  if (sent === true) return ['kept'];
  return all === true ? ['inbox', 'dismissed', 'kept', 'ignored'] : ['inbox'];
}

/** null: every mailbox, also of connections that are no longer configured. */
async function mailboxesAsked(deps: LookingDeps, { agent, mailbox }: ListQuery): Promise<readonly string[] | null> {
  const { actor, config } = deps;
  const ofAgents = agentsByMailbox(config);
  const ownOnly = actor.kind === 'agent' && actor.role === 'agent';
  if (agent === undefined && mailbox === undefined) return ownOnly ? actor.mailboxes : null;
  if (agent !== undefined && !config.agents.some((each) => each.id === agent)) throw unknownAgent(agent);
  const mailboxes = [...(mailbox === undefined ? ofAgents.keys() : [mailbox])].filter(
    (address) => agent === undefined || ofAgents.get(address)?.includes(agent),
  );
  for (const address of mailboxes) {
    await requireAccess(deps, { verb: 'mail.read', mailbox: address, command: 'inbox.list', object: address });
  }
  return mailboxes;
}

function unknownAgent(agent: string): IntegratorError {
  return new IntegratorError('usage', `there is no agent "${agent}" in the configuration`, { hint: 'correct --agent' });
}
