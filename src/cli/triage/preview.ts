import { terminalText } from '../../content/terminal.ts';
import type { ShownMail } from '../../inbox/show.ts';
import { formatBytes } from '../format.ts';
import { notVerified, peopleText, personText } from '../inbox/words.ts';
import type { Look, ScreenSize } from './look.ts';
import { selectedEntry } from './state.ts';
import type { TriageState } from './state.ts';
import { wrap } from './wrap.ts';

/** Characters of a body that are laid out; `inbox show` has them all. */
const mostText = 200_000;

/** The selected mail: who, where it may belong and why, and its new part; from `scroll` on. */
export function previewLines(state: TriageState, { columns, rows }: ScreenSize, look: Look): string[] {
  const lines = contentLines(state, columns, look);
  const last = Math.max(0, lines.length - rows);
  const from = Math.min(state.scroll, last);
  const seen = lines.slice(from, from + rows);
  if (from + rows < lines.length) {
    seen[rows - 1] = look.style.dim(
      terminalText(`… ${lines.length - from - rows + 1} more lines: f`, { width: columns }),
    );
  }
  return seen;
}

/** How far the preview can be scrolled. */
export function lastScroll(state: TriageState, { columns, rows }: ScreenSize, look: Look): number {
  return Math.max(0, contentLines(state, columns, look).length - rows);
}

function contentLines(state: TriageState, columns: number, look: Look): string[] {
  if (selectedEntry(state) === undefined) return [];
  if (state.explanation !== null) return state.explanation.flatMap((line) => wrap(line, columns));
  const { mail } = state;
  if (mail === null) return [look.style.dim('…')];
  return [...headLines(mail, columns, look), '', ...bodyLines(mail, columns, look)];
}

function headLines(mail: ShownMail, columns: number, { style }: Look): string[] {
  const fit = (text: string) => terminalText(text, { width: columns });
  const from = mail.from === null ? '(nobody)' : personText(mail.from);
  const client = mail.suggested_client;
  const files = mail.attachments
    .filter((each) => !each.inline)
    .map(({ name, size }) => `${name} (${formatBytes(size)})`);
  return [
    style.bold(fit(mail.subject === '' ? '(no subject)' : mail.subject)),
    fit(`from ${from}${mail.to.length === 0 ? '' : ` to ${peopleText(mail.to)}`}`),
    ...(mail.verified === 'fail' ? [style.yellow(fit(notVerified(mail.verified_because)))] : []),
    ...(files.length === 0 ? [] : [style.dim(fit(`[+] ${files.join(', ')}`))]),
    ...(client === null ? [] : [fit(`c  ${client.name}: ${client.reason}`)]),
    ...mail.candidates.slice(0, 5).map((each, index) => {
      const text = fit(
        `${index + 1}  ${each.ticket} ${each.summary} (${Math.round(each.score * 100)} %: ${each.reason})`,
      );
      return style.cyan(text);
    }),
  ];
}

function bodyLines(mail: ShownMail, columns: number, { style }: Look): string[] {
  const lines = wrap(mail.body_text.slice(0, mostText).trim(), columns);
  return mail.chain_hidden ? [...lines, '', style.dim('(email chain hidden: v)')] : lines;
}
