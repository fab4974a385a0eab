import { createHash } from 'node:crypto';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { IntegratorError } from '../domain/errors.ts';
import { subjectLine } from './header-line.ts';
import { type ParsedPart, parsePart, type PartPlace, renderPart, type TemplateForm } from './template-engine.ts';
import { htmlToText } from './text.ts';
import { utf8Text } from './utf8.ts';

/**
 * A mail to fill in, from `<name>.txt`, `<name>.html` or both. The first line is "Subject: …", then an empty line, then
 * the text; beside a .txt the .html has no such lines.
 */
export interface MailTemplate {
  readonly name: string;
  /** SHA-256 of all it is made of: the same exactly where the same mail comes out. */
  readonly hash: string;
  readonly subject: ParsedPart;
  readonly text: ParsedPart | null;
  readonly html: ParsedPart | null;
}

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  /** null where the template has no HTML of its own. */
  readonly html: string | null;
}

const largestFile = 1_000_000;
/** Neither a way out of the directory nor a hidden file. */
const templateName = /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u;

/** Throws `usage`, with the templates there are, where there is none of that name or it is not one. */
export async function loadTemplate(dir: string, name: string): Promise<MailTemplate> {
  const known = templateName.test(name) && !name.includes('..');
  const text = known ? await sourceOf(dir, `${name}.txt`) : null;
  const html = known ? await sourceOf(dir, `${name}.html`) : null;
  const first = text ?? html;
  if (first === null) throw await noTemplate(dir, name);
  if (text !== null && html !== null) refuseSecondSubject(html, text);
  const { subject, body } = splitSubject(first);
  const part = (form: TemplateForm, source: Source | null) =>
    source === null ? null : parsePart(form, source === first ? body : source.source, placeOf(source, first));
  return {
    name,
    hash: createHash('sha256')
      .update(JSON.stringify([text?.source ?? null, html?.source ?? null]))
      .digest('hex'),
    subject: parsePart('text', subject, { file: first.file, linesAbove: 0 }),
    text: part('text', text),
    html: part('html', html),
  };
}

/** The body of the first file stands below its subject and an empty line. */
function placeOf(source: Source, first: Source): PartPlace {
  return { file: source.file, linesAbove: source === first ? 2 : 0 };
}

function refuseSecondSubject(html: Source, text: Source): void {
  if (!subjectPattern.test(html.source)) return;
  throw new IntegratorError('usage', `${html.file}: the subject stands in ${text.file} already`, {
    hint: `take the line "Subject: …" out of ${html.file}`,
  });
}

/**
 * One mail. A variable without a value (also null, and "") is an error unless `default` or `if` deals with it. Throws
 * `usage` naming file, line and variable.
 */
export async function renderTemplate(
  template: MailTemplate,
  variables: Readonly<Record<string, unknown>>,
): Promise<RenderedMail> {
  const given = withoutEmpty(variables);
  const subject = await renderPart(template.subject, given);
  const html = template.html === null ? null : await renderPart(template.html, given);
  const text = template.text === null ? htmlToText(html ?? '') : await renderPart(template.text, given);
  return { subject: namedSubject(subject, template.subject.where.file), text: `${text.trimEnd()}\n`, html };
}

/** "Dear ," is worse than an error, so what is empty counts as missing. Deep, as data of our own making is. */
function withoutEmpty(variables: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(variables)
      .filter(([, value]) => value !== null && value !== undefined && value !== '')
      .map(([key, value]) => [key, isRecord(value) ? withoutEmpty(value) : value]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function namedSubject(rendered: string, file: string): string {
  try {
    return subjectLine(rendered);
  } catch (cause) {
    throw new IntegratorError('usage', `${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

interface Source {
  readonly file: string;
  readonly source: string;
}

/** null where there is no such file. A link that leads out of the directory is refused. */
async function sourceOf(dir: string, file: string): Promise<Source | null> {
  const path = join(dir, file);
  const [within, real] = await Promise.all([realpath(dir), realpath(path)]).catch((cause: unknown) => {
    if (isMissing(cause)) return [null, null];
    throw new IntegratorError('usage', `cannot read ${path}`, { cause });
  });
  if (within === null || real === null) return null;
  if (relative(within, real).split(sep)[0] === '..') {
    throw new IntegratorError('usage', `${path} is a link to a file outside of templates_dir`, {
      hint: 'put the file itself there',
    });
  }
  const bytes = await readFile(real).catch((cause: unknown) => {
    throw new IntegratorError('usage', `cannot read ${path}`, { cause });
  });
  if (bytes.length > largestFile) throw new IntegratorError('usage', `${path} is larger than ${largestFile} bytes`);
  return { file, source: utf8Text(bytes, path) };
}

const subjectPattern = /^subject:[ \t]*(?<subject>.*)(?:\n|$)/iu;

function splitSubject({ file, source }: Source) {
  const found = subjectPattern.exec(source);
  const rest = source.slice(found?.[0].length ?? 0);
  if (found === null || !/^[ \t]*(?:\n|$)/u.test(rest)) {
    throw new IntegratorError(
      'usage',
      `${file}: ${found === null ? 'the first line is no subject' : 'line 2 is not empty'}`,
      {
        hint: 'the first line is "Subject: …", the second is empty, then the text follows',
      },
    );
  }
  const empty = /^[ \t]*(?:\n|$)/u.exec(rest)?.[0].length ?? 0;
  return { subject: found.groups?.['subject'] ?? '', body: rest.slice(empty) };
}

async function noTemplate(dir: string, name: string): Promise<IntegratorError> {
  const files = await readdir(dir).catch(() => null);
  const names = new Set((files ?? []).filter((file) => /\.(?:txt|html)$/u.test(file)).map(withoutEnding));
  const there = names.size === 0 ? `there is none yet` : `templates are: ${[...names].sort().join(', ')}`;
  const hint = files === null ? `there is no directory ${dir}: see outgoing.templates_dir` : `${there}; see README`;
  return new IntegratorError('usage', `there is no template ${JSON.stringify(name)} in ${dir}`, { hint });
}

function withoutEnding(file: string): string {
  return file.replace(/\.[^.]*$/u, '');
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
