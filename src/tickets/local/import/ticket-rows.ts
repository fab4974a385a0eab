import { IntegratorError } from '../../../domain/errors.ts';
import type { Use } from '../../../domain/ticket.ts';
import { findTicketByReference } from '../../../store/tickets.ts';
import { keyValue, lineValue, personValue, statusValue, useValue } from '../edit.ts';
import type { Edit, Edited } from '../edit.ts';
import { clientNamed } from '../edit-client.ts';
import { changeTicket, newTicket } from '../edit-ticket.ts';
import type { TicketFields } from '../edit-ticket.ts';
import { severalValues } from './import-csv.ts';
import type { RowImporter } from './import-csv.ts';

/** `ticket import`: a row is a ticket, known by its reference. */
export const ticketRows: RowImporter = {
  columns: {
    required: ['reference', 'use', 'summary'],
    optional: ['type', 'status', 'client', 'contacts', 'opening_subject', 'details', 'units', 'agent'],
  },
  keys: (cells) => {
    const reference = cells.get('reference');
    return reference === undefined ? [] : [reference];
  },
  apply: importTicket,
};

async function importTicket(edit: Edit, cells: ReadonlyMap<string, string>): Promise<Edited> {
  const reference = keyValue('reference', cells.get('reference') ?? '');
  const use = useValue(cells.get('use') ?? '');
  const summary = lineValue('summary', cells.get('summary') ?? '');
  const fields: TicketFields = { reference, summary, ...(await optionalFields(edit, cells)) };
  const known = await findTicketByReference(edit.trx, reference);
  if (known === undefined) return newTicket(edit, use, fields);
  if (known.use !== use) throw otherUse(known.id, known.use, use);
  return changeTicket(edit, known, fields);
}

async function optionalFields(edit: Edit, cells: ReadonlyMap<string, string>): Promise<TicketFields> {
  const [type, status, client] = [cells.get('type'), cells.get('status'), cells.get('client')];
  const [openingSubject, details, agent] = [cells.get('opening_subject'), cells.get('details'), cells.get('agent')];
  const contacts = severalValues(cells.get('contacts'))?.map(personValue);
  const units = severalValues(cells.get('units'));
  return {
    ...(type === undefined ? {} : { type }),
    ...(status === undefined ? {} : { status: statusValue(status) }),
    ...(client === undefined ? {} : { clientId: await clientNamed(edit, client) }),
    ...(contacts === undefined ? {} : { contacts }),
    ...(openingSubject === undefined ? {} : { openingSubject }),
    ...(details === undefined ? {} : { details }),
    ...(units === undefined ? {} : { units }),
    ...(agent === undefined ? {} : { agent }),
  };
}

function otherUse(id: string, known: Use, wanted: Use): IntegratorError {
  return new IntegratorError(
    'usage',
    `the reference is that of ${id}, of the use ${known}; it cannot become ${wanted}`,
    {
      hint: 'give the new ticket a reference of its own',
    },
  );
}
