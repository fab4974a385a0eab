import { terminalText } from '../../content/terminal.ts';
import type { SavedFile } from '../../inbox/save-attachments.ts';
import type { ShownAttachment, ShownMail } from '../../inbox/show.ts';
import { formatBytes, formatTime } from '../format.ts';
import type { Page } from '../output.ts';
import { candidateLines } from './suggestion-lines.ts';
import { notVerified, peopleText, personText, stateText } from './words.ts';

export interface MailToPrint {
  readonly mail: ShownMail;
  readonly saved: readonly SavedFile[];
}

/** One mail as a person reads it; every text from outside is made safe here. */
export function mailLines({ mail, saved }: MailToPrint, page: Page, timezone: string): string[] {
  const { style } = page;
  return [
    `${style.cyan(mail.id)}  ${style.bold(mail.subject === '' ? '(no subject)' : terminalText(mail.subject))}`,
    ...fields(mail, timezone).flatMap(([name, value]) =>
      value === '' ? [] : [`${style.dim(name.padEnd(12))}${value}`],
    ),
    ...warnings(mail).map((text) => style.yellow(terminalText(text))),
    ...mail.attachments.map((attachment) => style.dim(attachmentLine(attachment))),
    ...saved.map(savedLine),
    ...candidateLines(mail, page),
    '',
    ...content(mail),
    ...(mail.chain_hidden ? ['', style.dim('(email chain hidden; --chain shows it)')] : []),
  ];
}

function fields(mail: ShownMail, timezone: string): (readonly [name: string, value: string])[] {
  const time = (iso: string | null) => (iso === null ? '' : formatTime(Date.parse(iso), timezone));
  const places = mail.folders.map((each) => `${each.folder}${each.removed_at === null ? '' : ' (no longer there)'}`);
  return [
    ['From', mail.from === null ? '(nobody)' : personText(mail.from)],
    ['Sent by', mail.sender === null ? '' : personText(mail.sender)],
    ['Reply to', peopleText(mail.reply_to)],
    ['To', peopleText(mail.to)],
    ['Cc', peopleText(mail.cc)],
    ['Bcc', peopleText(mail.bcc)],
    ['Received', time(mail.received_at)],
    ['Mailbox', terminalText(`${mail.mailbox}, ${places.join(', ')}`)],
    [
      'State',
      terminalText(mail.note === null ? stateText(mail) : `CRM note on ${mail.note.client.name}, by ${mail.filed_by}`),
    ],
  ];
}

function warnings(mail: ShownMail): string[] {
  return [
    ...(mail.verified === 'fail' ? [notVerified(mail.verified_because)] : []),
    ...(mail.protection === 'none' ? [] : [`protected (${mail.protection}): its text may not be readable here`]),
  ];
}

function attachmentLine({ name, size, content_type, inline, note }: ShownAttachment): string {
  const about = [formatBytes(size), content_type, ...(inline ? ['inline'] : []), ...(note === null ? [] : [note])];
  return terminalText(`[${name === '' ? 'unnamed' : name}, ${about.join(', ')}]`);
}

function savedLine({ name, path, note }: SavedFile): string {
  return terminalText(path === null ? `not saved: ${name} (${note ?? ''})` : `saved ${path}`);
}

function content(mail: ShownMail): string[] {
  if (mail.raw !== undefined) return lines(mail.raw);
  const headers = (mail.headers ?? []).map(({ name, value }) => terminalText(`${name}: ${value}`));
  return [...headers, ...(headers.length === 0 ? [] : ['']), ...lines(mail.body_text.trim())];
}

function lines(text: string): string[] {
  return terminalText(text, { multiline: true }).split('\n');
}
