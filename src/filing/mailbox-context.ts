import type { Config, Connection, MailboxConfig } from '../config/schema.ts';
import { isExchangeOnline } from '../domain/ews-retirement.ts';
import type { MatchRules } from '../domain/rules.ts';
import { useOf } from '../domain/ticket.ts';
import type { CandidateContext } from '../store/candidates.ts';
import type { MailboxKey } from '../store/mailboxes.ts';
import { organisationOf } from './organisation.ts';
import type { Organisation } from './organisation.ts';

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

export function mailboxContext(
  organisation: Organisation,
  connection: Connection,
  mailbox: MailboxConfig,
): MailboxContext {
  return {
    key: { connection: connection.name, mailbox: mailbox.address },
    rules: matchRules(organisation, connection, mailbox),
    agents: mailbox.agents.flatMap((id) => organisation.addressOfAgent.get(id) ?? []),
    hideChain: connection.hide_email_chain,
    verifiesSenders: isInExchangeOnline(connection),
    candidates: organisation.candidates,
    ownAddresses: organisation.ownAddresses,
  };
}

/** The contexts of all configured mailboxes, by address. */
export function mailboxContexts(config: Config): ReadonlyMap<string, MailboxContext> {
  const organisation = organisationOf(config);
  return new Map(
    config.connections.flatMap((connection) =>
      connection.mailboxes.map(
        (mailbox) => [mailbox.address, mailboxContext(organisation, connection, mailbox)] as const,
      ),
    ),
  );
}

/** Exchange Online verifies all mail it receives and limits what is sent; an own server need not. */
export function isInExchangeOnline(connection: Connection): boolean {
  if (connection.type === 'graph') return true;
  const { endpoints, server } = connection;
  if (endpoints.ews !== undefined) return isExchangeOnline(new URL(endpoints.ews).hostname);
  return server === undefined || isExchangeOnline(server);
}

function matchRules(organisation: Organisation, connection: Connection, mailbox: MailboxConfig): MatchRules {
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
    ownDomains: organisation.ownDomains,
  };
}
