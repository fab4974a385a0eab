import { personName } from '../../content/person-text.ts';
import type { InboxEntry } from '../../inbox/list.ts';
import { formatTime } from '../format.ts';
import type { Page } from '../output.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { reasonText } from './words.ts';

/** Narrower than this, a subject needs the room of the year and of the mailbox's domain. */
const narrow = 100;

/** My Inbox as lines; the mailbox is told only where there are several. */
export function inboxTable(entries: readonly InboxEntry[], { width, style }: Page, timezone: string): string[] {
  const several = new Set(entries.map((entry) => entry.mailbox)).size > 1;
  const oneDomain = new Set(entries.map((entry) => entry.mailbox.split('@')[1])).size === 1;
  const short = width !== undefined && width < narrow;
  const received = (entry: InboxEntry) => formatTime(Date.parse(entry.received_at), timezone);
  const mailbox = ({ mailbox: address }: InboxEntry) => (short && oneDomain ? (address.split('@')[0] ?? '') : address);
  const columns: (Column<InboxEntry> | null)[] = [
    { title: 'ID', value: (entry) => entry.id, paint: style.cyan },
    { title: 'RECEIVED', value: (entry) => received(entry).slice(short ? 'yyyy-'.length : 0) },
    several ? { title: 'MAILBOX', value: mailbox, shrinks: 'first' } : null,
    { title: 'WHO', value: whoText, shrinks: 'first' },
    { title: 'SUBJECT', value: subjectText, shrinks: true },
    { title: 'WHY', value: whyText, shrinks: 'first' },
    { title: 'SUGGESTED', value: suggestedText, shrinks: 'first' },
  ];
  return table(
    columns.filter((column) => column !== null),
    entries,
    { width, paintTitle: style.dim },
  );
}

/** The other side: who wrote it, or to whom the agent wrote. */
function whoText({ sent, from, to }: InboxEntry): string {
  const [person] = sent ? to : from === null ? [] : [from];
  const name = person === undefined ? '(nobody)' : personName(person);
  return sent ? `to ${name}` : name;
}

function subjectText({ subject, has_attachments }: InboxEntry): string {
  const text = subject === '' ? '(no subject)' : subject;
  return has_attachments ? `${text} [+]` : text;
}

/** A sender that is not verified is said with every mail, not only where it is why the mail waits. */
function whyText({ state, reason, ticket, filed_by, verified }: InboxEntry): string {
  const why =
    state === 'filed' ? `${ticket ?? 'CRM note'} by ${filed_by ?? ''}` : state === 'inbox' ? reasonText(reason) : state;
  const said = verified !== 'fail' || (state === 'inbox' && reason === 'unverified_sender');
  return said ? why : `${why}; ${reasonText('unverified_sender')}`;
}

function suggestedText({ candidates, suggested_client, state }: InboxEntry): string {
  if (state === 'filed') return '';
  const [best] = candidates;
  if (best === undefined) return suggested_client?.name ?? '';
  const more = candidates.length > 1 ? ` +${candidates.length - 1}` : '';
  return `${best.ticket}${more} ${best.summary}`;
}
