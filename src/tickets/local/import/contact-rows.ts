import { normalizeAddress } from '../../../config/addresses.ts';
import { IntegratorError } from '../../../domain/errors.ts';
import { personValue } from '../edit.ts';
import { clientNamed } from '../edit-client.ts';
import { putContact } from '../edit-contact.ts';
import { severalValues } from './import-csv.ts';
import type { RowImporter } from './import-csv.ts';

/** `contact import`: a row is a person, known by any of the addresses. */
export const contactRows: RowImporter = {
  columns: { required: ['addresses'], optional: ['name', 'client'] },
  keys: (cells) => (severalValues(cells.get('addresses')) ?? []).flatMap((text) => normalizeAddress(text) ?? []),
  apply: async (edit, cells) => {
    const people = (severalValues(cells.get('addresses')) ?? []).map(personValue);
    if (people.length === 0) throw new IntegratorError('usage', 'addresses is empty');
    const name = cells.get('name') ?? people.find((person) => person.name !== '')?.name;
    const client = cells.get('client');
    return putContact(
      edit,
      people.map((person) => person.address),
      {
        ...(name === undefined ? {} : { name }),
        ...(client === undefined ? {} : { clientId: await clientNamed(edit, client) }),
      },
    );
  },
};
