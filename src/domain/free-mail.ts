/** Domains at which anybody can have an address: a shared domain there says nothing about a shared employer. */
const consumerDomains = new Set(['gmail.com']);

export function isFreeMail(domain: string): boolean {
  return consumerDomains.has(domain);
}
