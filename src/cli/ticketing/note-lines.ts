import { personText } from '../../content/person-text.ts';
import { senderWarnings } from '../../content/sender-words.ts';
import { terminalText } from '../../content/terminal.ts';
import type { NoteView } from '../../inbox/client-notes.ts';
import { formatTime } from '../format.ts';
import type { Page } from '../output.ts';

/** A CRM note as a person reads it; every text from outside is made safe here. */
export function noteLines(note: NoteView, { style }: Page, timezone: string): string[] {
  const about = ['note', ...(note.message === null ? [] : [note.message]), `filed by ${note.by}`].join(', ');
  const because = note.verified_because;
  return [
    `${style.cyan(formatTime(Date.parse(note.at), timezone))}  ${style.dim(terminalText(about))}`,
    ...(note.from === null ? [] : [personText(note.from)]),
    ...senderWarnings({ sent: note.direction !== 'in', verified: note.verified, because }).map(style.yellow),
    note.subject === null ? style.dim('(the mail is no longer stored)') : style.bold(terminalText(note.subject)),
    ...terminalText(note.body_text.trim(), { multiline: true })
      .split('\n')
      .map((line) => `  ${line}`.trimEnd()),
  ];
}
