import type { Command } from 'commander';
import type { Config } from '../config/schema.ts';
import type { Store } from '../store/store.ts';
import type { TicketFields } from '../tickets/local/edit-ticket.ts';
import type { Edit, Edited } from '../tickets/local/edit.ts';
import type { CommandContext } from './context.ts';
import { dryRunOption } from './program.ts';
import { collect, editStore, unitList, wholeNumber } from './ticketing/edit-store.ts';
import type { DryRunFlag } from './ticketing/edit-store.ts';
import { addImport } from './ticketing/import-command.ts';
import { addNoteCommand } from './ticketing/note-command.ts';
import { ticketTable } from './ticketing/ticket-table.ts';
import { withStore } from './with-store.ts';

const importColumns = `reference (known again by it), use, summary; if you like type, status (open, closed), client,
  contacts (addresses), opening_subject, details, agent (the id of its owner), units`;

export function register(noun: Command, context: CommandContext): void {
  addReading(noun, context);
  addWriting(noun, context);
  addNoteCommand(noun, context, ticketArgument);
  addImport(noun, context, {
    columns: importColumns,
    verb: 'ticket.open',
    loadRows: async () => (await import('../tickets/local/import/ticket-rows.ts')).ticketRows,
  });
}

const ticketArgument = 'its number (OPP-12) or its reference';

function addReading(noun: Command, context: CommandContext): void {
  noun
    .command('list')
    .description('tickets, the one touched last first')
    .option('--use <use>', 'opportunity, project or incident')
    .option('--open', 'open ones only')
    .option('--closed', 'closed ones only')
    .option('--client <client>', 'of this client (number or name)')
    .option('--agent <agent>', 'owned by this agent')
    .option('--search <words>', 'words of the summary, number, reference, client or contacts; all must occur')
    .option('--limit <n>', 'at most so many', wholeNumber)
    .action((flags: ListFlags) => list(context, flags));
  noun
    .command('show')
    .description('a ticket with its actions')
    .argument('<ticket>', ticketArgument)
    .option('--chain', 'show email chains also where they are hidden')
    .action((ticket: string, flags: { readonly chain?: boolean }) => show(context, ticket, flags.chain === true));
}

function addWriting(noun: Command, context: CommandContext): void {
  fieldOptions(noun.command('new').description('open a ticket'))
    .requiredOption('--use <use>', 'opportunity, project or incident')
    .requiredOption('--summary <text>')
    .option('--contact <address>', 'Name <address> or an address; can be given several times', collect)
    .action((flags: NewFlags) => createTicket(context, flags));
  fieldOptions(noun.command('set').description('change a ticket').argument('<ticket>', ticketArgument))
    .option('--summary <text>')
    .option('--status <status>', 'open or closed')
    .option('--add-contact <address>', 'can be given several times', collect)
    .option('--remove-contact <address>', 'can be given several times', collect)
    .action((ticket: string, flags: SetFlags) => changeTicket(context, ticket, flags));
  for (const [verb, status] of [
    ['close', 'closed'],
    ['reopen', 'open'],
  ] as const) {
    noun
      .command(verb)
      .description(
        verb === 'close' ? 'close a ticket: no mail is matched to it any more' : 'open a closed ticket again',
      )
      .argument('<ticket>', ticketArgument)
      .addOption(dryRunOption())
      .action((ticket: string, flags: DryRunFlag) => changeTicket(context, ticket, { ...flags, status }));
  }
}

function fieldOptions(command: Command): Command {
  return command
    .option('--type <type>', 'a type of ticket_types')
    .option('--client <client>', 'number or name; "" for none')
    .option('--agent <agent>', 'the id of its owner; "" for none')
    .option('--reference <text>', 'your own key for it; "" for none')
    .option('--opening-subject <text>', 'a further subject that its mail may have')
    .option('--details <text>')
    .option('--units <a,b>', 'the business units an incident touches, these and no others; "" for none')
    .option('--unit <name>', 'the same, one at a time; can be given several times', collect)
    .addOption(dryRunOption());
}

interface ListFlags {
  readonly use?: string;
  readonly open?: boolean;
  readonly closed?: boolean;
  readonly client?: string;
  readonly agent?: string;
  readonly search?: string;
  readonly limit?: number;
}

async function list(context: CommandContext, flags: ListFlags): Promise<void> {
  const { findTickets } = await import('../inbox/find-tickets.ts');
  const { useValue } = await import('../tickets/local/edit.ts');
  const { requireClient } = await import('../tickets/local/edit-client.ts');
  const { summaryOf } = await import('../tickets/ticket-view.ts');
  await withStore(context, 'ticket.pick', async ({ store, config, actor }) => {
    const client = flags.client === undefined ? undefined : await requireClient(store.db, flags.client);
    const { agent, search, limit } = flags;
    const filter = {
      ...(flags.use === undefined ? {} : { use: useValue(flags.use) }),
      ...(flags.open === flags.closed ? {} : { open: flags.open === true }),
      ...(client === undefined ? {} : { clientId: client.id }),
      ...(agent === undefined ? {} : { agent: await ownerNamed(store, config, agent) }),
      ...(search === undefined ? {} : { search }),
      ...(limit === undefined ? {} : { limit }),
    };
    const tickets = (await findTickets({ store, config, actor, now: Date.now }, filter)).map(summaryOf);
    context.output.print(tickets, (page) => ticketTable(tickets, page, config.timezone));
    if (tickets.length === 0) context.output.say('no tickets');
  });
}

/** An agent of the configuration, or one who is not there any more and still owns tickets. Throws `usage`. */
async function ownerNamed({ db }: Store, config: Config, text: string): Promise<string> {
  const { agentNamed } = await import('../tickets/local/edit-ticket.ts');
  const { ownsTickets } = await import('../store/ticket-list.ts');
  if (await ownsTickets(db, text)) return text;
  return agentNamed(
    config.agents.map(({ id }) => id),
    text,
  );
}

async function show(context: CommandContext, name: string, chain: boolean): Promise<void> {
  const { requireTicket } = await import('../tickets/local/edit-ticket.ts');
  const { viewTicket } = await import('../tickets/ticket-view.ts');
  const { ticketLines } = await import('./ticketing/ticket-show.ts');
  const { requireTicketAccess } = await import('../inbox/ticket-access.ts');
  const { permittedView } = await import('./ticketing/withheld.ts');
  const bodies = await import('../tickets/shown-body.ts');
  await withStore(context, 'ticket.pick', async ({ store, config, actor }) => {
    const ticket = await requireTicket(store.db, name);
    const asked = { verb: 'ticket.read', ticket: ticket.id, command: 'ticket.show' } as const;
    await requireTicketAccess({ store, config, actor, now: Date.now }, asked);
    const whole = await viewTicket(store.db, ticket, { bodies, chain });
    const { view, note } = await permittedView({ store, config, actor }, ticket, whole);
    context.output.print(view, (page) => ticketLines(view, page, config.timezone));
    if (note !== null) context.output.warn(note);
  });
}

interface FieldFlags extends DryRunFlag {
  readonly type?: string;
  readonly client?: string;
  readonly agent?: string;
  readonly reference?: string;
  readonly openingSubject?: string;
  readonly details?: string;
  readonly units?: string;
  readonly unit?: readonly string[];
  readonly summary?: string;
}

interface NewFlags extends FieldFlags {
  readonly use: string;
  readonly contact?: readonly string[];
}

interface SetFlags extends FieldFlags {
  readonly status?: string;
  readonly addContact?: readonly string[];
  readonly removeContact?: readonly string[];
}

async function createTicket(context: CommandContext, flags: NewFlags): Promise<void> {
  const { newTicket } = await import('../tickets/local/edit-ticket.ts');
  const { personValue, useValue } = await import('../tickets/local/edit.ts');
  await editStore(
    context,
    flags,
    async (edit) => {
      const contacts = (flags.contact ?? []).map(personValue);
      return newTicket(edit, useValue(flags.use), { ...(await fieldsOf(edit, flags)), contacts });
    },
    { verb: 'ticket.open', command: 'ticket.new', object: 'ticket' },
  );
}

async function changeTicket(context: CommandContext, name: string, flags: SetFlags): Promise<void> {
  const { changeTicket: change, requireTicket } = await import('../tickets/local/edit-ticket.ts');
  const { personValue, statusValue } = await import('../tickets/local/edit.ts');
  await editStore(
    context,
    flags,
    async (edit) => {
      const ticket = await requireTicket(edit.trx, name);
      const edited = await change(edit, ticket, {
        ...(await fieldsOf(edit, flags)),
        ...(flags.status === undefined ? {} : { status: statusValue(flags.status) }),
        addContacts: (flags.addContact ?? []).map(personValue),
        removeContacts: flags.removeContact ?? [],
      });
      return withoutFormerDetails(edited, edit, ticket.use);
    },
    { verb: 'ticket.pick', command: 'ticket.set', object: name },
  );
}

/** An incident's details may be the text of a mail that is not for this agent. */
function withoutFormerDetails(edited: Edited, { actor }: Edit, use: string): Edited {
  if (use !== 'incident' || actor.kind === 'operator' || actor.role === 'administrator') return edited;
  const changes = edited.changes.map((each) => (each.field === 'details' ? { ...each, before: null } : each));
  return { ...edited, changes };
}

async function fieldsOf(edit: Edit, flags: FieldFlags): Promise<TicketFields> {
  const { clientIdOf } = await import('../tickets/local/edit-client.ts');
  const { type, summary, reference, openingSubject, details, agent } = flags;
  const units = unitsAsked(flags);
  return {
    ...(type === undefined ? {} : { type }),
    ...(summary === undefined ? {} : { summary }),
    ...(reference === undefined ? {} : { reference: reference === '' ? null : reference }),
    ...(agent === undefined ? {} : { agent: agent === '' ? null : agent }),
    ...(openingSubject === undefined ? {} : { openingSubject }),
    ...(details === undefined ? {} : { details }),
    ...(units === undefined ? {} : { units }),
    ...(flags.client === undefined ? {} : { clientId: await clientIdOf(edit.trx, flags.client) }),
  };
}

/** undefined: nobody asked for it. */
function unitsAsked({ units, unit }: FieldFlags): string[] | undefined {
  return units === undefined && unit === undefined ? undefined : [...unitList(units), ...(unit ?? [])];
}
