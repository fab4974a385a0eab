import { didYouMean } from '../suggest.ts';
import { type KeyPath, type Problem, formatKeyPath } from '../problem.ts';
import type { Config } from '../schema.ts';

/** Names by which people and other keys refer to a thing stand for one thing each; case does not tell them apart. */
export function checkNames(config: Config): Problem[] {
  return [
    ...reservedIds(config),
    ...duplicates(config.agents.map((agent, index) => ({ name: agent.id, path: ['agents', index, 'id'] }))),
    ...duplicates(config.agents.flatMap((agent, index) => named(agent.email, ['agents', index, 'email']))),
    ...duplicates(config.connections.map((one, index) => ({ name: one.name, path: ['connections', index, 'name'] }))),
    ...duplicates(config.ticket_types.map((one, index) => ({ name: one.name, path: ['ticket_types', index, 'name'] }))),
    ...duplicates(
      config.business_units.map((one, index) => ({ name: one.name, path: ['business_units', index, 'name'] })),
    ),
  ];
}

/** `filed_by` names an agent, or one of these. */
export const reservedAgentIds = new Set(['rule', 'thread', 'outlook']);

function reservedIds({ agents }: Config): Problem[] {
  return agents.flatMap(({ id }, index): Problem[] => {
    if (!reservedAgentIds.has(id.toLowerCase())) return [];
    return [{ path: ['agents', index, 'id'], message: `"${id}" stands for a way of filing; choose another one` }];
  });
}

export interface NamedPlace {
  readonly name: string;
  /** The same for names that stand for one thing; the name in lower case where it is absent. */
  readonly key?: string;
  readonly path: KeyPath;
}

function named(name: string | undefined, path: KeyPath): NamedPlace[] {
  return name === undefined ? [] : [{ name, path }];
}

export function duplicates(places: readonly NamedPlace[], fix = 'choose another one'): Problem[] {
  const first = new Map<string, KeyPath>();
  return places.flatMap(({ name, key = name.toLowerCase(), path }): Problem[] => {
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, path);
      return [];
    }
    return [{ path, message: `"${name}" is taken by ${formatKeyPath(earlier)}; ${fix}` }];
  });
}

/** The ids of all agents; made once for all places that name some. */
export function agentIds({ agents }: Pick<Config, 'agents'>): ReadonlySet<string> {
  return new Set(agents.map(({ id }) => id));
}

/** One problem per id that no agent has. */
export function unknownAgents(ids: readonly string[], known: ReadonlySet<string>, path: KeyPath): Problem[] {
  return ids.flatMap((id, index): Problem[] => {
    if (known.has(id)) return [];
    const hint = known.size === 0 ? '; add it under agents' : didYouMean(id, [...known], 'agents are');
    return [{ path: [...path, index], message: `"${id}" is not an agent${hint}` }];
  });
}
