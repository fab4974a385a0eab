import { IntegratorError, type ErrorKind } from '../../domain/errors.ts';
import type { Folder } from '../provider.ts';
import type { Refusal } from './answer.ts';

/** What Graph said, as far as anything could be read. */
export interface SpokenError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
}

interface Meaning {
  readonly kind: ErrorKind;
  readonly says: string;
  readonly hint?: string;
}

const grantHint =
  'Grant the signed-in account "Read and manage" (Full Access) on this mailbox; for an application, put the mailbox into the scope of its Exchange roles (RBAC for Applications), and consent to nothing in Entra. It can take hours. `integrator test-mailboxes` shows when it works.';
const consentHint =
  'Have an administrator consent to the permissions of the app registration, then run `integrator auth login`.';
const noMailboxHint =
  'Is the address right, does the user have a licence with Exchange Online, and is the mailbox in the cloud? `integrator test-mailboxes` checks it.';

const noMailbox: Meaning = { kind: 'not_found', says: 'has no mailbox the service can open', hint: noMailboxHint };
const noUser: Meaning = {
  kind: 'not_found',
  says: 'is not known in this tenant',
  hint: 'Check `address`, or set `user` to the user principal name where it differs. `integrator test-mailboxes` checks it.',
};
const sendAsDenied: Meaning = {
  kind: 'access_denied',
  says: 'is refused: the account may not send as this mailbox',
  hint: 'Grant the account Send As on this mailbox, which Full Access does not include; it can take hours. `integrator test-mailboxes --send` shows when it works.',
};
const badRecipients: Meaning = {
  kind: 'usage',
  says: 'is refused: a recipient is not valid, or there are too many',
  hint: 'Correct the addresses; Exchange Online allows 500 recipients of one mail unless told otherwise.',
};
const corrupt: Meaning = { kind: 'protocol', says: 'holds something damaged that the service cannot read' };

/** By code, in lower case; the codes are documented, the texts change. */
const meanings: Readonly<Record<string, Meaning>> = {
  errorsendasdenied: sendAsDenied,
  erroraccessdenied: { kind: 'access_denied', says: 'access is denied', hint: grantHint },
  authorization_requestdenied: { kind: 'access_denied', says: 'a permission is missing', hint: consentHint },
  errorquotaexceeded: {
    kind: 'access_denied',
    says: 'is over its quota, and cannot be followed until there is room again',
    hint: 'Ask its owner to delete mail or an administrator to raise the quota.',
  },
  mailboxnotenabledforrestapi: noMailbox,
  mailboxnotsupportedforrestapi: noMailbox,
  resourcenotfound: noMailbox,
  errornonexistentmailbox: noMailbox,
  errormailboxstoreunavailable: { kind: 'unreachable', says: 'cannot be opened by the service just now' },
  errormailboxmoveinprogress: { kind: 'unreachable', says: 'is being moved by Microsoft just now' },
  errorinvaliduser: noUser,
  request_resourcenotfound: noUser,
  erroritemnotfound: {
    kind: 'not_found',
    says: 'is not there, or may not be seen',
    hint: `Was the folder moved or renamed? If not, access is missing. ${grantHint}`,
  },
  errorsyncfoldernotfound: {
    kind: 'not_found',
    says: 'is not there any more',
    hint: 'Was the folder moved or renamed? Correct `folders` in the configuration.',
  },
  errorfoldernotfound: {
    kind: 'not_found',
    says: 'is not there',
    hint: 'Was the folder moved or renamed? Correct `folders` in the configuration.',
  },
  errorcorruptdata: corrupt,
  errorinvalidrecipients: corrupt,
  errorcannotopenfileattachment: corrupt,
  applicationthrottled: { kind: 'throttled', says: 'gets too many requests of this application' },
  toomanyrequests: { kind: 'throttled', says: 'gets too many requests' },
};

/** What a code means of a mail that we write, where it means something else of one that is read. */
const writingMeanings: Readonly<Record<string, Meaning>> = { errorinvalidrecipients: badRecipients };

/** What was asked for: the same code may mean something else. */
export type Doing = 'reading' | 'writing';

/** Errors of `error` bodies as IntegratorError; `about` names the thing: "the mailbox ann@contoso.test". */
export function refusalError(
  spoken: SpokenError,
  about: string,
  retryAtMs: number | null,
  doing: Doing,
): IntegratorError {
  const meaning = meaningOf(spoken, doing);
  const facts = [spoken.code, `HTTP ${spoken.status}`, spoken.requestId === '' ? '' : `request-id ${spoken.requestId}`];
  const words = spoken.message === '' ? '' : `: ${spoken.message}`;
  const message = `${about} ${meaning.says} (${facts.filter((fact) => fact !== '').join(', ')})${words}`;
  return new IntegratorError(retryAtMs === null ? meaning.kind : 'throttled', message, {
    code: spoken.code === '' ? `HTTP ${spoken.status}` : spoken.code,
    ...(meaning.hint === undefined ? {} : { hint: meaning.hint }),
    ...(retryAtMs === null ? {} : { retryAtMs }),
  });
}

function meaningOf(spoken: SpokenError, doing: Doing): Meaning {
  if (spoken.status === 401) {
    return {
      kind: 'needs_login',
      says: 'did not accept our sign-in',
      hint: 'Run `integrator auth status`, then `integrator auth login`.',
    };
  }
  if (spoken.status === 429) return { kind: 'throttled', says: 'gets too many requests' };
  const code = spoken.code.toLowerCase();
  const written = doing === 'writing' ? writingMeanings[code] : undefined;
  return written ?? meanings[code] ?? meaningOfStatus(spoken.status);
}

function meaningOfStatus(status: number): Meaning {
  if (status === 403) return { kind: 'access_denied', says: 'access is denied', hint: grantHint };
  if (status === 404) return { kind: 'not_found', says: 'is not there', hint: noMailboxHint };
  if (status === 408 || status >= 500) return { kind: 'unreachable', says: 'cannot be read: the service has trouble' };
  if (status >= 300 && status < 400) {
    return {
      kind: 'protocol',
      says: 'was answered with a redirect, which is never followed',
      hint: 'Check `endpoints.graph` and the proxy.',
    };
  }
  return { kind: 'protocol', says: 'was refused in a way we do not know' };
}

/** A well-known folder that "is not there" is one we may not see: every mailbox has it. */
export function folderError(refusal: Refusal, folder: Folder): IntegratorError {
  const wellKnown = folder.id === 'inbox' || folder.id === 'sentitems';
  if (!wellKnown || refusal.code !== 'erroritemnotfound') return refusal.error;
  const { message, code } = refusal.error;
  return new IntegratorError('access_denied', message, {
    hint: grantHint,
    cause: refusal.error,
    ...(code === undefined ? {} : { code }),
  });
}

const longestQuote = 300;

/** Reads an error body, whatever it is: `{error:{code,message,innerError}}`, `innererror`, HTML, nothing. */
export function spokenError(status: number, body: string, requestIdHeader: string | undefined): SpokenError {
  const error = fieldOf(parseOrNull(body), 'error');
  const inner = fieldOf(error, 'innerError') ?? fieldOf(error, 'innererror');
  return {
    status,
    code: printable(fieldOf(error, 'code')),
    message: printable(fieldOf(error, 'message')),
    requestId: printable(fieldOf(inner, 'request-id') ?? requestIdHeader),
  };
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

/** The other side's words end up in logs and terminals. */
function printable(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value
    .replace(/[^\x20-\x7e\u00a1-\u024f]+/g, ' ')
    .trim()
    .slice(0, longestQuote);
}
