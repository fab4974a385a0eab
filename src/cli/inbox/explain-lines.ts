import { peopleText, personText } from '../../content/person-text.ts';
import { senderWarnings } from '../../content/sender-words.ts';
import { terminalText } from '../../content/terminal.ts';
import type { ExplainedPlacement, Explanation, HistoryLine } from '../../inbox/explain.ts';
import type { ShownDecision, StoredStep } from '../../inbox/stored-decision.ts';
import { formatTime } from '../format.ts';
import type { Page } from '../output.ts';
import { reasonText, stateText } from './words.ts';

const widestStep = 'address_and_subject'.length;

/** The whole story of a mail: every copy, every step, every candidate, and what people did since. */
export function explanationLines(explanation: Explanation, page: Page, timezone: string): string[] {
  const { message, placements, history, same_id: sameId } = explanation;
  const { style } = page;
  const from = message.from === null ? 'nobody' : personText(message.from);
  return [
    `${style.cyan(message.id)}  ${style.bold(message.subject === '' ? '(no subject)' : terminalText(message.subject))}`,
    `from ${from} to ${peopleText(message.to)}, received ${formatTime(Date.parse(message.received_at), timezone)}`,
    ...senderWarnings({ ...message, because: message.verified_because }).map(style.yellow),
    ...(message.internet_message_id === null ? [] : [style.dim(terminalText(message.internet_message_id))]),
    ...(sameId.length === 0 ? [] : [style.yellow(`another mail with this id: ${sameId.join(', ')}`)]),
    ...placements.flatMap((placement) => ['', ...placementLines(placement, page, timezone)]),
    ...(history.length === 0 ? [] : ['', style.bold('history')]),
    ...history.map((line) => `  ${historyText(line, timezone)}`),
  ];
}

function placementLines(placement: ExplainedPlacement, page: Page, timezone: string): string[] {
  const { style } = page;
  const gone = placement.removed_at === null ? '' : ' (no longer there)';
  return [
    style.bold(terminalText(`${placement.id}  ${placement.mailbox}, ${placement.folder}${gone}`)),
    ...(placement.verified === 'fail' ? [style.yellow('  the sender of this copy is not verified')] : []),
    `  now: ${terminalText(stateText(placement))}`,
    ...todayLines(placement),
    ...placement.earlier.flatMap((earlier) =>
      decisionLines(earlier, `decided ${formatTime(Date.parse(earlier.at), timezone)}, later taken back`, page),
    ),
    ...decisionLines(placement, `decided ${formatTime(Date.parse(placement.decided_at), timezone)}`, page),
  ];
}

/** Worth a line only where it differs from what was decided. */
function todayLines({ today, decision }: ExplainedPlacement): string[] {
  if (today === null || (today.kind === decision.kind && today.reason === decision.reason)) return [];
  const apply = today.kind === 'matched' ? ' (integrator rules apply)' : '';
  return [`  by today's tickets: ${terminalText(decisionText(today))}${apply}`];
}

function decisionLines(
  { decision, steps }: { readonly decision: ShownDecision; readonly steps: readonly StoredStep[] },
  when: string,
  page: Page,
): string[] {
  return [`  ${when}: ${terminalText(decisionText(decision))}`, ...steps.flatMap((step) => stepLines(step, page))];
}

function decisionText({ kind, ticket, rule, reason }: ShownDecision): string {
  switch (kind) {
    case 'matched':
      return `matched to ${ticket ?? '?'} by ${rule === 'reply' ? 'the mail it answers' : (rule ?? '?').replaceAll('_', ' ')}`;
    case 'new_ticket':
      return `opened ${ticket ?? 'a ticket'}`;
    case 'inbox':
      return `to My Inbox: ${reasonText(reason)}`;
    case 'kept':
      return `sent mail, kept: ${reasonText(reason)}`;
    case 'ignored':
      return `ignored: ${reasonText(reason)}`;
    case 'duplicate':
      return 'a further copy of the same mail';
  }
}

function stepLines({ step, outcome, candidates }: StoredStep, { style }: Page): string[] {
  return [
    `    ${style.dim(terminalText(step).padEnd(widestStep))}  ${terminalText(outcome)}`,
    ...candidates.map(({ ticket, accepted, because }) => {
      const text = terminalText(`${accepted ? 'yes' : 'no '}  ${ticket}: ${because}`);
      return `    ${' '.repeat(widestStep)}    ${accepted ? style.green(text) : text}`;
    }),
  ];
}

/** `2026-11-02 10:00  m12  ann  inbox.undo  ticket OPP-3` */
export function historyText({ at, id, who, verb, outcome, detail }: HistoryLine, timezone: string): string {
  const words = Object.entries(detail).map(([key, value]) =>
    value === true ? key.replaceAll('_', ' ') : `${key.replaceAll('_', ' ')} ${valueText(value)}`,
  );
  const refused = outcome === 'refused' ? ['REFUSED'] : [];
  const parts = [formatTime(Date.parse(at), timezone), who, verb, id, ...refused, words.join(', ')];
  return terminalText(parts.filter((part) => part !== '').join('  '));
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
