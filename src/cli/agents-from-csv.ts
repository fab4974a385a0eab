import { normalizeAddress } from '../config/addresses.ts';
import { reservedAgentIds } from '../config/checks/names.ts';
import { agentId } from '../config/schema/connection.ts';
import { readCsvTable } from '../content/csv-table.ts';
import type { CsvSource } from '../content/csv-source.ts';
import { IntegratorError } from '../domain/errors.ts';
import type { FirstAgent } from './first-config.ts';

const columns = {
  required: ['name', 'address'],
  optional: ['id', 'role'],
  aliases: new Map([
    ['email', 'address'],
    ['e_mail', 'address'],
  ]),
};

/**
 * The agents of a CSV file with the columns `name,address[,id,role]`: each a person with a mailbox. Without an id the
 * part of the address before the @ is taken. Throws `usage` that lists every row that cannot be used.
 */
export async function agentsFromCsv(source: CsvSource): Promise<readonly FirstAgent[]> {
  const table = await readCsvTable(source, columns);
  const agents: FirstAgent[] = [];
  const problems: string[] = [];
  for await (const row of table.rows) {
    const read = row.kind === 'broken' ? row.problem : agentOf(row.cells, agents);
    if (typeof read === 'string') problems.push(`line ${row.line}: ${read}`);
    else agents.push(read);
  }
  if (problems.length > 0) {
    const message = `${source.name} cannot be used; nothing was written\n${problems.join('\n')}`;
    throw new IntegratorError('usage', message, { hint: 'columns: name,address[,id,role]; one person a line' });
  }
  if (agents.length === 0) throw new IntegratorError('usage', `${source.name} names nobody; nothing was written`);
  return agents;
}

/** The agent of a row, or what is wrong with it. */
function agentOf(cells: ReadonlyMap<string, string>, before: readonly FirstAgent[]): FirstAgent | string {
  const name = cells.get('name');
  const written = cells.get('address');
  if (name === undefined) return 'the name is missing';
  if (written === undefined) return `${name}: the address is missing`;
  const address = normalizeAddress(written);
  if (address === null) return `"${written}" is not an e-mail address`;
  if (before.some((agent) => agent.address === address)) return `${address} stands here a second time`;
  const role = (cells.get('role') ?? 'agent').toLowerCase();
  if (role !== 'agent' && role !== 'administrator') return `"${role}" is not a role; write agent or administrator`;
  const id = cells.get('id') ?? freeId(address, before);
  if (!agentId.safeParse(id).success) return `"${id}" is not an id: letters, digits, dots, dashes, underscores only`;
  if (reservedAgentIds.has(id.toLowerCase())) return `the id "${id}" stands for a way of filing; choose another one`;
  if (before.some((agent) => agent.id.toLowerCase() === id.toLowerCase())) return `the id "${id}" is taken`;
  return { id, name, address, role };
}

/** `ann` for ann@contoso.test; ann-2 where there is an ann already. */
export function freeId(address: string, before: readonly FirstAgent[]): string {
  const base = (address.split('@')[0] ?? '').replaceAll(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, '') || 'agent';
  const taken = (id: string) => reservedAgentIds.has(id) || before.some((agent) => agent.id.toLowerCase() === id);
  let id = base;
  for (let number = 2; taken(id); number += 1) id = `${base}-${number}`;
  return id;
}
