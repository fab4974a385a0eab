import type { IncidentMail } from '../../incidents/mails.ts';
import { formatTime } from '../format.ts';
import type { Page } from '../output.ts';
import { table } from '../table.ts';

export function mailsTable(mails: readonly IncidentMail[], { width, style }: Page, timezone: string): string[] {
  return table(
    [
      { title: 'ID', value: ({ id }: IncidentMail) => id ?? '', paint: style.cyan },
      { title: 'TIME', value: ({ at }) => formatTime(Date.parse(at), timezone) },
      { title: 'UNIT', value: ({ units }) => units.join(', '), shrinks: true },
      { title: '', value: ({ direction }) => (direction === 'in' ? '←' : '→') },
      { title: 'FROM', value: ({ from }) => from?.address ?? '', shrinks: true },
      {
        title: 'SENDER',
        value: senderText,
        paint: (text, mail) => (mail.verified === 'fail' ? style.red(text) : text),
      },
      { title: 'SUBJECT', value: subjectText, shrinks: true },
    ],
    mails,
    { width, paintTitle: style.dim },
  );
}

/** What the receiving server says of who wrote it. */
function senderText({ direction, verified, bounced_at: bouncedAt }: IncidentMail): string {
  if (direction === 'out') return bouncedAt === null ? 'we' : 'we; bounced';
  if (verified === 'pass') return 'verified';
  return verified === 'fail' ? 'NOT verified' : 'unknown';
}

function subjectText({ subject, attachments }: IncidentMail): string {
  const text = subject === '' ? '(no subject)' : subject;
  return attachments === 0 ? text : `${text} [+${attachments}]`;
}
