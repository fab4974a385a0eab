import { type HeaderRole, headerRoles } from './header-labels.ts';
import type { Line } from './lines.ts';

/** A quoted mail's own header, as clients write it above the chain. Line numbers; `end` is exclusive. */
export interface HeaderBlock {
  readonly start: number;
  readonly end: number;
  readonly roles: ReadonlySet<HeaderRole>;
  readonly hasAddress: boolean;
  readonly hasDate: boolean;
  /** A date with a time of day. */
  readonly hasTime: boolean;
  /** When it was sent stands before to whom, as clients have it, not as "from Berlin to Munich on 5 May". */
  readonly dateBeforeTo: boolean;
  /** It names somebody as Lotus Notes does: "Ann Archer/SALES/CONTOSO@CONTOSO", or its label "cc:". */
  readonly isNotes: boolean;
  /** Labels in capitals (TO, FROM, DATE) are those of a memorandum; no mail client writes them. */
  readonly isMemo: boolean;
}

interface HeaderLine {
  readonly label: string;
  readonly roles: ReadonlySet<HeaderRole>;
  readonly value: string;
}

const labelled = /^[\s*_•|]{0,6}(\p{L}[^:：\t@<>]{0,34}?)[\s*_]{0,4}[:：](?!\/\/)[\s*_]{0,4}(.*)$/u;
const address = /[^\s<>"'(),;:]@[\p{L}\p{N}-]+\.[\p{L}\p{N}]|\[mailto:/u;
const dateLike = /\p{N}{4}|\p{N}{1,2}[./-]\p{N}{1,2}|\p{N}{1,2}[:.]\p{N}{2}|[年月日년월일]/u;
const timeLike = /\p{N}{1,2}(?:[:h時时])\p{N}{2}|(?<![\p{N}.])\p{N}{1,2}\.\p{N}{2}(?![\p{N}.])/u;
const notesName = /[\p{L}\p{N}]\/[\p{L}\p{N}_ -]{1,40}(?:[/@,]|$)/u;
const inlineLabel = /(?:^|[\s>*\]])(\p{L}[\p{L}\p{M} .'’-]{0,22}?)[:：]/gu;

const maxBlockLines = 60;
/** More labels than any client writes. */
const maxLabels = 12;
const maxContinuationLines = 30;
const maxBlanks = 1;

/** The header line at `text`, where it begins with a label of a mail header. */
export function headerLine(text: string): HeaderLine | undefined {
  const match = labelled.exec(text);
  if (match?.[1] === undefined) return undefined;
  const roles = headerRoles(match[1]);
  return roles === undefined ? undefined : { label: match[1], roles, value: match[2] ?? '' };
}

const remembered = new WeakMap<Line, HeaderLine | null>();

/** The same for a line, remembered: blocks look at their lines again and again. */
function headerOf(line: Line | undefined): HeaderLine | undefined {
  if (line === undefined) return undefined;
  let header = remembered.get(line);
  if (header === undefined) {
    header = headerLine(line.text) ?? null;
    remembered.set(line, header);
  }
  return header ?? undefined;
}

/** The header block that begins at line `start`; whether it is evidence enough is for the caller. */
export function readHeaderBlock(lines: readonly Line[], start: number): HeaderBlock | undefined {
  const first = lines[start];
  const header = headerOf(first);
  if (first === undefined || header === undefined) return undefined;
  if (![...header.roles].some((role) => role !== 'other' && role !== 'cc')) return undefined;
  const inline = inlineBlock(first.text, start);
  if (inline !== undefined && inline.roles.size >= 3) return inline;
  const block = blockFrom(lines, start);
  return inline !== undefined && block.roles.size < 2 ? inline : block;
}

function blockFrom(lines: readonly Line[], start: number): HeaderBlock {
  const found: HeaderLine[] = [];
  let end = start;
  let at = start;
  let skipped = 0;
  const quote = lines[start]?.quote;
  for (; at < lines.length && at < start + maxBlockLines && found.length < maxLabels; at += 1) {
    const line = lines[at];
    if (line === undefined || (line.quote !== quote && line.text !== '')) break;
    const header = headerOf(line);
    if (line.marks.divider && beginsNext(header, found)) break;
    if (header !== undefined) {
      found.push(header);
      end = at + 1;
      skipped = 0;
      continue;
    }
    const last = found.at(-1);
    if (last === undefined || !continues(lines, at, end, last)) break;
    found[found.length - 1] = { ...last, value: `${last.value} ${line.text}` };
    skipped += 1;
    if (skipped > maxContinuationLines) break;
  }
  return assess(start, end, found);
}

/** The label that a block began with, met again at a client's own mark, begins the next one. */
function beginsNext(header: HeaderLine | undefined, found: readonly HeaderLine[]): boolean {
  return found.length > 1 && header?.label === found[0]?.label;
}

/** A blank line, or the rest of a long list of recipients, between two header lines. */
function continues(lines: readonly Line[], at: number, end: number, last: HeaderLine): boolean {
  const text = lines[at]?.text ?? '';
  const blanks = lines.slice(end, at + 1).filter((line) => line.text === '').length;
  if (blanks > maxBlanks) return false;
  if (text === '') return true;
  if (blanks === 0 && isListOfPeople(last)) return labelAhead(lines, at, maxContinuationLines);
  // A wrapped line, or a value on the line below its label.
  return text.length <= 200 && labelAhead(lines, at, 2);
}

function isListOfPeople({ roles }: HeaderLine): boolean {
  return roles.has('to') || roles.has('cc') || roles.has('from');
}

/** The next header line comes before the next blank one (one blank may stand before it). */
function labelAhead(lines: readonly Line[], at: number, within: number): boolean {
  for (let ahead = at + 1; ahead <= at + within; ahead += 1) {
    const text = lines[ahead]?.text ?? '';
    if (text === '') return headerOf(lines[ahead + 1]) !== undefined;
    if (headerOf(lines[ahead]) !== undefined) return true;
  }
  return false;
}

function assess(start: number, end: number, found: readonly HeaderLine[]): HeaderBlock {
  const roles = new Set<HeaderRole>();
  // Labels with one meaning first: "A" is To only where From was not said by it.
  for (const header of found.toSorted((a, b) => a.roles.size - b.roles.size)) {
    const free = [...header.roles].find((role) => !roles.has(role));
    if (free !== undefined) roles.add(free);
  }
  const people = found.filter((header) => header.roles.has('from') || header.roles.has('to') || header.roles.has('cc'));
  const dates = found.filter((header) => header.roles.has('date'));
  return {
    start,
    end,
    roles,
    hasAddress: people.some((header) => address.test(header.value)),
    hasDate: dates.some((header) => dateLike.test(header.value)),
    isMemo: found.filter((header) => /^\p{Lu}{3,}$/u.test(header.label)).length >= 2,
    hasTime: dates.some(({ value }) => /\p{N}{4}|\p{N}[./-]\p{N}{2}/u.test(value) && timeLike.test(value)),
    dateBeforeTo: isBefore(found, 'date', 'to'),
    isNotes: people.some(({ label, value }) => label === 'cc' || notesName.test(value)),
  };
}

function isBefore(found: readonly HeaderLine[], first: HeaderRole, second: HeaderRole): boolean {
  const at = (role: HeaderRole) => found.findIndex(({ roles }) => roles.has(role));
  return at(first) !== -1 && at(first) < at(second);
}

/** A whole block on one line, as some clients flatten it: "From: … Sent: … To: … Subject: …". */
function inlineBlock(text: string, start: number): HeaderBlock | undefined {
  const found: HeaderLine[] = [];
  for (const match of text.matchAll(inlineLabel)) {
    const roles = headerRoles(match[1] ?? '');
    if (roles !== undefined) found.push({ label: match[1] ?? '', roles, value: text.slice(match.index) });
  }
  const block = assess(start, start + 1, found);
  return block.roles.size >= 2 && block.roles.has('from') && (block.hasAddress || block.hasDate) ? block : undefined;
}

/**
 * Enough to be the header of a quoted mail. `announced`: a separator stands before it, or the markup says so; then two
 * lines are enough. An itinerary ("From: Berlin, To: Munich, Date: …") has no subject and no address.
 */
export function isConvincing(block: HeaderBlock, announced: boolean): boolean {
  const known = [...block.roles].filter((role) => role !== 'other').length;
  if (known < 2 || (block.isMemo && !announced)) return false;
  return block.roles.has('from') ? namesAMail(block, known, announced) : isDatedToSomebody(block, known, announced);
}

function namesAMail(block: HeaderBlock, known: number, announced: boolean): boolean {
  const { roles, hasAddress, hasDate, hasTime, dateBeforeTo } = block;
  if (known >= 3 && (hasAddress || announced || (roles.has('subject') && hasDate))) return true;
  // Windows Mail writes no subject where the mail had none.
  if (hasTime && dateBeforeTo) return true;
  if (announced) return hasAddress || hasDate || roles.has('subject');
  return hasAddress && (hasDate || roles.has('subject'));
}

/** All that a client says of the mail it quotes: who, when, and to whom or about what. */
export function isComplete({ roles, hasDate }: HeaderBlock): boolean {
  return roles.has('from') && roles.has('date') && hasDate && (roles.has('to') || roles.has('subject'));
}

/** Without a From: a date with somebody's address, or with everything else. */
function isDatedToSomebody(block: HeaderBlock, known: number, announced: boolean): boolean {
  if (!block.hasDate) return false;
  if (known >= 3) return block.roles.has('subject') || block.hasAddress;
  return block.roles.has('to') && block.hasAddress && (announced || block.hasTime);
}
