import type { GivenReference } from '../domain/given-reference.ts';
import type { UnitKeys } from '../domain/unit.ts';
import { inParts } from './in-parts.ts';
import { ask, list, query } from './query.ts';
import type { Reader } from './query.ts';
import type { IncidentReferenceTable } from './ticket-schema.ts';
import type { StoreReader, StoreWriter } from './store.ts';

type Db = StoreReader | StoreWriter;

/** Writes down which reference a unit was given for an incident; the first one stays. */
export async function saveReference(trx: StoreWriter, row: IncidentReferenceTable): Promise<void> {
  await trx
    .insertInto('incident_reference')
    .values(row)
    .onConflict((conflict) => conflict.columns(['ticket_id', 'unit']).doNothing())
    .execute();
}

/** Unit → the reference it was given for this incident. */
export async function referencesOf(db: Db, ticketId: string): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('incident_reference')
    .select(['unit', 'reference'])
    .where('ticket_id', '=', ticketId)
    .execute();
  return new Map(rows.map(({ unit, reference }) => [unit, reference]));
}

/** Reference → the incident and unit it was given for; none for units that are no longer configured. */
export async function givenReferences(
  db: Reader,
  references: readonly string[],
  units: readonly UnitKeys[],
): Promise<Map<string, GivenReference>> {
  const given = new Map<string, GivenReference>();
  for (const part of inParts(references, 400)) {
    const rows = await ask<IncidentReferenceTable>(
      db,
      query`select * from incident_reference where reference in ${list(part)}`,
    );
    for (const row of rows) {
      const unit = units.find(({ name }) => name === row.unit);
      if (unit !== undefined) given.set(row.reference, { ticketId: row.ticket_id, unit });
    }
  }
  return given;
}
