import { personName } from '../content/person-text.ts';
import { terminalText } from '../content/terminal.ts';
import type { PlannedFiling } from '../importer/planned-filings.ts';
import { mailId } from '../inbox/mail-id.ts';
import { formatTime } from './format.ts';
import { reasonText } from './inbox/words.ts';
import type { Page } from './output.ts';
import { table } from './table.ts';
import type { Column } from './table.ts';

/** As `filings --json` has them. */
export function plannedJson({ item, ...filing }: PlannedFiling) {
  return { ...filing, message: item === null ? null : mailId(item) };
}

/** Every mail of a dry run and what would become of it; no lines where there is none. */
export function plannedLines(filings: readonly PlannedFiling[], { width, style }: Page, timezone: string): string[] {
  if (filings.length === 0) return [];
  const columns: readonly Column<PlannedFiling>[] = [
    { title: 'MAILBOX', value: (row) => row.mailbox, shrinks: 'first' },
    { title: 'RECEIVED', value: ({ received_at: at }) => (at === null ? '–' : formatTime(Date.parse(at), timezone)) },
    { title: 'FROM', value: ({ from }) => (from === null ? '(nobody)' : personName(from)), shrinks: 'first' },
    { title: 'SUBJECT', value: ({ subject }) => subject ?? '–', shrinks: true },
    { title: 'OUTCOME', value: fateText, shrinks: true, paint: (text, { kind }) => painted(text, kind, style) },
  ];
  return [...table(columns, filings, { width, paintTitle: style.dim }), ''];
}

function painted(text: string, kind: PlannedFiling['kind'], style: Page['style']): string {
  if (kind === 'filed' || kind === 'opened') return style.green(text);
  return kind === 'set_aside' ? style.yellow(text) : text;
}

/** "→ OPP-3 (address_and_subject)", "My Inbox: no ticket fits", "opens Opportunity" */
function fateText(filing: PlannedFiling): string {
  switch (filing.kind) {
    case 'filed':
      return filedText(filing);
    case 'opened':
      return `opens ${filing.ticket_type}`;
    case 'waiting':
      return `My Inbox: ${reasonText(filing.reason)}`;
    case 'kept':
      return `kept (sent): ${reasonText(filing.reason)}`;
    case 'ignored':
      return `ignored: ${ignoredText(filing.reason)}`;
    case 'set_aside':
      return terminalText(`set aside: ${filing.reason ?? 'cannot be read'}`);
  }
}

function filedText({ ticket, ticket_type, rule }: PlannedFiling): string {
  const by = rule === null ? '' : ` (${rule})`;
  return `→ ${ticket ?? `the ${ticket_type} that another mail opens`}${by}`;
}

const ignoredWords: Readonly<Record<string, string>> = {
  sender: 'its sender is to be ignored',
  internal: 'among own domains only',
  sensitivity: 'private or confidential',
  draft: 'a draft',
};

function ignoredText(reason: string | null): string {
  return ignoredWords[reason ?? ''] ?? reasonText(reason);
}
