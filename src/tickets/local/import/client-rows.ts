import { clientNameKey } from '../../../store/clients.ts';
import { domainValue, personValue } from '../edit.ts';
import { putClient } from '../edit-client.ts';
import { severalValues } from './import-csv.ts';
import type { RowImporter } from './import-csv.ts';

/** `client import`: a row is a client, known by its name. */
export const clientRows: RowImporter = {
  columns: { required: ['name'], optional: ['domains', 'contacts'] },
  keys: (cells) => {
    const name = cells.get('name');
    return name === undefined ? [] : [clientNameKey(name)];
  },
  apply: (edit, cells) => {
    const domains = severalValues(cells.get('domains'))?.map(domainValue);
    const contacts = severalValues(cells.get('contacts'))?.map(personValue);
    return putClient(edit, cells.get('name') ?? '', {
      ...(domains === undefined ? {} : { domains }),
      ...(contacts === undefined ? {} : { contacts }),
    });
  },
};
