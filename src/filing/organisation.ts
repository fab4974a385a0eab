import type { Config } from '../config/schema.ts';
import { ownDomains } from '../domain/address.ts';
import type { CandidateContext } from '../store/candidates.ts';

/**
 * Everything the configuration says that is the same for all mailboxes. It is made once and shared: copied for each
 * mailbox, its cost would grow with the square of their number.
 */
export interface Organisation {
  /** Our own mailboxes and agents: they take part in every thread, so they prove nothing. */
  readonly ownAddresses: ReadonlySet<string>;
  readonly ownDomains: ReadonlySet<string>;
  readonly candidates: CandidateContext;
  /** Mailboxes whose mail is matched to incidents, of connections that are switched on: the team's. */
  readonly teamMailboxes: readonly string[];
  /** Agent's id → address, of those that have one. */
  readonly addressOfAgent: ReadonlyMap<string, string>;
}

export function organisationOf(config: Config): Organisation {
  const addressOfAgent = new Map(
    config.agents.flatMap(({ id, email }) => (email === undefined ? [] : [[id, email] as const])),
  );
  const ownAddresses = new Set([
    ...config.connections.flatMap(({ mailboxes }) => mailboxes.map(({ address }) => address)),
    ...config.outgoing.mailboxes.map(({ address }) => address),
    ...addressOfAgent.values(),
  ]);
  return {
    ownAddresses,
    ownDomains: ownDomains(
      [...ownAddresses],
      config.connections.flatMap((connection) => connection.own_domains),
    ),
    candidates: candidateContext(config),
    teamMailboxes: teamMailboxes(config),
    addressOfAgent,
  };
}

/** Mailboxes whose mail is matched to incidents, of connections that are switched on. */
export function teamMailboxes(config: Pick<Config, 'connections'>): readonly string[] {
  return config.connections
    .filter(({ enabled }) => enabled)
    .flatMap(({ mailboxes }) => mailboxes)
    .filter(({ matched_to: matchedTo }) => matchedTo === 'incidents')
    .map(({ address }) => address);
}

function candidateContext(config: Config): CandidateContext {
  return {
    excludedTypes: new Set(config.ticket_types.filter((type) => type.exclude_from_matching).map((type) => type.name)),
    units: config.business_units.map((unit) => ({
      name: unit.name,
      addresses: [...unit.recipients, ...unit.members],
      domains: unit.domains,
    })),
  };
}
