import { domainOf, isOwnDomain } from './address.ts';
import type { Decision, IgnoreReason, InboxReason, Step, StepName } from './decision.ts';
import type { MatchInput } from './match-input.ts';
import type { MatchMessage, MatchPlacement } from './match-message.ts';
import { recipients } from './match-message.ts';
import type { MailOfKind, MatchRules } from './rules.ts';

/** One of the steps that keep a mail from being matched: decided, or null to go on. */
export interface Gate {
  readonly step: Step;
  readonly decision: Decision | null;
}

/** The contract's steps 1 to 4, in their order. */
export const gates: readonly ((input: MatchInput) => Gate)[] = [
  ignoreGate,
  emailMatchingGate,
  automaticGate,
  calendarGate,
  listGate,
  unverifiedGate,
];

/** Where mail waits that is on no ticket: My Inbox, or, if the agent sent it, just kept. */
export function waiting(reason: InboxReason, placement: MatchPlacement): Decision {
  return placement.sentItems ? { kind: 'kept', reason } : { kind: 'inbox', reason };
}

/** The end of the sentence that says so. */
export function waitingPlace({ sentItems }: MatchPlacement): string {
  return sentItems ? ' → kept with the sent mail' : ' → My Inbox';
}

function ignoreGate({ message, rules }: MatchInput): Gate {
  const [reason, because] = ignored(message, rules) ?? [null, 'nothing says to ignore it'];
  return gate('ignore', because, reason === null ? null : { kind: 'ignored', reason });
}

function ignored(message: MatchMessage, rules: MatchRules): readonly [IgnoreReason, string] | null {
  const { senders, internal, sensitivity } = rules.ignore;
  if (message.isDraft) return ['draft', 'a draft is never imported'];
  const sender = message.from === '' ? undefined : senders.find((each) => isSender(message.from, each));
  if (sender !== undefined) return ['sender', `from ${message.from}: ${sender} is ignored`];
  if (internal && isInternal(message, rules.ownDomains)) return ['internal', 'among own domains only: ignored'];
  if (sensitivity.includes(message.sensitivity)) return ['sensitivity', `${message.sensitivity}: ignored`];
  return null;
}

function isSender(address: string, listed: string): boolean {
  return listed.startsWith('@') ? domainOf(address) === listed.slice(1) : address === listed;
}

/** Mail to undisclosed recipients only went to this mailbox, which is an own one. */
function isInternal(message: MatchMessage, own: ReadonlySet<string>): boolean {
  return (
    message.from !== '' && [message.from, ...recipients(message)].every((each) => isOwnDomain(domainOf(each), own))
  );
}

function emailMatchingGate({ placement, rules }: MatchInput): Gate {
  if (rules.emailMatching) return gate('email_matching', 'on', null);
  return waits('email_matching', `off for ${placement.mailbox}`, 'matching_off', placement);
}

function automaticGate({ message, placement, rules }: MatchInput): Gate {
  const { automatic } = message;
  if (automatic === null) return gate('automatic_mail', 'not automatic mail', null);
  const what = `${automaticName[automatic.kind]} (${automatic.because})`;
  return kindGate('automatic_mail', what, [rules.automaticMail, 'automatic'], placement);
}

const automaticName = {
  auto_reply: 'an automatic reply',
  bounce: 'a bounce',
  delivery_report: 'a delivery report',
  read_report: 'a read report',
} as const;

function calendarGate({ message, placement, rules }: MatchInput): Gate {
  if (!message.meeting) return gate('calendar_mail', 'not meeting mail', null);
  return kindGate('calendar_mail', 'a meeting request or response', [rules.calendarMail, 'calendar'], placement);
}

function listGate({ message, placement, rules }: MatchInput): Gate {
  if (message.list === null) return gate('list_mail', 'not list mail', null);
  return kindGate('list_mail', `list mail (${message.list})`, [rules.listMail, 'list'], placement);
}

function kindGate(
  name: StepName,
  what: string,
  [setting, reason]: readonly [MailOfKind, 'automatic' | 'calendar' | 'list'],
  placement: MatchPlacement,
): Gate {
  switch (setting) {
    case 'ignore':
      return gate(name, `${what}: ignored`, { kind: 'ignored', reason });
    case 'inbox':
      return waits(name, what, reason, placement);
    case 'match':
      return gate(name, `${what}: matched like other mail`, null);
  }
}

function unverifiedGate(input: MatchInput): Gate {
  const { message, placement, rules } = input;
  const because = countsAsUnverified(input) ? unverifiedBecause(message) : null;
  if (because === null) return gate('unverified_sender', message.authentication.because, null);
  // What is on an incident is evidence: no setting lets a forged sender write into it.
  if (rules.unverifiedSender === 'match' && rules.use !== 'incident') {
    return gate('unverified_sender', `${because}: matched all the same`, null);
  }
  return waits('unverified_sender', because, 'unverified_sender', placement);
}

/** How From is written says nothing of sent mail, and a form that is not plain nothing where it leads to nobody. */
function countsAsUnverified({ message, placement, candidates }: MatchInput): boolean {
  const { fromFault } = message.authentication;
  if (fromFault === undefined || message.doubled.length > 0) return true;
  if (placement.sentItems) return false;
  const { byAddress, byParticipant, byDomain } = candidates;
  return (
    fromFault.kind !== 'form' ||
    byAddress.has(message.from) ||
    byParticipant.has(message.from) ||
    byDomain.has(domainOf(message.from))
  );
}

/**
 * Why the sender is not to be believed; null where nothing speaks against it. A mail with two different Subject headers
 * counts too: programs disagree about which one holds.
 */
export function unverifiedBecause({ authentication, doubled }: MatchMessage): string | null {
  if (authentication.verdict === 'fail') return authentication.because;
  return doubled.length === 0 ? null : `several different ${doubled.join(' and ')} headers`;
}

function waits(step: StepName, because: string, reason: InboxReason, placement: MatchPlacement): Gate {
  return gate(step, `${because}${waitingPlace(placement)}`, waiting(reason, placement));
}

function gate(step: StepName, outcome: string, decision: Decision | null): Gate {
  return { step: { step, outcome, candidates: [] }, decision };
}
