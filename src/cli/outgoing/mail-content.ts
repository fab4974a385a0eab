import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { utf8Text } from '../../content/utf8.ts';
import { IntegratorError } from '../../domain/errors.ts';
import type { OutgoingDeps } from '../../outgoing/deps.ts';
import { fillTemplate, sentBody } from '../../outgoing/fill-template.ts';
import type { MailJob } from '../../outgoing/mail-job.ts';
import type { CommandContext } from '../context.ts';

export interface ContentFlags {
  readonly ticket: string;
  readonly to: readonly string[];
  readonly subject?: string;
  readonly body?: string;
  readonly template?: string;
  readonly set?: readonly string[];
}

export interface MailContent {
  /** undefined: nothing says it. */
  readonly subject: string | undefined;
  readonly body: MailJob['body'];
}

/** What a mail says: a file, or a template filled in; a subject on the command line wins. */
export async function mailContent(
  context: CommandContext,
  outgoing: OutgoingDeps,
  flags: ContentFlags,
): Promise<MailContent> {
  const { ticket, to, subject, template } = flags;
  if (template === undefined) {
    if (flags.set !== undefined) throw new IntegratorError('usage', '--set is for templates: add --template');
    return { subject, body: await bodyOf(context, flags.body) };
  }
  if (flags.body !== undefined) throw new IntegratorError('usage', 'either --body or --template: a mail has one body');
  const filled = await fillTemplate(outgoing, { template, ticket, to, values: valuesOf(flags.set ?? []) });
  return { subject: subject ?? filled.subject, body: sentBody(filled) };
}

function valuesOf(written: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    written.map((one) => {
      const [, name, value] = /^([\p{L}_][\p{L}\p{N}_]*)=(.*)$/su.exec(one) ?? [];
      if (name !== undefined && value !== undefined) return [name, value];
      throw new IntegratorError('usage', `--set ${JSON.stringify(one)}: it is written name=value`);
    }),
  );
}

/** A file's text: HTML where its name says so. Throws `usage`. */
export async function bodyOf(context: CommandContext, path: string | undefined): Promise<MailJob['body']> {
  if (path === undefined) return { kind: 'text', content: '' };
  const bytes = await readFile(resolve(context.cwd, path)).catch((cause: unknown) => {
    throw new IntegratorError('usage', `cannot read ${path}`, { cause });
  });
  return { kind: /\.html?$/i.test(path) ? 'html' : 'text', content: utf8Text(bytes, path) };
}
