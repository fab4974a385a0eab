import type { Command } from 'commander';
import { IntegratorError } from '../../domain/errors.ts';
import type { CommandContext } from '../context.ts';
import { dryRunOption } from '../program.ts';
import { textFile } from '../text-file.ts';
import { editStore } from './edit-store.ts';
import type { DryRunFlag } from './edit-store.ts';

interface NoteFlags extends DryRunFlag {
  readonly text?: string;
  readonly body?: string;
}

const examples = `
Examples:
  integrator ticket note OPP-12 --text "Bob rings back on Friday"
  integrator ticket note OPP-12 --body minutes.txt
  some-program | integrator ticket note INC-7 --text "as of 10:00" --body -`;

/** `ticket note <ticket>`: prints the ticket's id, and with --json the action's too. */
export function addNoteCommand(noun: Command, context: CommandContext, ticketArgument: string): void {
  noun
    .command('note')
    .description('add a note to a ticket, open or closed')
    .argument('<ticket>', ticketArgument)
    .option('--text <text>', 'what it says')
    .option('--body <file>', 'a text file, - is standard input; it follows --text')
    .addOption(dryRunOption())
    .addHelpText('after', examples)
    .action((ticket: string, flags: NoteFlags) => noteTicket(context, ticket, flags));
}

async function noteTicket(context: CommandContext, name: string, flags: NoteFlags): Promise<void> {
  const { noteTicket: note } = await import('../../tickets/local/note-ticket.ts');
  const { requireTicket } = await import('../../tickets/local/edit-ticket.ts');
  const text = await textOf(context, flags);
  await editStore(context, flags, async (edit) => note(edit, await requireTicket(edit.trx, name), text), {
    verb: 'ticket.pick',
    command: 'ticket.note',
    object: name,
  });
}

/** Both, with an empty line between them, where both are given. */
async function textOf(context: CommandContext, { text, body }: NoteFlags): Promise<string> {
  const parts = [...(text === undefined ? [] : [text]), ...(body === undefined ? [] : [await textFile(context, body)])];
  const whole = parts.filter((part) => part.trim() !== '').join('\n\n');
  if (whole !== '') return whole;
  throw new IntegratorError('usage', 'the note is empty', { hint: 'add --text, or --body with a file or -' });
}
