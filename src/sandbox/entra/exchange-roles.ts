import { sameAddress } from '../world/people.ts';
import type { Mailbox } from '../world/mailbox.ts';
import type { ExchangeRole } from './directory.ts';

/** Roles that stand for several permissions. */
const combined: Readonly<Record<string, readonly string[]>> = {
  'mail full access': ['mail.readwrite', 'mail.send'],
  'exchange full access': ['mail.readwrite', 'mail.send', 'mailboxsettings.readwrite'],
};

/** Whether Exchange grants the application one of these permissions ("Mail.Read") on this mailbox. */
export function grants(roles: readonly ExchangeRole[], permissions: readonly string[], mailbox: Mailbox): boolean {
  const wanted = permissions.map((name) => name.toLowerCase());
  return roles.some(({ role, mailboxes }) => {
    const name = role.toLowerCase().replace(/^application /, '');
    const named = combined[name] ?? [name];
    const inScope = mailboxes === null || mailboxes.some((address) => sameAddress(address, mailbox.address));
    return inScope && named.some((each) => wanted.includes(each));
  });
}
