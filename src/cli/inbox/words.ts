import { terminalText } from '../../content/terminal.ts';
import type { Person } from '../../domain/message.ts';

const reasons: Readonly<Record<string, string>> = {
  matching_off: 'matching is off',
  unmatched: 'no ticket fits',
  ambiguous: 'several tickets fit',
  automatic: 'automatic mail',
  calendar: 'meeting mail',
  unverified_sender: 'sender not verified',
  undone: 'taken back by a person',
  ticket_closed: 'only a closed ticket fits',
};

/** Why a mail is on no ticket, in words. */
export function reasonText(reason: string | null): string {
  return reason === null ? '' : (reasons[reason] ?? reason);
}

/** Stands wherever a mail is shown that was found forged; safe to print. */
export function notVerified(because: string): string {
  return terminalText(`the sender may not be who it says: ${because}`);
}

/** Where a mail stands: "waits in My Inbox: no ticket fits", "on OPP-12, filed by rule". */
export function stateText(mail: {
  readonly state: string;
  readonly reason: string | null;
  readonly ticket: string | null;
  readonly filed_by: string | null;
}): string {
  const because = mail.reason === null ? '' : `: ${reasonText(mail.reason)}`;
  switch (mail.state) {
    case 'filed':
      return `${mail.ticket === null ? 'a CRM note' : `on ${mail.ticket}`}, filed by ${mail.filed_by ?? 'nobody'}`;
    case 'inbox':
      return `waits in My Inbox${because}`;
    case 'kept':
      return `sent mail, kept${because}`;
    case 'dismissed':
      return 'dismissed';
    default:
      return `${mail.state}${because}`;
  }
}

/** `Ann Archer <ann@contoso.test>`, safe to print. */
export function personText({ name, address }: Person): string {
  if (address === '') return terminalText(name);
  return terminalText(name === '' || name === address ? address : `${name} <${address}>`);
}

export function peopleText(people: readonly Person[]): string {
  return people.map(personText).join(', ');
}
