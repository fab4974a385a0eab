import { Liquid } from 'liquidjs';
import type { Template } from 'liquidjs';
import { IntegratorError } from '../domain/errors.ts';
import { escapeHtml, escapeHtmlLines } from './html-text.ts';

/**
 * What a template may use; everything else of Liquid is taken out. Nothing here reads a file, and in HTML nothing here
 * writes a value as markup: `cycle` and `echo` have escaped differently from `{{ }}` before, `raw` does not at all.
 */
const allowedTags: ReadonlySet<string> = new Set('assign break case comment continue for if raw unless #'.split(' '));
const allowedFilters: ReadonlySet<string> = new Set(
  (
    'append capitalize default divided_by downcase first join last lstrip minus newline_to_br plus prepend remove ' +
    'replace round rstrip size slice split strip times truncate truncatewords upcase url_encode'
  ).split(' '),
);

/** Characters of a template; characters and list elements made; milliseconds. All far above any real mail. */
const limits = { parseLimit: 1_000_000, memoryLimit: 1_000_000, renderLimit: 3_000 };

export type TemplateForm = 'text' | 'html';

export interface ParsedPart {
  readonly form: TemplateForm;
  readonly parsed: readonly Template[];
  readonly where: PartPlace;
}

/** Where a part stands: its file, and the lines above it. */
export interface PartPlace {
  readonly file: string;
  readonly linesAbove: number;
}

const engines: Readonly<Record<TemplateForm, Liquid>> = { text: engineFor('text'), html: engineFor('html') };

function engineFor(form: TemplateForm): Liquid {
  const engine = new Liquid({
    ...limits,
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    // With a map of templates, though an empty one, the file system is not asked.
    templates: {},
    ...(form === 'html' ? { outputEscape: (value: unknown) => escapeHtml(shown(value)) } : {}),
  });
  for (const tag of Object.keys(engine.tags)) if (!allowedTags.has(tag)) Reflect.deleteProperty(engine.tags, tag);
  for (const filter of Object.keys(engine.filters)) if (!allowedFilters.has(filter)) engine.unregisterFilter(filter);
  engine.registerFilter(
    'newline_to_br',
    form === 'html'
      ? { raw: true, handler: (value: unknown) => escapeHtmlLines(shown(value)) }
      : (value: unknown) => shown(value),
  );
  return engine;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => shown(each)).join('');
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Throws `usage` with file and line. */
export function parsePart(form: TemplateForm, source: string, where: PartPlace): ParsedPart {
  try {
    return { form, parsed: engines[form].parse(source), where };
  } catch (cause) {
    throw templateError(cause, where);
  }
}

/** Throws `usage` with file, line and what is missing. */
export async function renderPart(
  { form, parsed, where }: ParsedPart,
  variables: Readonly<Record<string, unknown>>,
): Promise<string> {
  try {
    const rendered: unknown = await engines[form].render([...parsed], variables);
    return typeof rendered === 'string' ? rendered : '';
  } catch (cause) {
    throw templateError(cause, where);
  }
}

const placed = /^(?<problem>.*?)(?:, line:(?<line>\d+), col:\d+)?$/su;

function templateError(cause: unknown, { file, linesAbove }: PartPlace): IntegratorError {
  const found = placed.exec(cause instanceof Error ? cause.message : String(cause))?.groups;
  const line = found?.['line'] === undefined ? '' : `, line ${Number(found['line']) + linesAbove}`;
  const { problem, hint } = inOurWords(found?.['problem'] ?? '');
  return new IntegratorError('usage', `${file}${line}: ${problem}`, { hint, cause });
}

function inOurWords(problem: string): { readonly problem: string; readonly hint: string } {
  const missing = /^undefined variable: (.*)$/su.exec(problem)?.[1];
  if (missing !== undefined) {
    const hint = `give it a value, or say what stands in its place: {{ ${missing} | default: "…" }}`;
    return { problem: `there is no value for ${missing}`, hint };
  }
  const filter = /^undefined filter: (.*)$/su.exec(problem)?.[1];
  if (filter !== undefined) {
    return { problem: `there is no filter ${filter}`, hint: `filters are: ${[...allowedFilters].join(', ')}` };
  }
  const tag = /^tag "(.*)" not found$/su.exec(problem)?.[1];
  if (tag !== undefined) {
    return { problem: `there is no tag ${tag}`, hint: `tags are: ${[...allowedTags].join(', ')}` };
  }
  if (problem.endsWith('limit exceeded')) {
    return { problem: 'it grows too large or takes too long', hint: 'a loop that does not end?' };
  }
  return { problem, hint: 'correct the template: {{ name }}, {% if name %} … {% endif %}' };
}
