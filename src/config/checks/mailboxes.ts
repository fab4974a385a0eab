import { folderPathKey, parseFolderPath } from '../../domain/folder-path.ts';
import { useOf } from '../../domain/ticket.ts';
import { didYouMean } from '../suggest.ts';
import type { KeyPath, Problem } from '../problem.ts';
import type { Config, Connection, MailboxConfig } from '../schema.ts';
import { agentIds, duplicates, unknownAgents } from './names.ts';

export function checkMailboxes(config: Config): Problem[] {
  const placed = config.connections.flatMap((connection, at) =>
    connection.mailboxes.map((mailbox, index) => ({
      connection,
      mailbox,
      path: ['connections', at, 'mailboxes', index],
    })),
  );
  const agents = agentIds(config);
  const addresses = placed.map(({ mailbox, path }) => ({ name: mailbox.address, path: [...path, 'address'] }));
  return [
    ...duplicates(addresses, 'a mailbox is listed once, in one connection'),
    ...placed.flatMap(({ connection, mailbox, path }) => [
      ...checkAgents(mailbox, agents, path),
      ...checkFolders(mailbox, path),
      ...checkNewTicketType(connection, mailbox, { config, path }),
    ]),
  ];
}

function checkAgents(mailbox: MailboxConfig, agents: ReadonlySet<string>, path: KeyPath): Problem[] {
  const at = [...path, 'agents'];
  const places = mailbox.agents.map((name, index) => ({ name, path: [...at, index] }));
  const problems = [...unknownAgents(mailbox.agents, agents, at), ...duplicates(places, 'name each agent once')];
  if (mailbox.agents.length > 1 && mailbox.matched_to !== 'incidents') {
    const message = `are several, but only a mailbox matched to incidents may be shared; name one agent`;
    problems.push({ path: at, message });
  }
  return problems;
}

function checkFolders(mailbox: MailboxConfig, path: KeyPath): Problem[] {
  const at = [...path, 'folders'];
  const places = mailbox.folders.map((name, index) => ({ name, key: folderPathKey(name), path: [...at, index] }));
  const problems = duplicates(places, 'name each folder once');
  mailbox.folders.forEach((folder, index) => {
    if (parseFolderPath(folder).some((name) => name.trim() === '')) {
      problems.push({ path: [...at, index], message: `"${folder}" has an empty part; write Inbox/Orders` });
    }
  });
  if (mailbox.folders.includes('all') && mailbox.folders.length > 1) {
    problems.push({ path: at, message: 'holds all, which the others are part of; keep all, or the others' });
  }
  return problems;
}

interface Place {
  readonly config: Config;
  readonly path: KeyPath;
}

function checkNewTicketType(connection: Connection, mailbox: MailboxConfig, { config, path }: Place): Problem[] {
  const at = [...path, 'new_ticket_type'];
  const name = mailbox.new_ticket_type;
  if (name === undefined) {
    const needed = connection.unmatched === 'new_ticket' && mailbox.email_matching;
    return needed ? [{ path: at, message: 'is missing; unmatched: new_ticket needs it' }] : [];
  }
  // Other ticket systems bring their own types; theirs are checked when they are asked.
  if (config.ticket_system.type !== 'local') return [];
  const use = useOf[mailbox.matched_to];
  const fitting = config.ticket_types.filter((type) => type.use === use).map((type) => type.name);
  const type = config.ticket_types.find((one) => one.name === name);
  if (type === undefined) {
    return [{ path: at, message: `"${name}" is not a ticket type${didYouMean(name, fitting, 'types that fit are')}` }];
  }
  if (type.use === use) return [];
  const choice = fitting.length === 0 ? `add a type of use ${use}` : `types that fit are: ${fitting.join(', ')}`;
  const message = `"${name}" is of use ${type.use}, but the mailbox is matched to ${mailbox.matched_to}; ${choice}`;
  return [{ path: at, message }];
}
