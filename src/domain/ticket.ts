/**
 * The words of the product:
 *   ticket          an opportunity, a project or an incident: its *use*; it is open or closed
 *   action          an entry on a ticket; the *opening action* is the one that logged it
 *   client, contact a customer organisation; a person at it with one or more addresses
 *   My Inbox        imported mail of an agent that is on no ticket yet
 *   email chain     the quoted history below the new part of a mail
 */
export type Use = 'opportunity' | 'project' | 'incident';
export type MatchedTo = 'opportunities' | 'projects' | 'incidents';

/** What a mailbox is matched to, in the ticket's own terms. */
export const useOf: Readonly<Record<MatchedTo, Use>> = {
  opportunities: 'opportunity',
  projects: 'project',
  incidents: 'incident',
};

/** Local ids: OPP-12, PRJ-3, INC-7. */
export const idPrefixOf: Readonly<Record<Use, string>> = { opportunity: 'OPP', project: 'PRJ', incident: 'INC' };

/**
 * A ticket as matching sees it. Keys are made by `subjectKeys` when the ticket is written, addresses and domains are
 * normalised at the door, so that matching compares plain strings.
 */
export interface Candidate {
  readonly ticketId: string;
  readonly summary: string;
  readonly use: Use;
  readonly open: boolean;
  /** Its type is excluded from matching. */
  readonly excluded: boolean;
  readonly clientId: string | null;
  readonly createdAtMs: number;
  /** Keys of the summary and of the opening subject, where there is one; never ''. */
  readonly subjects: readonly SubjectKeys[];
  /** Addresses of its contacts; for an incident the recipients and members of its business units. */
  readonly addresses: readonly string[];
  /** Domains of its contacts' addresses; for an incident its units' domains. */
  readonly domains: readonly string[];
  /** Everybody in From, To and Cc of mail already on it, without our own mailboxes. */
  readonly participants: readonly string[];
}

/** The two normal forms of a subject: `exact` keeps prefixes, `base` has reply, forward and tag prefixes dropped. */
export interface SubjectKeys {
  readonly exact: string;
  readonly base: string;
}
