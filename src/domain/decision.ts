/** What was decided about one placement of a mail, and how: a value that `explain` prints and the store keeps. */
export type InboxReason =
  | 'matching_off'
  | 'unmatched'
  | 'ambiguous'
  | 'automatic'
  | 'calendar'
  | 'list'
  | 'unverified_sender'
  | 'undone'
  | 'ticket_closed';

export type IgnoreReason = 'sender' | 'internal' | 'sensitivity' | 'automatic' | 'calendar' | 'list' | 'draft';
export type MatchRule = 'reply' | 'address_and_subject' | 'domain' | 'address';

export type Decision =
  | { readonly kind: 'matched'; readonly ticketId: string; readonly rule: MatchRule }
  | { readonly kind: 'new_ticket'; readonly ticketType: string }
  | { readonly kind: 'inbox'; readonly reason: InboxReason }
  /** Sent mail that matched nothing: stored, listed by `inbox list --sent`. */
  | { readonly kind: 'kept'; readonly reason: InboxReason }
  | { readonly kind: 'ignored'; readonly reason: IgnoreReason };

/** One of the numbered steps of the contract's section 4, in the order they ran. */
export type StepName =
  | 'ignore'
  | 'email_matching'
  | 'automatic_mail'
  | 'calendar_mail'
  | 'list_mail'
  | 'unverified_sender'
  | 'match_replies'
  | 'address_and_subject'
  | 'domain'
  | 'address'
  | 'outcome';

export interface StepCandidate {
  readonly ticket: string;
  readonly accepted: boolean;
  /** A short sentence: "subject differs: …", "closed", "type excluded from matching". */
  readonly because: string;
}

export interface Step {
  readonly step: StepName;
  /** A short sentence for people: "not automatic mail", "dmarc=fail for acme.example → My Inbox". */
  readonly outcome: string;
  readonly candidates: readonly StepCandidate[];
}

export interface MatchDecision {
  readonly decision: Decision;
  readonly steps: readonly Step[];
  /** Tickets that fitted, best first: shown in My Inbox. */
  readonly candidates: readonly RankedCandidate[];
}

export interface RankedCandidate {
  readonly ticket: string;
  readonly summary: string;
  readonly reason: string;
  /** 0 to 1. */
  readonly score: number;
}
