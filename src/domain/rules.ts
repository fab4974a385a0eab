import type { Sensitivity } from './message.ts';
import type { Use } from './ticket.ts';

/** The matching options of one mailbox: its connection's and its own, with defaults filled in and names normalised. */
export interface MatchRules {
  readonly emailMatching: boolean;
  /** From `matched_to`. */
  readonly use: Use;
  readonly matching: 'address_and_subject' | 'domain' | 'address';
  readonly subjectMatch: 'normalized' | 'exact';
  readonly matchReplies: boolean;
  readonly unmatched: { readonly kind: 'inbox' } | { readonly kind: 'new_ticket'; readonly ticketType: string };
  readonly ambiguous: 'inbox' | 'newest';
  readonly unverifiedSender: 'inbox' | 'match';
  readonly automaticMail: MailOfKind;
  readonly calendarMail: MailOfKind;
  readonly listMail: MailOfKind;
  readonly ignore: IgnoreRules;
  readonly freeMailDomains: 'ignore' | 'match';
  /** Made by `ownDomains`: those of all mailboxes and agents, and `own_domains`. Their subdomains count by themselves. */
  readonly ownDomains: ReadonlySet<string>;
}

export type MailOfKind = 'inbox' | 'match' | 'ignore';

interface IgnoreRules {
  /** Addresses, or domains written "@acme.example" (exactly that domain); lower-case, domains as ASCII. */
  readonly senders: readonly string[];
  /** Mail from an own domain to own domains only. */
  readonly internal: boolean;
  readonly sensitivity: readonly Sensitivity[];
}
