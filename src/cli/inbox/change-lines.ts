import { terminalText } from '../../content/terminal.ts';
import type { ChangedMail, ChangeReport } from '../../inbox/change.ts';
import type { Output } from '../output.ts';

/** What was done is the data, a line per mail; what else is worth knowing is words. */
export function printChange(output: Output, report: ChangeReport): void {
  output.print(report, ({ style }) =>
    report.mails.map((mail) => `${style.cyan(mail.id)}  ${terminalText(changedText(mail, report))}`),
  );
  if (output.json) return;
  for (const note of report.notes) output.say(note);
  if (report.dry_run) output.say('dry run: nothing was changed');
}

export function changedText({ outcome, ticket, from_ticket: from }: ChangedMail, { client }: ChangeReport): string {
  const away = from === undefined ? '' : ` from ${from}`;
  switch (outcome) {
    case 'filed':
      return `filed on ${ticket}`;
    case 'noted':
      return `a note on ${client?.name ?? 'the client'}`;
    case 'dismissed':
      return 'dismissed';
    case 'undone':
      return from === undefined ? 'brought back' : `taken back${away}`;
    case 'moved':
      return `moved${away} to ${ticket}`;
    case 'deleted':
      return 'deleted';
    case 'unchanged':
      return ticket === null ? 'unchanged' : `is on ${ticket} already`;
  }
}
