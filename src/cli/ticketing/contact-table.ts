import type { ListedContact } from '../../store/client-list.ts';
import type { Page } from '../output.ts';
import { table } from '../table.ts';

export function contactTable(contacts: readonly ListedContact[], { width, style }: Page): string[] {
  return table(
    [
      { title: 'CONTACT', value: (contact) => String(contact.id), align: 'right' },
      { title: 'NAME', value: (contact) => contact.name, shrinks: true },
      { title: 'CLIENT', value: (contact) => contact.client_name ?? '', shrinks: true },
      { title: 'ADDRESSES', value: (contact) => contact.addresses.join(', '), shrinks: true },
    ],
    contacts,
    { width, paintTitle: style.dim },
  );
}

export function contactDocument({ id, name, client_id, client_name, addresses }: ListedContact) {
  return {
    id: String(id),
    name,
    client: client_id === null || client_name === null ? null : { id: String(client_id), name: client_name },
    addresses,
  };
}
