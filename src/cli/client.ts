import type { Command } from 'commander';
import type { ListedClient } from '../store/client-list.ts';
import type { CommandContext } from './context.ts';
import { count } from './format.ts';
import { dryRunOption } from './program.ts';
import { table } from './table.ts';
import { terminalText } from '../content/terminal.ts';
import { collect, editStore, wholeNumber } from './ticketing/edit-store.ts';
import type { DryRunFlag } from './ticketing/edit-store.ts';
import { addImport } from './ticketing/import-command.ts';
import { contactDocument, contactTable } from './ticketing/contact-table.ts';
import { ticketTable } from './ticketing/ticket-table.ts';
import { withStore } from './with-store.ts';

const importColumns = `name (known again by it); if you like domains, contacts (Name <address>, added to those it has)`;

export function register(noun: Command, context: CommandContext): void {
  noun
    .command('list')
    .description('clients, by name')
    .option('--search <text>', 'part of the name or of a domain')
    .option('--limit <n>', 'at most so many', wholeNumber)
    .action((flags: ListFlags) => list(context, flags));
  noun
    .command('show')
    .description('a client with its contacts, tickets and CRM notes')
    .argument('<client>', clientArgument)
    .action((name: string) => show(context, name));
  noun
    .command('new')
    .description('add a client')
    .argument('<name>')
    .option('--domain <domain>', 'an e-mail domain of theirs; can be given several times', collect)
    .addOption(dryRunOption())
    .action((name: string, flags: NewFlags) => create(context, name, flags));
  noun
    .command('set')
    .description('change a client')
    .argument('<client>', clientArgument)
    .option('--name <name>')
    .option('--add-domain <domain>', 'can be given several times', collect)
    .option('--remove-domain <domain>', 'can be given several times', collect)
    .addOption(dryRunOption())
    .action((name: string, flags: SetFlags) => change(context, name, flags));
  addImport(noun, context, {
    columns: importColumns,
    verb: 'client.write',
    loadRows: async () => (await import('../tickets/local/import/client-rows.ts')).clientRows,
  });
}

const clientArgument = 'its number or its name';

interface ListFlags {
  readonly search?: string;
  readonly limit?: number;
}

async function list(context: CommandContext, flags: ListFlags): Promise<void> {
  const { listClients } = await import('../store/client-list.ts');
  const clients = await withStore(context, 'client.read', ({ store }) => listClients(store.db, flags));
  context.output.print(clients.map(clientDocument), ({ width, style }) =>
    table(
      [
        { title: 'CLIENT', value: (client) => String(client.id), align: 'right' },
        { title: 'NAME', value: (client) => client.name, shrinks: true },
        { title: 'DOMAINS', value: (client) => client.domains.join(', '), shrinks: true },
      ],
      clients,
      { width, paintTitle: style.dim },
    ),
  );
  if (clients.length === 0) context.output.say('no clients');
}

function clientDocument({ id, name, domains, created_at, updated_at }: ListedClient) {
  return {
    id: String(id),
    name,
    domains,
    created_at: new Date(created_at).toISOString(),
    updated_at: new Date(updated_at).toISOString(),
  };
}

async function show(context: CommandContext, name: string): Promise<void> {
  const { clientNotes } = await import('../inbox/client-notes.ts');
  const { listContacts } = await import('../store/client-list.ts');
  const { clientDomains } = await import('../store/clients.ts');
  const { listTickets } = await import('../store/ticket-list.ts');
  const { requireClient } = await import('../tickets/local/edit-client.ts');
  const { summaryOf } = await import('../tickets/ticket-view.ts');
  const { noteLines } = await import('./ticketing/note-lines.ts');
  await withStore(context, 'client.read', async ({ store, config, actor }) => {
    const { db } = store;
    const client = await requireClient(db, name);
    const domains = (await clientDomains(db, [client.id])).get(client.id) ?? [];
    const contacts = await listContacts(db, { clientId: client.id });
    const tickets = (await listTickets(db, { clientId: client.id })).map(summaryOf);
    const { notes, hidden } = await clientNotes({ store, config, actor, now: Date.now }, client.id);
    const about = { ...clientDocument({ ...client, domains }), contacts: contacts.map(contactDocument), tickets };
    context.output.print({ ...about, notes, hidden_notes: hidden }, (page) => [
      `${page.style.dim(String(client.id))}  ${page.style.bold(terminalText(client.name))}`,
      ...(domains.length === 0 ? [] : [terminalText(domains.join(', '))]),
      ...(contacts.length === 0 ? [] : ['', ...contactTable(contacts, page)]),
      ...(tickets.length === 0 ? [] : ['', ...ticketTable(tickets, page, config.timezone)]),
      ...notes.flatMap((note) => ['', ...noteLines(note, page, config.timezone)]),
    ]);
    if (hidden > 0) context.output.warn(`${count(hidden, 'note')} not shown: mail of other agents`);
  });
}

interface NewFlags extends DryRunFlag {
  readonly domain?: readonly string[];
}

async function create(context: CommandContext, name: string, flags: NewFlags): Promise<void> {
  const { newClient } = await import('../tickets/local/edit-client.ts');
  const { domainValue } = await import('../tickets/local/edit.ts');
  const domains = (flags.domain ?? []).map(domainValue);
  await editStore(context, flags, (edit) => newClient(edit, name, { domains }), {
    verb: 'client.write',
    command: 'client.new',
    object: name,
  });
}

interface SetFlags extends DryRunFlag {
  readonly name?: string;
  readonly addDomain?: readonly string[];
  readonly removeDomain?: readonly string[];
}

async function change(context: CommandContext, name: string, flags: SetFlags): Promise<void> {
  const { changeClient, requireClient } = await import('../tickets/local/edit-client.ts');
  const { domainValue } = await import('../tickets/local/edit.ts');
  await editStore(
    context,
    flags,
    async (edit) =>
      changeClient(edit, await requireClient(edit.trx, name), {
        ...(flags.name === undefined ? {} : { name: flags.name }),
        addDomains: (flags.addDomain ?? []).map(domainValue),
        removeDomains: (flags.removeDomain ?? []).map(domainValue),
      }),
    { verb: 'client.write', command: 'client.set', object: name },
  );
}
