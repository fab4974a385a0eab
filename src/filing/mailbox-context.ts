import type { Config, Connection, MailboxConfig } from '../config/schema.ts';
import { ownDomains } from '../domain/address.ts';
import { isExchangeOnline } from '../domain/ews-retirement.ts';
import type { MatchRules } from '../domain/rules.ts';
import { useOf } from '../domain/ticket.ts';
import type { CandidateContext } from '../store/candidates.ts';
import type { MailboxKey } from '../store/mailboxes.ts';

/** Everything the configuration says about deciding and filing the mail of one mailbox. */
export interface MailboxContext {
  readonly key: MailboxKey;
  readonly rules: MatchRules;
  /** Addresses of the mailbox's agents. */
  readonly agents: readonly string[];
  readonly hideChain: boolean;
  /** Whoever receives its mail writes what came of verifying the sender above all that the sender wrote. */
  readonly verifiesSenders: boolean;
  readonly candidates: CandidateContext;
  /** Our own mailboxes and agents: they take part in every thread, so they prove nothing. */
  readonly ownAddresses: ReadonlySet<string>;
}

export function mailboxContext(config: Config, connection: Connection, mailbox: MailboxConfig): MailboxContext {
  return {
    key: { connection: connection.name, mailbox: mailbox.address },
    rules: matchRules(config, connection, mailbox),
    agents: config.agents.filter((agent) => mailbox.agents.includes(agent.id)).flatMap(({ email }) => email ?? []),
    hideChain: connection.hide_email_chain,
    verifiesSenders: isInExchangeOnline(connection),
    candidates: candidateContext(config),
    ownAddresses: new Set(ownAddresses(config)),
  };
}

/** The contexts of all configured mailboxes, by address. */
export function mailboxContexts(config: Config): ReadonlyMap<string, MailboxContext> {
  return new Map(
    config.connections.flatMap((connection) =>
      connection.mailboxes.map((mailbox) => [mailbox.address, mailboxContext(config, connection, mailbox)] as const),
    ),
  );
}

/** Exchange Online verifies all mail it receives; an own server need not. */
function isInExchangeOnline(connection: Connection): boolean {
  if (connection.type === 'graph') return true;
  const { endpoints, server } = connection;
  if (endpoints.ews !== undefined) return isExchangeOnline(new URL(endpoints.ews).hostname);
  return server === undefined || isExchangeOnline(server);
}

function candidateContext(config: Config): CandidateContext {
  return {
    excludedTypes: new Set(config.ticket_types.filter((type) => type.exclude_from_matching).map((type) => type.name)),
    units: config.business_units.map((unit) => ({
      name: unit.name,
      addresses: [...unit.recipients, ...unit.members],
      domains: unit.domains,
    })),
  };
}

function matchRules(config: Config, connection: Connection, mailbox: MailboxConfig): MatchRules {
  return {
    emailMatching: mailbox.email_matching,
    use: useOf[mailbox.matched_to],
    matching: connection.matching,
    subjectMatch: connection.subject_match,
    matchReplies: connection.match_replies,
    unmatched:
      connection.unmatched === 'new_ticket' && mailbox.new_ticket_type !== undefined
        ? { kind: 'new_ticket', ticketType: mailbox.new_ticket_type }
        : { kind: 'inbox' },
    ambiguous: connection.ambiguous,
    unverifiedSender: connection.unverified_sender,
    automaticMail: connection.automatic_mail,
    calendarMail: connection.calendar_mail,
    listMail: connection.list_mail,
    ignore: connection.ignore,
    freeMailDomains: connection.free_mail_domains,
    ownDomains: ownDomains(
      ownAddresses(config),
      config.connections.flatMap((each) => each.own_domains),
    ),
  };
}

function ownAddresses(config: Config): string[] {
  return [
    ...config.connections.flatMap((connection) => connection.mailboxes.map((mailbox) => mailbox.address)),
    ...config.outgoing.mailboxes.map((mailbox) => mailbox.address),
    ...config.agents.flatMap((agent) => agent.email ?? []),
  ];
}
