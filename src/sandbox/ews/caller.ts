import type { Directory, ExchangeRole } from '../entra/directory.ts';
import { grants } from '../entra/exchange-roles.ts';
import type { AccessClaims, TokenSigner } from '../entra/jwt.ts';
import type { Request } from '../reply.ts';
import type { Mailbox } from '../world/mailbox.ts';
import type { World } from '../world/world.ts';
import type { NtlmDoor, Spoken } from './ntlm.ts';
import { EwsRefusal } from './soap.ts';
import { below } from './xml.ts';
import type { Node } from './xml.ts';

export interface CallerParts {
  readonly world: World;
  readonly directory: Directory;
  readonly signer: TokenSigner;
  readonly ntlm: NtlmDoor;
  now(): number;
}

/** Who asks: an account, or the application, which has no mailbox unless it impersonates somebody. */
export type Caller =
  | { readonly kind: 'account'; readonly account: Mailbox }
  | { readonly kind: 'application'; readonly roles: readonly string[]; readonly exchangeRoles: readonly ExchangeRole[] }
  | {
      readonly kind: 'nobody';
      readonly diagnostics: string | null;
      /** What an NTLM sign-in has to answer. */
      readonly challenge?: string;
    };

/** Whose rights a request has, and whose mailbox it means where it names none. */
export interface Actor {
  readonly mailbox: Mailbox | null;
  /** Acts as the owner. */
  readonly impersonated: boolean;
}

/** The consent in Entra that reaches every mailbox; of Exchange's own roles it is EWS.AccessAsApp. */
const everywhere = 'full_access_as_app';

const audiences = new Set(['https://outlook.office365.com', 'https://outlook.office.com']);

export function callerOf(request: Pick<Request, 'headers' | 'connection'>, parts: CallerParts): Caller {
  const authorization = request.headers['authorization'];
  const signedIn = parts.ntlm.accountOf(request.connection);
  if (authorization === undefined && signedIn !== null) return { kind: 'account', account: signedIn };
  const [, scheme = '', credentials = ''] = /^(\w+)\s+(\S+)$/.exec(authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'basic') return basic(credentials, parts);
  if (scheme.toLowerCase() === 'bearer') return bearer(credentials, parts);
  if (scheme.toLowerCase() === 'ntlm') return windows(parts.ntlm.speak(credentials, request.connection));
  return { kind: 'nobody', diagnostics: null };
}

function basic(credentials: string, { directory }: CallerParts): Caller {
  const [username = '', ...rest] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
  const account = directory.checkPassword(username, rest.join(':'));
  return account === null ? { kind: 'nobody', diagnostics: null } : { kind: 'account', account };
}

function windows(spoken: Spoken): Caller {
  if (spoken.kind === 'account') return spoken;
  return { kind: 'nobody', diagnostics: null, ...(spoken.kind === 'challenge' ? { challenge: spoken.header } : {}) };
}

export const expired = '2000008;reason="The token has expired or is not yet valid.";error_category="invalid_lifetime"';

function bearer(token: string, parts: CallerParts): Caller {
  const { signer, world } = parts;
  const claims = signer.read(token);
  const bad = (reason: string): Caller => ({
    kind: 'nobody',
    diagnostics: `2000001;reason="${reason}";error_category="invalid_token"`,
  });
  if (claims === null) return bad('The token cannot be read.');
  if (!audiences.has(claims.aud)) return bad('The audience of the token is not this service.');
  if (claims.exp * 1000 <= parts.now()) return { kind: 'nobody', diagnostics: expired };
  if (claims.upn === undefined) {
    return application(claims, parts) ?? bad('A role is missing.');
  }
  const account = world.find(claims.oid ?? '');
  const granted = (claims.scp ?? '').toLowerCase().includes('ews.accessasuser.all');
  return account !== null && granted ? { kind: 'account', account } : bad('A scope is missing.');
}

/** null: neither Entra nor Exchange grants it anything of EWS. */
function application(claims: AccessClaims, { directory }: CallerParts): Caller | null {
  const roles = claims.roles ?? [];
  const exchangeRoles = directory.app(claims.appid ?? '')?.exchangeRoles ?? [];
  const some = roles.includes(everywhere) || exchangeRoles.some(({ role }) => /ews\.accessasapp$/i.test(role));
  return some ? { kind: 'application', roles, exchangeRoles } : null;
}

/** Throws the fault that a wrong or missing impersonation meets. */
export function actorOf(caller: Exclude<Caller, { kind: 'nobody' }>, envelope: Node, world: World): Actor {
  const named = impersonated(envelope);
  if (named === null) {
    return { mailbox: caller.kind === 'account' ? caller.account : null, impersonated: false };
  }
  const mailbox = world.find(named);
  if (mailbox === null || mailbox.kind === 'none') throw noMailbox(true);
  if (caller.kind === 'application' && !applicationMay(caller, mailbox)) throw accessDenied();
  const allowed = caller.kind === 'application' ? mailbox.access : rightsOf(caller.account, mailbox);
  if (allowed === 'none' || allowed === 'hidden') {
    throw new EwsRefusal(
      'ErrorImpersonateUserDenied',
      'The account does not have permission to impersonate the requested user.',
      { whole: true },
    );
  }
  return { mailbox, impersonated: true };
}

export function impersonated(envelope: Node | null): string | null {
  return below(envelope, 'ConnectingSID')?.children[0]?.text.trim() ?? null;
}

/** Throws what an account without the right meets in somebody else's mailbox. */
export function mustSee(actor: Actor, mailbox: Mailbox, need: 'read' | 'write'): void {
  if (mailbox.kind === 'none') throw noMailbox();
  if (actor.mailbox === mailbox) return;
  const access = actor.mailbox === null ? 'none' : rightsOf(actor.mailbox, mailbox);
  if (access === 'hidden')
    throw new EwsRefusal('ErrorFolderNotFound', 'The specified folder could not be found in the store.');
  if (access === 'none' || (access === 'read' && need === 'write')) {
    throw accessDenied();
  }
}

function applicationMay({ roles, exchangeRoles }: Extract<Caller, { kind: 'application' }>, mailbox: Mailbox): boolean {
  return roles.includes(everywhere) || grants(exchangeRoles, ['EWS.AccessAsApp'], mailbox);
}

function accessDenied(): EwsRefusal {
  return new EwsRefusal('ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
}

export function noMailbox(whole = false): EwsRefusal {
  return new EwsRefusal('ErrorNonExistentMailbox', 'The SMTP address has no mailbox associated with it.', { whole });
}

function rightsOf(account: Mailbox, target: Mailbox): Mailbox['access'] {
  if (account === target) return 'full';
  const single =
    target.accessOf.get(account.userPrincipalName.toLowerCase()) ?? target.accessOf.get(account.address.toLowerCase());
  return single ?? target.access;
}
