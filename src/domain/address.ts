/** Addresses and domains here are lower-case with ASCII domains; the doors see to it. */

/** What follows the last @, without a final point; '' where there is none. */
export function domainOf(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = at < 0 ? '' : address.slice(at + 1);
  return domain.endsWith('.') ? domain.slice(0, -1) : domain;
}

/** The own organisation's domains: those of the addresses of its mailboxes and agents, and the further ones named. */
export function ownDomains(addresses: Iterable<string>, further: Iterable<string>): ReadonlySet<string> {
  const own = new Set<string>(further);
  for (const address of addresses) own.add(domainOf(address));
  own.delete('');
  return own;
}

/** Own domains and all their subdomains. The cost is that of the labels of `domain`, however many are own. */
export function isOwnDomain(domain: string, own: ReadonlySet<string>): boolean {
  let rest = domain;
  while (rest !== '') {
    if (own.has(rest)) return true;
    const point = rest.indexOf('.');
    rest = point < 0 ? '' : rest.slice(point + 1);
  }
  return false;
}
