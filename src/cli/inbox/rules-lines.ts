import { terminalText } from '../../content/terminal.ts';
import type { ApplyReport } from '../../inbox/rules-apply.ts';
import { differenceKinds } from '../../inbox/rules-test.ts';
import type { Difference, DifferenceKind, RulesReport } from '../../inbox/rules-test.ts';
import type { Page } from '../output.ts';
import { table } from '../table.ts';

const titles: Readonly<Record<DifferenceKind, string>> = {
  newly_matched: 'would match a ticket',
  moved: 'would go to another ticket',
  stopped: 'would match no ticket any more',
  would_open: 'would open a ticket',
  would_ignore: 'would be ignored',
};

const leftAlone: Readonly<Record<keyof RulesReport['not_judged'], string>> = {
  by_people: 'filed or dismissed by people: rules leave them alone',
  on_closed_tickets: 'on tickets that are closed by now: not compared',
  not_configured: 'of mailboxes that the configuration does not have',
};

/** Counts first, then examples of each kind with what decided. */
export function rulesReportLines(report: RulesReport, { style }: Page): string[] {
  const { counts, not_judged, examples, decided } = report;
  const counted = [
    ...differenceKinds.map((kind) => [counts[kind], titles[kind]] as const),
    [counts.unchanged, 'as they are'] as const,
  ];
  return [
    `${decided} mails decided again`,
    ...counted.map(([number, title]) => `${String(number).padStart(8)}  ${title}`),
    ...(['by_people', 'on_closed_tickets', 'not_configured'] as const).flatMap((kind) =>
      not_judged[kind] === 0 ? [] : style.dim(`${String(not_judged[kind]).padStart(8)}  ${leftAlone[kind]}`),
    ),
    ...differenceKinds.flatMap((kind) =>
      examples[kind].length === 0 ? [] : ['', style.bold(titles[kind]), ...examples[kind].flatMap(exampleLines)],
    ),
  ];
}

function exampleLines({ id, from, subject, before, after, because }: Difference): string[] {
  const who = from === null ? '' : from.address;
  return [
    terminalText(`  ${id}  ${subject === '' ? '(no subject)' : subject}  ${who}`),
    terminalText(`      ${before} → ${after}: ${because}`),
  ];
}

export function appliedLines({ filed }: ApplyReport, { width, style }: Page): string[] {
  return table(
    [
      { title: 'ID', value: (row) => row.id, paint: style.cyan },
      { title: 'TICKET', value: (row) => row.ticket },
      { title: 'BY', value: (row) => row.rule.replaceAll('_', ' ') },
      { title: 'MAILBOX', value: (row) => row.mailbox, shrinks: true },
      { title: 'SUBJECT', value: (row) => row.subject, shrinks: true },
    ],
    filed,
    { width, paintTitle: style.dim },
  );
}
