import { didYouMean } from '../suggest.ts';
import type { KeyPath, Problem } from '../problem.ts';
import type { Config } from '../schema.ts';
import { agentIds, duplicates, unknownAgents } from './names.ts';

export function checkOutgoing(config: Config): Problem[] {
  const { outgoing } = config;
  const at = ['outgoing', 'mailboxes'];
  const agents = agentIds(config);
  const connections = new Set(config.connections.map(({ name }) => name));
  const places = outgoing.mailboxes.map((mailbox, index) => ({
    name: mailbox.address,
    path: [...at, index, 'address'],
  }));
  return [
    ...duplicates(places, 'list it once'),
    ...outgoing.mailboxes.flatMap((mailbox, index) => [
      ...unknownConnection(mailbox.connection, connections, [...at, index, 'connection']),
      ...unknownAgents(mailbox.agents, agents, [...at, index, 'agents']),
    ]),
    ...checkFromAddresses(config),
    ...duplicates(
      outgoing.client_overrides.map(({ client }, index) => ({
        name: client,
        path: ['outgoing', 'client_overrides', index, 'client'],
      })),
      'keep one of them',
    ),
  ];
}

function unknownConnection(name: string, known: ReadonlySet<string>, path: KeyPath): Problem[] {
  if (known.has(name)) return [];
  return [{ path, message: `"${name}" is not a connection${didYouMean(name, [...known], 'connections are')}` }];
}

/** Mail goes out through mailboxes we can sign in to: an address of nobody's cannot be a From. */
function checkFromAddresses(config: Config): Problem[] {
  const { outgoing, connections } = config;
  const known = new Set([
    ...outgoing.mailboxes.map((mailbox) => mailbox.address),
    ...connections.flatMap((connection) => connection.mailboxes.map((mailbox) => mailbox.address)),
  ]);
  return fromAddresses(config).flatMap(({ from, path }): Problem[] => {
    if (from === undefined || !from.includes('@') || known.has(from)) return [];
    const message = `"${from}" is neither a mailbox of a connection nor of outgoing.mailboxes; list it there`;
    return [{ path, message }];
  });
}

interface FromPlace {
  readonly from: string | undefined;
  readonly path: KeyPath;
}

function fromAddresses({ outgoing }: Config): FromPlace[] {
  return [
    ...Object.entries(outgoing.actions).map(([name, action]) => ({
      from: action.from,
      path: ['outgoing', 'actions', name, 'from'],
    })),
    { from: outgoing.quotation_from, path: ['outgoing', 'quotation_from'] },
    { from: outgoing.quotation_fallback, path: ['outgoing', 'quotation_fallback'] },
    ...outgoing.client_overrides.map((override, index) => ({
      from: override.quotation_from,
      path: ['outgoing', 'client_overrides', index, 'quotation_from'],
    })),
  ];
}
