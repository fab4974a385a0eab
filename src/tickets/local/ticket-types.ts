import type { TicketTypeConfig } from '../../config/schema.ts';
import { oneOf } from '../../config/suggest.ts';
import { IntegratorError } from '../../domain/errors.ts';
import type { Use } from '../../domain/ticket.ts';

/**
 * The configured type of that name (in any case), which must be of that use; without a name the first of its use that
 * takes part in matching. Throws `usage`.
 */
export function ticketTypeFor(types: readonly TicketTypeConfig[], use: Use, name: string | undefined): string {
  const ofUse = types.filter((type) => type.use === use);
  const hint = ofUse.length === 0 ? 'add one under ticket_types' : `it can be ${oneOf(ofUse.map((type) => type.name))}`;
  if (name === undefined) {
    const first = ofUse.find((type) => !type.exclude_from_matching) ?? ofUse[0];
    if (first !== undefined) return first.name;
    throw new IntegratorError('usage', `the configuration has no ticket type of the use ${use}`, { hint });
  }
  const wanted = types.filter((type) => type.name.toLowerCase() === name.trim().toLowerCase());
  const found = wanted.find((type) => type.use === use);
  if (found !== undefined) return found.name;
  const [other] = wanted;
  const problem =
    other === undefined
      ? `there is no ticket type "${name.slice(0, 200)}"`
      : `the type ${other.name} is for the use ${other.use}, not ${use}`;
  throw new IntegratorError('usage', problem, { hint });
}
