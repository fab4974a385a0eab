import { address, bracketedAddress, clock, day, starter, verb } from './attribution-words.ts';
import { headerLine } from './header-block.ts';
import type { Line } from './lines.ts';

/** A line, or up to four wrapped ones, that says who wrote what follows. Line numbers; `end` is exclusive. */
export interface Attribution {
  readonly start: number;
  readonly end: number;
  /** It stands without quoted lines below it. */
  readonly strong: boolean;
  /** Where it begins within line `start`, in the line's text. */
  readonly column: number;
}

type Strength = 'strong' | 'weak' | undefined;

/** What a text says, as far as it matters here. */
interface Traits {
  readonly text: string;
  /** A mail client's own markup marks the line. */
  readonly divider: boolean;
  readonly quotedBelow: boolean;
  readonly who: boolean;
  readonly when: boolean;
  readonly timed: boolean;
  readonly wrote: boolean;
}

const maxWrappedLines = 4;
const maxLength = 350;
const maxShortLength = 120;
const ending = /[:：]\s*[>*_"”»)]*$/u;
const groupWise = /^>>> .{3,200} >>>$/u;
/** The old Gmail form without an address: "2016-03-03 17:21 GMT+01:00 Ann Archer". */
const dateAndName = /^\d{4}[-/]\d{1,2}[-/]\d{1,2} \d{1,2}:\d{2} (?:GMT|UTC)?[+-]\d{1,2}:?\d{2} \p{L}.{1,80}$/u;
/** "Ann Archer <ann@contoso.test> wrote:" and nothing else. */
const nameAndVerb = new RegExp(
  `^["']?[\\p{Lu}\\p{Lo}][^<>:.!?]{1,60}<[^<>\\s@]+@[^<>\\s]+>,? ?(?:${verb.source})\\s*[:：]$`,
  'iu',
);
/**
 * "Ann Archer wrote:", as phones have it: two to four words that begin in capitals, or a name of a script without, and
 * what authors do. A sentence of somebody's begins so too ("As Ann wrote:"), hence the words it begins with.
 */
const authored = `(?!(?:sent|said|posted|commented|replied|writes)\\b)(?:${verb.source})`;
const capital = "\\p{Lu}[\\p{L}\\p{M}.'’-]{0,30}";
const namePart = `(?:${capital}|van|von|de|del|della|der|den|di|da|do|dos|la|le|af|av|al|bin|ibn|ter|zu)(?![\\p{L}\\p{M}])`;
const nameAlone = `${capital}(?:,? ${namePart}){1,4}|[\\p{Lo}\\p{M}]{2,20}(?: [\\p{Lo}\\p{M}]{1,20}){0,3}`;
const nameAndVerbAlone = new RegExp(`^["'“]?(?:${nameAlone})["'”]?,? ?${authored}\\s*[:：]$`, 'u');
const sentenceOpener =
  /^(?:as|like|what|when|while|where|how|why|here|there|this|that|these|those|he|she|it|they|we|you|the|an?|so|and|but|or|if|then|also|yesterday|today|later|earlier|finally|once|since|because|our|my|your|his|her|their|wie|was|wann|wo|hier|dies|das|die|der|er|sie|wir|ihr|und|aber|dann|auch|gestern|heute|mein|unser|comme|ce|voici|il|elle|nous|vous|et|mais|hier|como|lo|aquí|él|ella|y|pero|ayer|come|questo|ecco|lui|lei|e|ma|ieri|zoals|wat|hij|zij|wij|en|maar|gisteren|som|vad|han|hon|vi|och|men|hvad|hun|og|jak|co|on|ona|my|i|ale|wczoraj|как|что|он|она|мы|и|но|вчера)(?=[\s,])/iu;
/** '--- "Archer, Ann" <ann@contoso.test>', as Yahoo had it, and the same without dashes. */
const beginsWithAuthor = /^(?:-{2,4} ?)?["'“]?\p{Lu}[^.!?<>]{1,60}<[^<>\s@]+@[^<>\s]+>/u;
/** Few words, and no sentence. */
const nameOnly = /^[\p{Lu}\p{Lo}][^.!?,;]{2,50}$/u;
const everyVerb = new RegExp(verb.source, 'giu');
const nameParticle =
  /^(?:van|von|vom|zu|zur|de|del|della|der|den|des|di|da|das|do|dos|du|la|le|af|av|al|el|bin|ibn|het|ter|ten|te|o|użytkownik|oseba|user)$/u;
const endsWithVerb = new RegExp(`(?:${verb.source})[.,]?$`, 'iu');

/**
 * The attribution that ends with line `at`. `quotedBelow`: what follows is quoted, which makes weaker forms good enough.
 */
export function attributionEndingAt(lines: readonly Line[], at: number, quotedBelow: boolean): Attribution | undefined {
  const last = lines[at];
  if (last === undefined || last.text === '') return undefined;
  if (!quotedBelow && !mayEndOne(last.text)) return undefined;
  const found = wrappedForms(lines, at).flatMap(({ start, text, divider }) => {
    const strength = lacksItsBeginning(text) ? undefined : judge(traitsOf(text, divider, quotedBelow));
    return strength === undefined ? [] : [{ start, end: at + 1, strong: strength === 'strong', column: 0, text }];
  });
  return (
    found.find(({ text }) => beginsLikeOne(text)) ??
    sharedLine(last, at, quotedBelow) ??
    found.find(({ text }) => address.test(text) && day.test(text)) ??
    found.find(({ text }) => beginsWithAuthor.test(text)) ??
    found[0]
  );
}

function mayEndOne(text: string): boolean {
  return isFramed(text) || [ending, endsWithVerb, dateAndName, groupWise].some((form) => form.test(text));
}

interface Form {
  readonly start: number;
  readonly text: string;
  readonly divider: boolean;
}

/** The text of line `at` alone, with the line above it, with the two above it, and so on. */
function wrappedForms(lines: readonly Line[], at: number): readonly Form[] {
  const forms: Form[] = [];
  // "> wrote:" closes a bracket opened lines above, blank ones between.
  const scattered = lines[at]?.text.startsWith('>') === true && lines[at]?.quote === 0;
  let joined = '';
  for (let start = at; start > at - (scattered ? 2 : 1) * maxWrappedLines; start -= 1) {
    const line = lines[start];
    if (line?.text === '' && scattered) continue;
    if (!mayBeWrapped(line, lines[at])) break;
    joined = joined === '' ? line.text : `${line.text} ${joined}`;
    if (joined.length > maxLength) break;
    forms.push({ start, text: joined, divider: line.marks.divider });
  }
  return forms;
}

function mayBeWrapped(line: Line | undefined, last: Line | undefined): line is Line {
  return line !== undefined && line.text !== '' && line.quote === last?.quote && headerLine(line.text) === undefined;
}

function traitsOf(text: string, divider: boolean, quotedBelow: boolean): Traits {
  const timed = clock.test(text);
  return { text, divider, quotedBelow, who: address.test(text), when: day.test(text), timed, wrote: verb.test(text) };
}

/** How much a text looks like an attribution. */
function judge(traits: Traits): Strength {
  const { text, who, when } = traits;
  if (dateAndName.test(text)) return 'strong';
  if (groupWise.test(text)) return who || when ? 'strong' : undefined;
  if (isFramed(text)) return judgeFramed(traits);
  if (ending.test(text)) return isStrong(traits) ? 'strong' : weakWithColon(traits);
  if (endsWithVerb.test(text) && opensWithDate(text) && bracketedAddress.test(text)) return 'strong';
  return weakWithoutColon(traits);
}

/** "---- Ann wrote ----", "--- On … Ann <…> wrote ---", "-----On 2/2/2026, Ann wrote-----" (Android, Zoho and others). */
function judgeFramed({ text, who, when, wrote }: Traits): Strength {
  if (!wrote) return undefined;
  const words = withoutFrame(text).replace(/[:：]$/u, '');
  return who || when || (endsWithVerb.test(words) && nameOnly.test(words)) ? 'strong' : undefined;
}

function isFramed(text: string): boolean {
  return /^[-=_*~—–]{2}/u.test(text) && /[-=_*~—–]{2}$/u.test(text) && withoutFrame(text) !== '';
}

function withoutFrame(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isFrame(text.charAt(start))) start += 1;
  while (end > start && isFrame(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end).trim();
}

function isFrame(character: string): boolean {
  return '-=_*~—–'.includes(character);
}

/** Good enough without quoted lines below, where the rest of a mail is at stake. */
function isStrong(traits: Traits): boolean {
  const { text, who, when, timed, divider } = traits;
  const wrote = traits.wrote && namesTheAuthor(text);
  const dated = when || timed;
  if ((divider && who && dated) || nameAndVerb.test(text) || isNameAndVerb(text)) return true;
  if (wrote && ((who && dated && beginsWithFacts(text)) || (when && timed))) return true;
  return isLanguageFree(traits);
}

/** "Ann Archer wrote:" and nothing else. */
function isNameAndVerb(text: string): boolean {
  return text.length <= maxShortLength && !sentenceOpener.test(text) && nameAndVerbAlone.test(text);
}

/** A date, a time and an address in brackets. */
function isLanguageFree({ text, when, timed }: Traits): boolean {
  return when && timed && text.length <= maxLength - 100 && bracketedAddress.test(text) && beginsWithFacts(text);
}

/** "… wrote:" or "… schrieb Ann:"; not "… wrote to Ann about:", which is somebody telling something. */
function namesTheAuthor(text: string): boolean {
  const after = text.slice(lastVerbEnd(text));
  const word = /^[\s,:]*([a-zà-ÿ]+)/u.exec(after)?.[1];
  if (word === undefined || after.length <= 8 || nameParticle.test(word)) return true;
  return /^\s*\S{1,4}\s+["'(]?\p{N}/u.test(after) || day.test(after.slice(0, 40));
}

function lastVerbEnd(text: string): number {
  let end = 0;
  for (const match of text.matchAll(everyVerb)) end = match.index + match[0].length;
  return end;
}

/** It opens with when or who, as every client has it, not with somebody's prose. */
function beginsWithFacts(text: string): boolean {
  if (opensWithDate(text) || day.test(text.slice(0, 35)) || /^["'“<(]/u.test(text)) return true;
  const bracket = text.search(/[<(]/u);
  const lead = text.slice(0, bracket === -1 ? text.search(/\s/u) : bracket);
  return lead.length <= 60 && (!verb.test(lead) || day.test(lead));
}

function weakWithColon({ text, who, when, timed, wrote, quotedBelow }: Traits): Strength {
  if (!quotedBelow) return undefined;
  return wrote || (when && timed) || (who && text.length <= maxShortLength) ? 'weak' : undefined;
}

function weakWithoutColon({ text, who, when, wrote, quotedBelow }: Traits): Strength {
  if (!quotedBelow) return undefined;
  if ((who && when) || (wrote && (who || when) && starter.test(text))) return 'weak';
  // "Ann Archer wrote", as forums have it.
  return endsWithVerb.test(text) && nameOnly.test(text) ? 'weak' : undefined;
}

/** The rest of a wrapped line: a bracket closes that was never opened. */
function lacksItsBeginning(text: string): boolean {
  const closing = text.indexOf('>');
  return closing !== -1 && !text.slice(0, closing).includes('<') && !groupWise.test(text);
}

function beginsLikeOne(text: string): boolean {
  if (groupWise.test(text) || isFramed(text)) return true;
  return /^\p{N}/u.test(text) ? day.test(text) : !/^\p{Ll}/u.test(text) && opensWithDate(text);
}

/** "On Monday, 1 February", "Am 01.02.": a word such lines begin with, and a date within the first words. */
function opensWithDate(text: string): boolean {
  if (!starter.test(text)) return false;
  return day.test(text.slice(0, 60)) || /^\p{L}{1,12}\s+(?:\p{L}+[.,]{0,2}\s+){0,2}\p{N}/u.test(text);
}

/** "Thanks! On Mon, 1 Feb 2026 at 10:00, Ann <ann@…> wrote:" — new text and attribution on one line. */
function sharedLine(line: Line, at: number, quotedBelow: boolean): Attribution | undefined {
  for (const match of line.text.matchAll(/(?<=[\p{L}.!?)]\s)(?:On|Am|Le|El|Il|Em|Op|Den|Dne|W dniu)\s/gu)) {
    const text = line.text.slice(match.index);
    if (opensWithDate(text) && judge(traitsOf(text, false, quotedBelow)) === 'strong') {
      return { start: at, end: at + 1, strong: true, column: match.index };
    }
  }
  return undefined;
}
