import { grants } from '../entra/exchange-roles.ts';
import { sameAddress } from '../world/people.ts';
import type { Mailbox } from '../world/mailbox.ts';
import type { World } from '../world/world.ts';
import type { Caller } from './caller.ts';
import { GraphRefusal, accessDenied, badRequest } from './errors.ts';

/** What a request needs: `directory` is the account itself, not its mail. */
export type Need = 'read' | 'write' | 'send' | 'settings' | 'directory';

/** Finds the account a path names. `me` is null for `/users/…`. */
export function targetOf(world: World, caller: Caller, user: string | null, need: Need): Mailbox {
  if (user === null) {
    if (caller.kind === 'application')
      throw badRequest('/me request is only valid with delegated authentication flow.');
    return caller.account;
  }
  const found = world.find(user);
  if (found !== null && understands(found, user)) return found;
  if (need === 'directory') {
    throw new GraphRefusal(
      404,
      'Request_ResourceNotFound',
      `Resource '${user}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }
  throw new GraphRefusal(404, 'ErrorInvalidUser', `The requested user '${user}' is invalid.`);
}

/** Throws the refusal a caller without the permission or the right meets. */
export function mustBeAllowed(caller: Caller, target: Mailbox, need: Need): void {
  switch (need) {
    case 'directory':
      return directoryAllowed(caller, target);
    case 'settings':
      return settingsAllowed(caller, target);
    case 'read':
    case 'write':
    case 'send':
      return mailAllowed(caller, target, need);
  }
}

export function isOwner(caller: Caller, target: Mailbox): boolean {
  return caller.kind === 'person' && caller.account === target;
}

function directoryAllowed(caller: Caller, target: Mailbox): void {
  if (caller.kind === 'application') {
    if (has(caller.roles, ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All'])) return;
  } else {
    const own = ['User.Read', 'User.ReadWrite'];
    const all = ['User.ReadBasic.All', 'User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All'];
    if (has(caller.scopes, isOwner(caller, target) ? [...own, ...all] : all)) return;
  }
  throw new GraphRefusal(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
}

/** There is no permission for the settings of somebody else's mailbox but the application's. */
function settingsAllowed(caller: Caller, target: Mailbox): void {
  const names = ['MailboxSettings.Read', 'MailboxSettings.ReadWrite'];
  if (target.kind === 'none') throw noMailbox();
  const allowed =
    caller.kind === 'application'
      ? applicationMay(caller, names, target)
      : isOwner(caller, target) && has(caller.scopes, names);
  if (!allowed) throw accessDenied();
}

/** What Entra consented to and what Exchange assigned add up: a scope of Exchange takes nothing from a consent. */
function applicationMay(
  { roles, exchangeRoles }: Extract<Caller, { kind: 'application' }>,
  names: readonly string[],
  target: Mailbox,
): boolean {
  return has(roles, names) || grants(exchangeRoles, names, target);
}

const mailPermissions = {
  read: ['Mail.Read', 'Mail.ReadWrite'],
  write: ['Mail.ReadWrite'],
  send: ['Mail.Send'],
} as const;

function mailAllowed(caller: Caller, target: Mailbox, need: 'read' | 'write' | 'send'): void {
  if (target.kind === 'none') throw noMailbox();
  const names = mailPermissions[need];
  if (caller.kind === 'application') {
    if (!applicationMay(caller, names, target)) throw accessDenied();
    if (target.access === 'none' || target.access === 'hidden') throw accessDenied();
    return;
  }
  const shared = names.map((name) => `${name}.Shared`);
  const own = isOwner(caller, target);
  if (!has(caller.scopes, own ? [...names, ...shared] : shared)) throw accessDenied();
  if (!own) rightsOf(caller.account, target, need);
}

function rightsOf(account: Mailbox, target: Mailbox, need: 'read' | 'write' | 'send'): void {
  const single =
    target.accessOf.get(account.userPrincipalName.toLowerCase()) ?? target.accessOf.get(account.address.toLowerCase());
  const access = single ?? target.access;
  if (access === 'hidden') throw new GraphRefusal(404, 'ErrorItemNotFound', 'Default folder Root not found.');
  if (access === 'none' || (access === 'read' && need !== 'read')) throw accessDenied();
}

function noMailbox(): GraphRefusal {
  return new GraphRefusal(
    404,
    'MailboxNotEnabledForRESTAPI',
    'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
  );
}

function understands(mailbox: Mailbox, user: string): boolean {
  if (sameAddress(mailbox.userPrincipalName, user) || mailbox.objectId === user.toLowerCase()) return true;
  return mailbox.resolvesByAddress && sameAddress(mailbox.address, user);
}

function has(granted: ReadonlySet<string>, wanted: readonly string[]): boolean {
  return wanted.some((name) => granted.has(name) || granted.has(name.toLowerCase()));
}
