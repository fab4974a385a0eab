import { told } from '../../auth/credential-in-use.ts';
import type { CredentialInUse } from '../../auth/credential-in-use.ts';
import { IntegratorError } from '../../domain/errors.ts';
import { isExchangeOnline } from '../../domain/ews-retirement.ts';
import { type EwsMeaning, login, meaningOfCode, tooLarge } from './response-codes.ts';

export { passes } from './response-codes.ts';

/** Who was refused, and where: what to do depends on both. */
export interface EwsPlace {
  readonly credential: CredentialInUse;
  readonly host: string;
}

const unknown: EwsMeaning = {
  kind: 'protocol',
  says: 'was refused in a way we do not know',
  hint: 'The server\'s own words say more; Microsoft lists the codes under "ResponseCode" of the EWS reference.',
};

/** Of one thing in a batch: the server did not get to it, and the rest of the batch says nothing about it. */
export function isUnanswered(code: string): boolean {
  return code === 'ErrorBatchProcessingStopped' || code === 'ErrorTimeoutExpired';
}

export interface CodeFacts {
  readonly retryAtMs: number | null;
  /** Absent: the advice is as for an account that signs in. */
  readonly place?: EwsPlace | undefined;
}

/** An error of the service's own code. `about` names the thing: "the mailbox ann@contoso.test". */
export function codeError(code: string, words: string, about: string, facts: CodeFacts): IntegratorError {
  const meaning = meaningOfCode(code) ?? unknown;
  const message = `${about} ${meaning.says} (${code})${words === '' ? '' : `: ${words}`}`;
  return made(meaning, { message, code, ...facts });
}

export interface StatusFacts {
  readonly retryAtMs: number | null;
  readonly place: EwsPlace;
  readonly diagnostics?: string | undefined;
  /** Said of a wrong clock, where it is one. */
  readonly clock?: string | null;
}

/** An error of an HTTP status alone. */
export function statusError(status: number, about: string, facts: StatusFacts): IntegratorError {
  const { place, retryAtMs, clock = null } = facts;
  const meaning = meaningOfStatus(status, place);
  const hint = told(meaning.hint ?? '', place.credential);
  const advised = clock === null ? meaning : { ...meaning, hint: `${clock} ${hint}`.trim() };
  const message = `${about} ${meaning.says} (HTTP ${status})${reasonIn(facts.diagnostics)}`;
  return made(advised, { message, code: `HTTP ${status}`, retryAtMs, place });
}

const blockedOnline =
  'An administrator allows it by EwsEnabled and EwsAllowedAppIDs, and the licence must include it. Exchange Online switches EWS off tenant by tenant since 1 October 2026 and for good on 1 April 2027: use a Graph connection. Exchange on premises is not affected.';

/**
 * 403 is how a switched-off service answers (EwsEnabled, EwsAllowedAppIDs, licences without EWS), and no later attempt
 * changes that; the dates are Microsoft's (MC1227454). On premises it has other causes.
 */
const blockedOnPremises = `On premises: is EWS allowed for the mailbox (Get-CASMailbox MAILBOX | fl EwsEnabled,EwsApplicationAccessPolicy) and the organisation (Get-OrganizationConfig | fl Ews*), does the virtual directory demand TLS (403.4), does a firewall or reverse proxy turn this machine away? If Exchange Online is behind this address: ${blockedOnline}`;

const signInPage: EwsMeaning = {
  kind: 'access_denied',
  says: 'was answered by a sign-in page whose session ran out, not by Exchange Web Services',
  hint: 'Forms-based authentication or the pre-authentication of a reverse proxy stands before /EWS: have /EWS/Exchange.asmx excluded from it (Get-WebServicesVirtualDirectory | fl BasicAuthentication,WindowsAuthentication shows what Exchange itself offers).',
};

/** 456 and 457 are Exchange Online's own. */
const accountBlocked: EwsMeaning = {
  kind: 'needs_login',
  says: 'is closed to this account until a person has signed in on the web',
  hint: {
    password:
      'Sign in once as the account at https://outlook.office.com: a second factor, a locked account or new terms wait there. Exchange Online takes no passwords of programs any more: use a Graph connection.',
    application:
      'An administrator looks at the mailbox: its account is blocked (Microsoft 365 admin centre, Active users).',
    otherwise:
      'Sign in once as the account at https://outlook.office.com: a second factor, a locked account or new terms wait there; then run `integrator auth login`.',
  },
};
const passwordExpired: EwsMeaning = { ...accountBlocked, says: 'is closed to this account: its password has expired' };

function meaningOfStatus(status: number, { host }: EwsPlace): EwsMeaning {
  switch (status) {
    case 401:
      return login;
    case 403: {
      const hint = isExchangeOnline(host) ? blockedOnline : blockedOnPremises;
      return { kind: 'access_denied', says: 'EWS is blocked', hint };
    }
    case 404: {
      const hint = 'Check server, port and endpoints.ews: the address ends with /EWS/Exchange.asmx.';
      return { kind: 'config', says: 'there is no Exchange at this address', hint };
    }
    case 407: {
      const hint = 'Check user and password in HTTPS_PROXY, or name the server in NO_PROXY.';
      return { kind: 'unreachable', says: 'cannot be read: the proxy wants a sign-in', hint };
    }
    case 413:
      return tooLarge;
    case 429:
      return { kind: 'throttled', says: 'gets too many requests' };
    case 440:
      return signInPage;
    case 456:
      return accountBlocked;
    case 457:
      return passwordExpired;
    default:
      return byRange(status);
  }
}

function byRange(status: number): EwsMeaning {
  const passing = status >= 500 || status === 408 || (status >= 300 && status < 400);
  return passing ? { kind: 'unreachable', says: 'cannot be read: the service has trouble' } : unknown;
}

const account: CredentialInUse = { signIn: 'basic', proof: 'password' };

function made({ kind, hint }: EwsMeaning, facts: CodeFacts & { readonly message: string; readonly code: string }) {
  const { message, code, retryAtMs, place } = facts;
  return new IntegratorError(retryAtMs === null ? kind : 'throttled', message, {
    code,
    ...(hint === undefined ? {} : { hint: told(hint, place?.credential ?? account) }),
    ...(retryAtMs === null ? {} : { retryAtMs }),
  });
}

/** Exchange says in x-ms-diagnostics what is wrong with a token. */
function reasonIn(diagnostics: string | undefined): string {
  const reason = /reason="([\x20-\x7e]{1,200}?)"/.exec(diagnostics ?? '')?.[1];
  return reason === undefined ? '' : `: ${reason}`;
}

/** What came is neither an answer nor a fault of Exchange. */
export function noXml(about: string): IntegratorError {
  return new IntegratorError('protocol', `${about}: the answer is no XML of Exchange`, {
    code: 'no_xml',
    hint: 'A proxy or a portal may answer in the place of the server; check server, port and endpoints.ews.',
  });
}
