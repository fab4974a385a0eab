import type { Command } from 'commander';
import type { Edit } from '../tickets/local/edit.ts';
import type { ContactFields } from '../tickets/local/edit-contact.ts';
import { terminalText } from '../content/terminal.ts';
import type { CommandContext } from './context.ts';
import { count } from './format.ts';
import { dryRunOption } from './program.ts';
import { contactDocument, contactTable } from './ticketing/contact-table.ts';
import { collect, editStore, wholeNumber } from './ticketing/edit-store.ts';
import type { DryRunFlag } from './ticketing/edit-store.ts';
import { addImport } from './ticketing/import-command.ts';
import { ticketTable } from './ticketing/ticket-table.ts';
import { withStore } from './with-store.ts';

const importColumns = `addresses (known again by any of them); if you like name, client`;

export function register(noun: Command, context: CommandContext): void {
  noun
    .command('list')
    .description('contacts, by name')
    .option('--client <client>', 'of this client (number or name)')
    .option('--search <text>', 'part of the name or of an address')
    .option('--limit <n>', 'at most so many', wholeNumber)
    .action((flags: ListFlags) => list(context, flags));
  noun
    .command('show')
    .description('a contact with the tickets it is on')
    .argument('<contact>', contactArgument)
    .action((name: string) => show(context, name));
  noun
    .command('new')
    .description('add a contact')
    .argument('<address...>', 'its addresses; the first may be "Name <address>"')
    .option('--name <name>')
    .option('--client <client>', 'number or name')
    .addOption(dryRunOption())
    .action((addresses: string[], flags: FieldFlags) => create(context, addresses, flags));
  noun
    .command('set')
    .description('change a contact')
    .argument('<contact>', contactArgument)
    .option('--name <name>')
    .option('--client <client>', 'number or name; "" for none')
    .option('--add-address <address>', 'can be given several times', collect)
    .option('--remove-address <address>', 'can be given several times', collect)
    .addOption(dryRunOption())
    .action((name: string, flags: SetFlags) => change(context, name, flags));
  addImport(noun, context, {
    columns: importColumns,
    verb: 'client.write',
    loadRows: async () => (await import('../tickets/local/import/contact-rows.ts')).contactRows,
  });
}

const contactArgument = 'its number or one of its addresses';

interface ListFlags {
  readonly client?: string;
  readonly search?: string;
  readonly limit?: number;
}

async function list(context: CommandContext, { client: clientName, ...filter }: ListFlags): Promise<void> {
  const { listContacts } = await import('../store/client-list.ts');
  const { requireClient } = await import('../tickets/local/edit-client.ts');
  const contacts = await withStore(context, 'client.read', async ({ store: { db } }) => {
    const client = clientName === undefined ? undefined : await requireClient(db, clientName);
    return listContacts(db, { ...filter, ...(client === undefined ? {} : { clientId: client.id }) });
  });
  context.output.print(contacts.map(contactDocument), (page) => contactTable(contacts, page));
  if (contacts.length === 0) context.output.say('no contacts');
}

async function show(context: CommandContext, name: string): Promise<void> {
  const { listContacts } = await import('../store/client-list.ts');
  const { listTickets } = await import('../store/ticket-list.ts');
  const { requireContact } = await import('../tickets/local/edit-contact.ts');
  const { summaryOf } = await import('../tickets/ticket-view.ts');
  const { readableTickets } = await import('../inbox/readable-tickets.ts');
  const { teamMailboxes } = await import('../filing/organisation.ts');
  await withStore(context, 'client.read', async ({ store: { db }, config, actor }) => {
    const { id } = await requireContact(db, name);
    const [contact] = await listContacts(db, { contactId: id });
    if (contact === undefined) return;
    const all = (await listTickets(db, { contactId: id })).map(summaryOf);
    const reads = { actor, teamMailboxes: teamMailboxes(config) };
    const readable = await readableTickets(
      db,
      reads,
      all.map((ticket) => ticket.id),
    );
    // Only agents who may read a ticket may learn who its contacts are.
    const tickets = all.filter((ticket) => readable?.has(ticket.id) ?? true);
    const hidden = all.length - tickets.length;
    context.output.print({ ...contactDocument(contact), tickets, hidden_tickets: hidden }, (page) => [
      `${page.style.dim(String(id))}  ${page.style.bold(terminalText(contact.name))}`,
      terminalText(contact.addresses.join(', ')),
      ...(contact.client_name === null ? [] : [terminalText(contact.client_name)]),
      ...(tickets.length === 0 ? [] : ['', ...ticketTable(tickets, page, config.timezone)]),
    ]);
    if (hidden > 0) context.output.warn(`${count(hidden, 'ticket')} not shown: tickets of other agents`);
  });
}

interface FieldFlags extends DryRunFlag {
  readonly name?: string;
  readonly client?: string;
}

interface SetFlags extends FieldFlags {
  readonly addAddress?: readonly string[];
  readonly removeAddress?: readonly string[];
}

async function create(context: CommandContext, texts: readonly string[], flags: FieldFlags): Promise<void> {
  const { newContact } = await import('../tickets/local/edit-contact.ts');
  const { personValue } = await import('../tickets/local/edit.ts');
  const people = texts.map(personValue);
  const written = people.find((person) => person.name !== '')?.name;
  await editStore(
    context,
    flags,
    async (edit) =>
      newContact(edit, {
        ...(written === undefined ? {} : { name: written }),
        ...(await fieldsOf(edit, flags)),
        addresses: people.map((person) => person.address),
      }),
    { verb: 'client.write', command: 'contact.new', object: people[0]?.address ?? '' },
  );
}

async function change(context: CommandContext, name: string, flags: SetFlags): Promise<void> {
  const { changeContact, requireContact } = await import('../tickets/local/edit-contact.ts');
  const { personValue } = await import('../tickets/local/edit.ts');
  const addressOf = (text: string): string => personValue(text).address;
  await editStore(
    context,
    flags,
    async (edit) =>
      changeContact(edit, await requireContact(edit.trx, name), {
        ...(await fieldsOf(edit, flags)),
        addAddresses: (flags.addAddress ?? []).map(addressOf),
        removeAddresses: (flags.removeAddress ?? []).map(addressOf),
      }),
    { verb: 'client.write', command: 'contact.set', object: name },
  );
}

async function fieldsOf(edit: Edit, { name, client }: FieldFlags): Promise<ContactFields> {
  const { clientIdOf } = await import('../tickets/local/edit-client.ts');
  return {
    ...(name === undefined ? {} : { name }),
    ...(client === undefined ? {} : { clientId: await clientIdOf(edit.trx, client) }),
  };
}
