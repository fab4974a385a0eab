import { domainOf, isOwnDomain } from '../domain/address.ts';
import { isFreeMail } from '../domain/free-mail.ts';
import { clientsByContacts, clientsOfAddresses, clientsOfDomains } from '../store/suggestions.ts';
import type { KnownClient } from '../store/suggestions.ts';
import type { Reader } from '../store/query.ts';

export interface SuggestedClient {
  readonly id: string;
  readonly name: string;
  /** "ann@acme.example is a contact of it" */
  readonly reason: string;
}

export type ClientFinder = (parties: readonly string[]) => SuggestedClient | null;

/**
 * Looks up at once who these people may belong to. The finder goes from the address over the contact to the client;
 * then by the domain, where it names one client only: free-mail and own domains name nobody.
 */
export async function clientFinder(
  db: Reader,
  parties: readonly string[],
  ownDomains: ReadonlySet<string>,
): Promise<ClientFinder> {
  const addresses = [...new Set(parties)];
  const domains = [...new Set(addresses.map(domainOf))].filter((domain) => tells(domain, ownDomains));
  const byAddress = await clientsOfAddresses(db, addresses);
  const byDomain = await clientsOfDomains(db, domains);
  const rest = domains.filter((domain) => !byDomain.has(domain));
  const byContacts = await clientsByContacts(db, rest);
  return (asked) =>
    first(asked, (address) => named(byAddress.get(address), `${address} is a contact of it`)) ??
    first(asked.map(domainOf), (domain) => named(only(byDomain.get(domain)), `${domain} is its domain`)) ??
    first(asked.map(domainOf), (domain) =>
      named(only(byContacts.get(domain)), `its contacts have addresses at ${domain}`),
    );
}

function tells(domain: string, ownDomains: ReadonlySet<string>): boolean {
  return domain !== '' && !isFreeMail(domain) && !isOwnDomain(domain, ownDomains);
}

function only(clients: readonly KnownClient[] | undefined): KnownClient | undefined {
  return clients?.length === 1 ? clients[0] : undefined;
}

function named(client: KnownClient | undefined, reason: string): SuggestedClient | null {
  return client === undefined ? null : { id: String(client.clientId), name: client.name, reason };
}

function first(keys: readonly string[], find: (key: string) => SuggestedClient | null): SuggestedClient | null {
  for (const key of keys) {
    const found = find(key);
    if (found !== null) return found;
  }
  return null;
}
