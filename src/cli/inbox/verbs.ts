import type { Command } from 'commander';
import type { ChangeReport } from '../../inbox/change.ts';
import type { InboxDeps } from '../../inbox/deps.ts';
import type { CommandContext } from '../context.ts';
import { confirm } from '../confirm.ts';
import type { YesFlag } from '../confirm.ts';
import { dryRunOption } from '../program.ts';
import { printChange } from './change-lines.ts';
import { withInbox } from './with-inbox.ts';

const ids = 'as in inbox list: m12; or its internet message id';

/** The verbs that file mail, take it back and put it away. */
export function addVerbs(noun: Command, context: CommandContext): void {
  addAssign(noun, context);
  addNew(noun, context);
  addNote(noun, context);
  addDismiss(noun, context);
  addDelete(noun, context);
  addUndo(noun, context);
  addMove(noun, context);
}

interface AssignFlags extends DryRun {
  readonly ticket: string;
  readonly conversation?: boolean;
  readonly hideChain?: boolean;
  readonly reopen?: boolean;
  readonly yes?: boolean;
}

interface DryRun {
  readonly dryRun?: boolean;
}

function addAssign(noun: Command, context: CommandContext): void {
  noun
    .command('assign')
    .description('add mail to an existing ticket')
    .argument('<id...>', ids)
    .requiredOption('--ticket <ticket>', 'its number (OPP-12) or its reference')
    .option('--conversation', 'with what waits of the conversation, without mail of unverified senders')
    .option('--hide-chain', 'the action shows only the new part; default as the connection says')
    .option('--no-hide-chain', 'the action shows the whole chain')
    .option('--reopen', 'open the ticket again where it is closed')
    .option('-y, --yes', 'also where the ticket has another mail with the same message id, sender, date and subject')
    .addOption(dryRunOption())
    .action((named: readonly string[], flags: AssignFlags) =>
      change(context, async (deps) => {
        const { assignMails } = await import('../../inbox/assign.ts');
        const { ticket, conversation = false, hideChain, reopen = false, yes: confirmed = false } = flags;
        return assignMails(deps, { ids: named, ticket, conversation, hideChain, reopen, confirmed, ...dryRun(flags) });
      }),
    );
}

interface NewFlags extends DryRun {
  readonly summary?: string;
  readonly type?: string;
  readonly client?: string;
  readonly contact?: string;
  readonly conversation?: boolean;
}

function addNew(noun: Command, context: CommandContext): void {
  noun
    .command('new')
    .description('open a ticket with the mail as its opening action')
    .argument('<id>', ids)
    .option('--summary <text>', 'default: the subject')
    .option('--type <type>', 'a type of ticket_types; default: what the mailbox is matched to')
    .option('--client <client>', 'number or name; default: found or made from the sender')
    .option('--contact <address>', 'a contact instead of the sender, such as the Reply-To of a no-reply sender')
    .option('--conversation', 'with what waits of the conversation, without mail of unverified senders')
    .addOption(dryRunOption())
    .action((id: string, flags: NewFlags) => openTicket(context, id, flags));
}

async function openTicket(context: CommandContext, id: string, flags: NewFlags): Promise<void> {
  await change(context, async (deps) => {
    const { openFromMail } = await import('../../inbox/open-from-mail.ts');
    const { personValue } = await import('../../tickets/local/edit.ts');
    const { summary, type, client, conversation = false } = flags;
    const named = flags.contact === undefined ? undefined : personValue(flags.contact);
    const contact = named ?? (await offerReplyTo(context, deps, id));
    return openFromMail(deps, { id, summary, type, client, contact, conversation, ...dryRun(flags) });
  });
}

/** Asked on a terminal only; elsewhere the answer is no, and the words after it say how to take it. */
async function offerReplyTo(context: CommandContext, deps: InboxDeps, id: string) {
  if (!context.output.interactive) return undefined;
  const { contactToOffer } = await import('../../inbox/contact-to-offer.ts');
  const offer = await contactToOffer(deps, id);
  if (offer === null) return undefined;
  const { ask } = await import('./ask.ts');
  const taken = await ask(`Answers go to ${offer.address} and not to the sender. Make that the contact?`);
  return taken ? offer : undefined;
}

interface NoteFlags extends DryRun {
  readonly client?: string;
  readonly yes?: boolean;
}

function addNote(noun: Command, context: CommandContext): void {
  noun
    .command('note')
    .description('add mail as a note to a client')
    .argument('<id>', ids)
    .option('--client <client>', 'number or name; default: the suggested one, after asking')
    .option('-y, --yes', 'take the suggested client without asking')
    .addOption(dryRunOption())
    .action((id: string, flags: NoteFlags) => note(context, id, flags));
}

async function note(context: CommandContext, id: string, flags: NoteFlags): Promise<void> {
  await change(context, async (deps) => {
    const { noteMails } = await import('../../inbox/note.ts');
    const client = flags.client ?? (await suggestedClient(context, deps, id, flags.yes === true));
    return client === null ? null : noteMails(deps, { ids: [id], client, ...dryRun(flags) });
  });
}

/** null: the person said no. Throws `usage` where nobody can be asked. */
async function suggestedClient(
  { output }: CommandContext,
  deps: InboxDeps,
  id: string,
  yes: boolean,
): Promise<string | null> {
  const { clientToNote } = await import('../../inbox/note.ts');
  const { IntegratorError } = await import('../../domain/errors.ts');
  const client = await clientToNote(deps, id);
  if (yes) return client.id;
  if (!output.interactive) {
    throw new IntegratorError('usage', `the suggested client is ${client.name}: ${client.reason}`, {
      hint: `add --yes to take it, or --client to name another`,
    });
  }
  const { ask } = await import('./ask.ts');
  return (await ask(`Add it as a note to ${client.name} (${client.reason})?`)) ? client.id : null;
}

function addDismiss(noun: Command, context: CommandContext): void {
  noun
    .command('dismiss')
    .description('put mail out of sight; undo brings it back')
    .argument('<id...>', ids)
    .addOption(dryRunOption())
    .action((named: readonly string[], flags: DryRun) =>
      change(context, async (deps) => {
        const { dismissMails } = await import('../../inbox/dismiss.ts');
        return dismissMails(deps, { ids: named, ...dryRun(flags) });
      }),
    );
}

interface DeleteFlags extends DryRun, YesFlag {}

function addDelete(noun: Command, context: CommandContext): void {
  noun
    .command('delete')
    .description('delete mail from the store for ever (administrators); the mailbox is not touched')
    .argument('<id...>', ids)
    .option('-y, --yes', 'do not ask; needed where nobody can be asked')
    .addOption(dryRunOption())
    .action((named: readonly string[], flags: DeleteFlags) => deleteMail(context, named, flags));
}

async function deleteMail(context: CommandContext, named: readonly string[], flags: DeleteFlags): Promise<void> {
  await change(context, async (deps) => {
    const { deleteMails } = await import('../../inbox/delete.ts');
    const request = { ids: named, ...dryRun(flags) };
    if (request.dryRun) return deleteMails(deps, request);
    // What is refused is refused before anybody is asked.
    const { mails } = await deleteMails(deps, { ids: named, dryRun: true });
    const question = `Delete ${mails.map((mail) => mail.id).join(', ')} from the store for ever?`;
    return (await confirm(context.output, flags, question)) ? deleteMails(deps, request) : null;
  });
}

interface UndoFlags extends DryRun {
  readonly conversation?: boolean;
}

function addUndo(noun: Command, context: CommandContext): void {
  noun
    .command('undo')
    .description('take a filing, a note or a dismissal back; it is never filed there again by itself')
    .argument('<id...>', ids)
    .option('--conversation', 'everything of the conversation that is on that ticket, and what comes later')
    .addOption(dryRunOption())
    .action((named: readonly string[], flags: UndoFlags) =>
      change(context, async (deps) => {
        const { undoMails } = await import('../../inbox/undo.ts');
        return undoMails(deps, { ids: named, conversation: flags.conversation === true, ...dryRun(flags) });
      }),
    );
}

interface MoveFlags extends DryRun {
  readonly ticket: string;
  readonly reopen?: boolean;
  readonly yes?: boolean;
}

function addMove(noun: Command, context: CommandContext): void {
  noun
    .command('move')
    .description('move the whole conversation to another ticket; later replies follow')
    .argument('<id...>', ids)
    .requiredOption('--ticket <ticket>', 'its number (OPP-12) or its reference')
    .option('--reopen', 'open the ticket again where it is closed')
    .option('-y, --yes', 'also where the ticket has another mail with the same message id, sender, date and subject')
    .addOption(dryRunOption())
    .action((named: readonly string[], flags: MoveFlags) =>
      change(context, async (deps) => {
        const { moveMails } = await import('../../inbox/move.ts');
        const { ticket, reopen = false, yes: confirmed = false } = flags;
        return moveMails(deps, { ids: named, ticket, reopen, confirmed, ...dryRun(flags) });
      }),
    );
}

function dryRun(flags: DryRun): { readonly dryRun: boolean } {
  return { dryRun: flags.dryRun === true };
}

/** Runs one change and prints what it did; null: the person said no, and nothing was done. */
async function change(context: CommandContext, work: (deps: InboxDeps) => Promise<ChangeReport | null>): Promise<void> {
  await withInbox(context, async (deps) => {
    const report = await work(deps);
    if (report === null) context.output.say('nothing was done');
    else printChange(context.output, report);
  });
}
