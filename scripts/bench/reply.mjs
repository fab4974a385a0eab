// Scores the chain splitter on labelled mail, by format, client and language, and measures that time grows linearly on
// hostile input. `--labels FILE` scores any file of JSON lines with id, set, format (text, html), client, locale, kind,
// input, expected; without it, the public labels beside the project, where they are. Exits 1 where a target is missed.
//
// What the splitter is told of a mail: where a label has `in_reply_to`, `references` or `subject`, these decide as in
// the program, and `automatic: true` makes it a notice. Where it has none of them the case does not say, and its kind
// decides: `none` answers nothing, everything else is an answer or a forward. How many mails without a chain would be
// cut if they were answers is shown beside it, without a target.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { splitChain } from '../../dist/content/chain.js';
import { canonicalHtml } from '../../dist/content/canonical-html.js';
import { csvCell } from '../../dist/content/csv.js';
import { safeFileName } from '../../dist/content/file-name.js';
import { terminalText } from '../../dist/content/terminal.js';
import { htmlToText } from '../../dist/content/text.js';
import { mailNature } from '../../dist/domain/mail-nature.js';
import { hostileInputs } from './hostile-inputs.mjs';

const { values: flags } = parseArgs({ options: { labels: { type: 'string' } } });
const besides = fileURLToPath(new URL('../../../shared/corpora/reply-labels/labels.jsonl', import.meta.url));
/** Per cent. `ratio` is for the splitter; `otherRatio` tells a quadratic function (100) from one that fills the heap (20). */
const targets = { text: 95, html: 92, wordsLost: 0.2, cutWithoutChain: 0.2, ratio: 12, otherRatio: 40 };
const samples = 4;
const sampleMs = 20;
const turns = 3;
/** What takes less CPU for 1 MB needs no ratio: caches and the garbage collector would decide it. */
const measurableMs = 30;

const labels = flags.labels ?? besides;
if (flags.labels !== undefined && !existsSync(labels)) throw new Error(`there is no file ${labels}`);
const missed = [...(existsSync(labels) ? score() : skipped()), ...(flags.labels === undefined ? measureGrowth() : [])];
for (const miss of missed) console.log(`missed: ${miss}`);
process.exitCode = missed.length === 0 ? 0 : 1;

function skipped() {
  console.log(`no labelled mail at ${labels}: nothing to score\n`);
  return [];
}

function score() {
  const cases = readFileSync(labels, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const judged = cases.map((label) => ({ ...label, ...judge(label, natureOf(label)) }));
  const withChain = judged.filter(({ kind }) => ['reply', 'forward', 'misc'].includes(kind));
  const withoutChain = judged.filter(({ kind }) => kind === 'none');
  const text = withChain.filter(({ format }) => format === 'text');
  const html = withChain.filter(({ format }) => format === 'html');
  table(
    'with a chain, by format',
    groups(withChain, ({ format }) => format),
  );
  table(
    'text by client',
    groups(text, ({ client }) => client),
  );
  table(
    'text by language',
    groups(text, ({ locale }) => locale.replace(/^_|_$/gu, '')),
  );
  table(
    'HTML by client',
    groups(html, ({ client }) => client),
  );
  table(
    'by set',
    groups(
      judged.filter(({ kind }) => kind !== 'whole-forward'),
      ({ set, kind }) => `${set}, ${kind}`,
    ),
  );
  for (const [format, mails] of groups(withoutChain, (one) => one.format)) {
    const cut = mails.filter((one) => one.cut).length;
    const asAnswers = mails.filter((one) => judge(one, 'answer').cut).length;
    console.log(`${format} without a chain: ${cut} of ${mails.length} cut (${asAnswers} if they were answers)`);
  }
  const bare = judged.filter(({ kind }) => kind === 'whole-forward');
  const kept = bare.filter(({ cut }) => !cut).length;
  console.log(`bare forwards kept whole: ${kept} of ${bare.length}\n`);
  return ['text', 'html'].flatMap((format) => {
    const [chains, none] = [withChain, withoutChain].map((mails) => mails.filter((one) => one.format === format));
    const lost =
      chains.length === 0 ? null : (100 * sum(chains, (one) => one.wordsLost)) / sum(chains, (one) => one.words);
    return [
      overall(`${format} with a chain, exact`, share(chains, isExact), targets[format], 'least'),
      overall(`${format}, words of the new part lost`, lost, targets.wordsLost, 'most'),
      overall(`${format} without a chain, cut`, share(none, wasCut), targets.cutWithoutChain, 'most'),
    ].flat();
  });
}

function isExact({ exact }) {
  return exact;
}

function wasCut({ cut }) {
  return cut;
}

function natureOf({ kind, subject, in_reply_to, references, automatic }) {
  if (automatic === true) return 'notice';
  if ([subject, in_reply_to, references].every((fact) => fact === undefined))
    return kind === 'none' ? 'first' : 'answer';
  const headers = Object.entries({ 'In-Reply-To': in_reply_to, References: references })
    .filter(([, value]) => typeof value === 'string' || Array.isArray(value))
    .map(([name, value]) => ({ name, value: [value].flat().join(' ') }));
  return mailNature({ from: null, sender: null, subject: subject ?? '', headers, meeting: false, report: false });
}

/** Exact: the new part, white space aside; a trailing signature may stay or go. */
function judge(label, nature) {
  const split = splitChain({ kind: label.format, content: label.input }, { nature, uniqueBody: null });
  const asText = (content) => (label.format === 'html' ? htmlToText(content) : content);
  const fresh = asText(split.fresh.content);
  const result = { cut: split.chain !== null, words: 0, wordsLost: 0 };
  if (label.must !== undefined) {
    const has = (words) => squeezed(fresh).includes(squeezed(words));
    const leaked = label.mustNot.some(has);
    return { ...result, exact: label.must.every(has) && !leaked, leaked };
  }
  const expected = label.expected_is_html === true ? htmlToText(label.expected) : label.expected;
  const exact = [fresh, withoutSignature(fresh)].some((part) =>
    [expected, withoutSignature(expected)].some((wanted) => squeezed(part) === squeezed(wanted)),
  );
  const wanted = wordsIn(withoutSignature(expected));
  const wordsLost = exact ? 0 : missing(wanted, wordsIn(fresh));
  return { ...result, exact, leaked: !exact && wordsLost === 0, words: wanted.length, wordsLost };
}

function wordsIn(text) {
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** How many of these words the others lack, each counted as often as it occurs. */
function missing(words, others) {
  const left = new Map();
  for (const word of others) left.set(word, (left.get(word) ?? 0) + 1);
  let lacking = 0;
  for (const word of words) {
    const count = left.get(word) ?? 0;
    if (count === 0) lacking += 1;
    else left.set(word, count - 1);
  }
  return lacking;
}

function squeezed(text) {
  // A rule is a picture of a line, no text.
  return text.replace(/^-{3}$/gmu, '').replace(/[\s\p{Cf}]+/gu, '');
}

function withoutSignature(text) {
  return text.replace(
    /(?:^|\n)[ \t]*(?:--[ ]?|__+|—|ᐧ|(?:Sent from|Get Outlook|Envoyé de|Von meinem) .*)[ \t]*(?:\n[^]*)?$/u,
    '',
  );
}

function groups(cases, key) {
  const byKey = Map.groupBy === undefined ? grouped(cases, key) : Map.groupBy(cases, key);
  return [...byKey].toSorted(([, a], [, b]) => b.length - a.length);
}

function grouped(cases, key) {
  const map = new Map();
  for (const one of cases) map.set(key(one), [...(map.get(key(one)) ?? []), one]);
  return map;
}

function table(title, rows) {
  console.log(
    `${title.padEnd(34)}${'mails'.padStart(6)}${'exact'.padStart(8)}${'leaks'.padStart(7)}${'lost'.padStart(6)}`,
  );
  for (const [name, cases] of rows) {
    const leaks = cases.filter(({ exact, leaked }) => !exact && leaked).length;
    const lost = cases.filter(({ exact, leaked }) => !exact && !leaked).length;
    const exact = `${share(cases, (one) => one.exact).toFixed(0)} %`;
    console.log(
      `  ${name.padEnd(32)}${String(cases.length).padStart(6)}${exact.padStart(8)}${String(leaks).padStart(7)}${String(lost).padStart(6)}`,
    );
  }
  console.log('');
}

function share(cases, holds) {
  return cases.length === 0 ? null : (100 * cases.filter(holds).length) / cases.length;
}

function sum(cases, of) {
  return cases.reduce((total, one) => total + of(one), 0);
}

function overall(name, percent, target, bound) {
  if (percent === null) {
    console.log(`${name.padEnd(34)}   none`);
    return [];
  }
  const fine = bound === 'least' ? percent >= target : percent <= target;
  console.log(
    `${name.padEnd(34)}${percent.toFixed(2).padStart(6)} %   target: at ${bound} ${target} %   ${fine ? 'ok' : 'MISSED'}`,
  );
  return fine ? [] : [`${name}: ${percent.toFixed(2)} %`];
}

function measureGrowth() {
  const asAnswer = { nature: 'answer', uniqueBody: null };
  const splitter = { target: targets.ratio };
  const other = { target: targets.otherRatio };
  const uses = [
    { use: 'split text', ...splitter, run: (content) => splitChain({ kind: 'text', content }, asAnswer) },
    { use: 'split HTML', ...splitter, run: (content) => splitChain({ kind: 'html', content }, asAnswer) },
    { use: 'HTML to text', ...other, run: (content) => htmlToText(content, { maxBytes: 16_000_000 }) },
    { use: 'rewrite HTML', ...other, run: (content) => canonicalHtml(content) },
    { use: 'terminal', ...other, run: (content) => terminalText(content, { width: 80, multiline: true }) },
    { use: 'CSV cell', ...other, run: (content) => csvCell(content) },
    { use: 'file name', ...other, run: (content) => safeFileName(content) },
  ];
  console.log(`\nCPU time for 1 MB, and how many times that of 100 KB where it is ${measurableMs} ms or more`);
  console.log(
    `(targets: the splitter at most ${targets.ratio}, the others ${targets.otherRatio}; a quadratic function has 100)`,
  );
  console.log(`${''.padEnd(30)}${uses.map(({ use }) => use.padStart(16)).join('')}`);
  return hostileInputs.flatMap(({ name, of }) => {
    const cells = uses.map(({ use, run, target }) => ({ use, target, ...growth(run, of, target) }));
    const shown = cells.map(
      ({ ms, ratio }) => `${ms.toFixed(0)} ms ${ratio === null ? '   –' : ratio.toFixed(1).padStart(4)}`,
    );
    console.log(`  ${name.padEnd(28)}${shown.map((cell) => cell.padStart(16)).join('')}`);
    return cells
      .filter(({ ratio, target }) => (ratio ?? 0) > target)
      .map(({ use, ratio }) => `${use} on ${name}: ratio ${ratio.toFixed(1)}`);
  });
}

/** What misses its target is measured again: the rest of the machine can only make a figure worse. */
function growth(run, inputOf, target) {
  const [small, large] = [inputOf(100_000), inputOf(1_000_000)];
  for (let turn = 1; ; turn += 1) {
    const smallMs = costOf(run, small);
    const ms = costOf(run, large);
    const ratio = ms < measurableMs ? null : ms / smallMs;
    if (turn === turns || (ratio ?? 0) <= target) return { ms, ratio };
  }
}

/** CPU milliseconds of one run: the least of several samples, each long enough to be told from the clock's own steps. */
function costOf(run, input) {
  let least = Infinity;
  for (let sample = 0; sample < samples; sample += 1) {
    let runs = 0;
    let spent = 0;
    const before = process.cpuUsage();
    while (spent < sampleMs) {
      run(input);
      runs += 1;
      const { user, system } = process.cpuUsage(before);
      spent = (user + system) / 1000;
    }
    least = Math.min(least, spent / runs);
    if (spent > 10 * sampleMs) break;
  }
  return least;
}
