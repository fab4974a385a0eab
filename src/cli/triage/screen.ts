import { personName } from '../../content/person-text.ts';
import { displayWidth, padEnd, terminalText } from '../../content/terminal.ts';
import type { Person } from '../../domain/message.ts';
import type { InboxEntry } from '../../inbox/list.ts';
import { formatTime } from '../format.ts';
import { reasonText } from '../inbox/words.ts';
import type { Look, ScreenSize } from './look.ts';
import { previewLines } from './preview.ts';
import type { TriageState } from './state.ts';
import { characters } from './wrap.ts';

const narrowest = 40;
const shortest = 12;

/** Rows for the list; the rest, without the five that frame it, is the preview's. */
export function listRows({ rows }: ScreenSize): number {
  return Math.max(3, Math.floor((rows - 4) / 3));
}

export function previewRows(size: ScreenSize): number {
  return Math.max(1, size.rows - listRows(size) - 4);
}

/**
 * The whole screen: exactly so many rows, none wider than the terminal. Columns of the list are placed by position, so
 * that a terminal with other ideas of a character's width still shows them straight.
 */
export function screen(state: TriageState, size: ScreenSize, look: Look): string[] {
  if (size.columns < narrowest || size.rows < shortest) return tooSmall(size);
  const body = state.mode.kind === 'help' ? helpLines(size, look) : mainLines(state, size, look);
  const lines = [head(state, size, look), ...body];
  while (lines.length < size.rows - 2) lines.push('');
  return [...lines.slice(0, size.rows - 2), messageLine(state, size, look), keyLine(state, size, look)];
}

function tooSmall({ columns, rows }: ScreenSize): string[] {
  const text = terminalText(`at least ${narrowest}×${shortest}, please (q quits)`, { width: columns });
  return Array.from({ length: rows }, (_, row) => (row === 0 ? text : ''));
}

function head(state: TriageState, { columns }: ScreenSize, { style }: Look): string {
  const { entries, search, conversation, hideChain, marked, selected } = state;
  const at = entries.length === 0 ? '' : `${selected + 1} of ${entries.length}`;
  const parts = [
    'My Inbox',
    at,
    ...(search === '' ? [] : [`search: ${search}`]),
    ...(marked.size === 0 ? [] : [`${marked.size} marked`]),
    ...(conversation ? ['whole conversations'] : []),
    ...(hideChain ? ['filing hides the chain'] : []),
  ];
  const text = parts.filter((part) => part !== '').join('  ·  ');
  return style.bold(padEnd(terminalText(text, { width: columns }), columns));
}

function mainLines(state: TriageState, size: ScreenSize, look: Look): string[] {
  const rows = listRows(size);
  const list = listLines(state, rows, size.columns, look);
  while (list.length < rows) list.push('');
  const rule = look.style.dim('─'.repeat(size.columns));
  return [...list, rule, ...previewLines(state, { columns: size.columns, rows: previewRows(size) }, look)];
}

function listLines(state: TriageState, rows: number, columns: number, look: Look): string[] {
  if (state.entries.length === 0) {
    return [
      state.search === '' ? 'Nothing waits here. r looks again, q quits.' : 'Nothing found. Esc shows everything.',
    ];
  }
  const top = Math.max(0, Math.min(state.selected - Math.floor(rows / 2), state.entries.length - rows));
  const several = new Set(state.entries.map((entry) => entry.mailbox)).size > 1;
  return state.entries
    .slice(top, top + rows)
    .map((entry, index) =>
      listLine(state, { entry, selected: top + index === state.selected, several }, columns, look),
    );
}

interface Line {
  readonly entry: InboxEntry;
  readonly selected: boolean;
  readonly several: boolean;
}

function listLine(state: TriageState, { entry, selected, several }: Line, columns: number, look: Look): string {
  const sign = `${selected ? '>' : ' '}${state.marked.has(entry.id) ? '*' : ' '}`;
  const who = entry.sent ? `to ${nameOf(entry.to[0])}` : nameOf(entry.from);
  const where = several ? `${entry.mailbox}: ` : '';
  const subject = `${entry.verified === 'fail' ? '[!] ' : ''}${entry.subject === '' ? '(no subject)' : entry.subject}`;
  const whoWidth = Math.min(22, Math.floor(columns / 4));
  const cells = [
    { at: 1, text: sign, width: 2 },
    { at: 4, text: entry.id, width: 6 },
    { at: 11, text: formatTime(Date.parse(entry.received_at), look.timezone).slice(5), width: 11 },
    { at: 24, text: who, width: whoWidth },
    {
      at: 26 + whoWidth,
      text: `${where}${subject}${entry.has_attachments ? ' [+]' : ''}`,
      width: columns - 25 - whoWidth,
    },
  ];
  const line = cells.map(({ at, text, width }) => `${column(at)}${terminalText(text, { width })}`).join('');
  return selected ? look.style.bold(line) : line;
}

/** Places what follows, whatever the terminal made of what was before. */
function column(at: number): string {
  return at === 1 ? '' : `\u001b[${at}G`;
}

function nameOf(person: Person | null | undefined): string {
  return person === null || person === undefined ? '(nobody)' : personName(person);
}

function messageLine(
  { mode, message, entries, selected }: TriageState,
  { columns }: ScreenSize,
  { style }: Look,
): string {
  const fit = (text: string) => terminalText(text, { width: columns });
  switch (mode.kind) {
    case 'prompt':
      return style.bold(tail(`${mode.what === 'ticket' ? 'Ticket' : 'Search'}: ${mode.text}`, columns - 1));
    case 'confirm':
      return style.yellow(fit(`${mode.question} y/N`));
    case 'help':
    case 'browse':
      if (message !== null)
        return message.kind === 'error' ? style.red(fit(message.text)) : style.green(fit(message.text));
      return style.dim(fit(reasonText(entries[selected]?.reason ?? null)));
  }
}

/** The end of what is typed is what one looks at. */
function tail(text: string, width: number): string {
  let shown = terminalText(text);
  while (displayWidth(shown) > width) shown = characters(shown).slice(1).join('');
  return shown;
}

/** How far the cursor stands in the message line; null where nothing is typed. */
export function cursorColumn({ mode }: TriageState, { columns }: ScreenSize): number | null {
  if (mode.kind !== 'prompt') return null;
  return displayWidth(tail(`${mode.what === 'ticket' ? 'Ticket' : 'Search'}: ${mode.text}`, columns - 1)) + 1;
}

function keyLine({ mode }: TriageState, { columns }: ScreenSize, { style }: Look): string {
  const keys = {
    browse: '1-5 file  t ticket  n new  c note  d dismiss  u undo  / search  ? help  q quit',
    help: 'any key goes back',
    prompt: 'Enter accepts  Esc cancels  ^U empties',
    confirm: 'y yes  any other key no',
  };
  return style.dim(terminalText(keys[mode.kind], { width: columns }));
}

const help: readonly (readonly [keys: string, what: string])[] = [
  ['j k ↓ ↑', 'next and previous mail; g and G first and last'],
  ['f b', 'further down and up in the mail; also page keys'],
  ['space', 'mark, for one action on several mails'],
  ['1 … 5', 'file on that candidate'],
  ['t', 'file on a ticket you name'],
  ['n', 'new ticket with this mail as its opening action'],
  ['c', 'CRM note on the suggested client'],
  ['d', 'dismiss: out of sight'],
  ['D', 'delete for ever (administrators); asks first'],
  ['u', 'take the last action back, and the one before …'],
  ['a', 'the next filing takes the whole conversation, or not'],
  ['h', 'the next filing hides the email chain, or not'],
  ['v', 'show the email chain, or the new part only'],
  ['e', 'explain: why this mail is here'],
  ['/', 'search sender, subject and body; Esc ends it'],
  ['r', 'look for new mail'],
  ['q', 'quit'],
];

function helpLines({ columns }: ScreenSize, { style }: Look): string[] {
  return help.map(([keys, what]) => `${style.cyan(padEnd(keys, 8))}  ${terminalText(what, { width: columns - 10 })}`);
}
