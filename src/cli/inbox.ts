import { resolve } from 'node:path';
import type { Command } from 'commander';
import { IntegratorError } from '../domain/errors.ts';
import type { InboxDeps, LookingDeps } from '../inbox/deps.ts';
import type { CommandContext } from './context.ts';
import { count } from './format.ts';
import { wholeNumber } from './ticketing/edit-store.ts';
import { addVerbs } from './inbox/verbs.ts';
import { withInbox, withInboxToRead } from './inbox/with-inbox.ts';

export function register(noun: Command, context: CommandContext): void {
  addList(noun, context);
  addShow(noun, context);
  addSuggest(noun, context);
  addVerbs(noun, context);
  // Not before the verbs are there: they would take surplus words, too, and drop them.
  noun.allowExcessArguments().action(() => alone(noun, context));
}

/** Without a verb: the screen on a terminal; elsewhere a verb is missing. */
async function alone(noun: Command, context: CommandContext): Promise<void> {
  const { output, signal } = context;
  const [verb] = noun.args;
  const hint = 'integrator inbox --help';
  if (verb !== undefined) {
    const { didYouMean } = await import('../config/suggest.ts');
    const verbs = noun.commands.map((command) => command.name());
    throw new IntegratorError('usage', `unknown command '${verb}'${didYouMean(verb, verbs, 'there are')}`, { hint });
  }
  if (!output.interactive) throw new IntegratorError('usage', 'a command is missing', { hint });
  if (!drawsScreens(context)) return list(context, { limit: 50 });
  const { triage } = await import('./triage/session.ts');
  await withInbox(context, async (deps) => {
    const color = context.flags.color;
    const done = await triage(deps, { input: process.stdin, output: process.stdout, color, signal });
    for (const what of done) output.say(what);
  });
}

/** A terminal of no size, or one that understands no sequences, gets the list. */
function drawsScreens({ env }: CommandContext): boolean {
  const { columns, rows } = process.stdout;
  return columns > 0 && rows > 0 && env['TERM'] !== 'dumb';
}

interface ListFlags {
  readonly agent?: string;
  readonly mailbox?: string;
  readonly search?: string;
  readonly sent?: boolean;
  readonly all?: boolean;
  readonly filed?: boolean;
  readonly limit: number;
}

function addList(noun: Command, context: CommandContext): void {
  noun
    .command('list')
    .description('My Inbox: mail on no ticket yet, newest first')
    .option('--agent <agent>', 'of the mailboxes of this agent')
    .option('--mailbox <address>', 'of this mailbox')
    .option('--search <text>', 'words in sender, subject and body')
    .option('--sent', 'sent mail that is on no ticket, instead')
    .option('--filed', 'mail that is on a ticket or a client, instead')
    .option('--all', 'also what was dismissed, ignored or sent')
    .option('--limit <n>', 'at most so many', wholeNumber, 50)
    .action((flags: ListFlags) => list(context, flags));
}

async function list(context: CommandContext, flags: ListFlags): Promise<void> {
  const { listInbox } = await import('../inbox/list.ts');
  const { narrowing } = await import('./narrowing.ts');
  const { inboxTable } = await import('./inbox/list-table.ts');
  await withInboxToRead(context, async (deps) => {
    const { mailbox } = narrowing({ mailbox: flags.mailbox }, deps.config);
    if (flags.search !== undefined) await bringIndexUpToDate(context, deps);
    const entries = await listInbox(deps, { ...flags, mailbox });
    context.output.print(entries, (page) => inboxTable(entries, page, deps.config.timezone));
    context.output.say(summary(entries.length, flags));
  });
}

async function bringIndexUpToDate({ output, signal }: CommandContext, deps: LookingDeps): Promise<void> {
  const store = await deps.store.whole();
  const { countToIndex } = await import('../store/search.ts');
  const left = await countToIndex(store.db);
  if (left === 0) return;
  const { indexNewMail } = await import('../inbox/index-mail.ts');
  const onProgress = (done: number) => output.progress(`${done} of ${left} new mails indexed`);
  try {
    await indexNewMail(store, { maxMs: Infinity, now: deps.now, signal, onProgress });
  } catch (thrown) {
    // An import that holds the store is no reason to find nothing.
    if (!(thrown instanceof IntegratorError) || thrown.kind !== 'busy') throw thrown;
    output.warn('the newest mail may not be found yet: the store is in use');
  }
  output.progress('');
}

function summary(found: number, { limit, search }: ListFlags): string {
  if (found === 0) return search === undefined ? 'nothing waits here' : 'nothing found';
  const mails = count(found, 'mail');
  return found < limit ? mails : `the newest ${mails}; --limit shows more`;
}

interface ShowFlags {
  readonly chain?: boolean;
  readonly headers?: boolean;
  readonly raw?: boolean;
  readonly saveAttachments?: string;
}

function addShow(noun: Command, context: CommandContext): void {
  noun
    .command('show')
    .description('one mail, safe to print')
    .argument('<id>', 'as in inbox list: m12; or its internet message id')
    .option('--chain', 'with the email chain')
    .option('--headers', 'with all headers')
    .option('--raw', 'the original, made safe to print; the exact bytes are saved by --save-attachments')
    .option('--save-attachments <directory>', 'write the attachments there (with --raw also the original)')
    .action((id: string, flags: ShowFlags) => show(context, id, flags));
}

async function show(context: CommandContext, id: string, flags: ShowFlags): Promise<void> {
  const { showMail } = await import('../inbox/show.ts');
  const { mailLines } = await import('./inbox/mail-lines.ts');
  await withInbox(context, async (deps) => {
    const { chain = false, headers = false, raw = false } = flags;
    const mail = await showMail(deps, id, { chain, headers, raw });
    const saved =
      flags.saveAttachments === undefined ? [] : await save(context, deps, { id, raw, to: flags.saveAttachments });
    const document = flags.saveAttachments === undefined ? mail : { ...mail, saved };
    context.output.print(document, (page) => mailLines({ mail, saved }, page, deps.config.timezone));
  });
}

async function save(
  { cwd }: CommandContext,
  deps: InboxDeps,
  { id, raw, to }: { readonly id: string; readonly raw: boolean; readonly to: string },
) {
  const { requireItem, requireMail } = await import('../inbox/find-mail.ts');
  const { saveAttachments } = await import('../inbox/save-attachments.ts');
  const mail = await requireMail(deps.store.db, await requireItem(deps, id));
  return saveAttachments(deps.store, resolve(cwd, to), {
    messageId: mail.id,
    originalSha256: mail.originalSha256,
    original: raw,
  });
}

function addSuggest(noun: Command, context: CommandContext): void {
  noun
    .command('suggest')
    .description('the suggested client and the tickets it may belong to, with reasons')
    .argument('<id>', 'as in inbox list: m12; or its internet message id')
    .action((id: string) => suggest(context, id));
}

async function suggest(context: CommandContext, id: string): Promise<void> {
  const { suggestMail } = await import('../inbox/suggest-mail.ts');
  const { candidateLines } = await import('./inbox/suggestion-lines.ts');
  const { personText } = await import('../content/person-text.ts');
  await withInbox(context, async (deps) => {
    const suggestions = await suggestMail(deps, id);
    context.output.print(suggestions, (page) => candidateLines(suggestions, page));
    const { candidates, suggested_client, offered_contact } = suggestions;
    if (candidates.length === 0 && suggested_client === null) context.output.say('nothing to suggest');
    if (offered_contact !== null) context.output.say(`answers go to ${personText(offered_contact)}`);
  });
}
