import { IntegratorError, type ErrorKind } from '../../domain/errors.ts';

interface Meaning {
  readonly kind: ErrorKind;
  readonly says: string;
  readonly hint?: string;
}

const grantHint =
  'Grant the account Full Access on this mailbox; for an application, put the mailbox into the scope of its Exchange role "Application EWS.AccessAsApp". `integrator test-mailboxes` shows when it works.';
const noMailbox: Meaning = {
  kind: 'not_found',
  says: 'has no mailbox the service can open',
  hint: 'Is the address right, and is the mailbox on this server? `integrator test-mailboxes` checks it.',
};
const noFolder: Meaning = {
  kind: 'not_found',
  says: 'is not there, or may not be seen',
  hint: `Was the folder moved or renamed? If not, access is missing. ${grantHint}`,
};
const denied: Meaning = { kind: 'access_denied', says: 'access is denied', hint: grantHint };
const trouble: Meaning = { kind: 'unreachable', says: 'cannot be read: the service has trouble' };
const login: Meaning = {
  kind: 'needs_login',
  says: 'did not accept our sign-in',
  hint: 'Run `integrator auth status`, then `integrator auth login`; for basic, check username and password.',
};

const badRecipients: Meaning = {
  kind: 'usage',
  says: 'is refused: a recipient is not valid, or there are too many',
  hint: 'Correct the addresses; Exchange allows 500 recipients of one mail unless told otherwise.',
};
const tooLarge: Meaning = {
  kind: 'usage',
  says: 'is larger than the server takes',
  hint: 'Send a link or a smaller file, or have the limit raised (MaxSendSize, and for requests web.config of EWS: 64 MB).',
};
const changedMeanwhile: Meaning = { kind: 'busy', says: 'was changed by somebody meanwhile' };

/** By code; the codes are documented, the texts change. */
const meanings: Readonly<Record<string, Meaning>> = {
  ErrorAccessDenied: denied,
  ErrorImpersonateUserDenied: denied,
  ErrorImpersonationDenied: denied,
  ErrorImpersonationFailed: denied,
  ErrorQuotaExceeded: {
    ...denied,
    says: 'is over its quota',
    hint: 'Ask its owner to delete mail or an administrator to raise the quota.',
  },
  ErrorSendAsDenied: {
    kind: 'access_denied',
    says: 'is refused: the account may not send as this mailbox',
    hint: 'Grant the account Send As on this mailbox; it can take hours. `integrator test-mailboxes --send` shows when it works.',
  },
  ErrorMessageSubmissionBlocked: {
    kind: 'access_denied',
    says: 'is blocked by the service',
    hint: 'Microsoft blocks accounts that look taken over: an administrator lifts it.',
  },
  ErrorInvalidRecipients: badRecipients,
  ErrorMissingRecipients: badRecipients,
  ErrorExceededMaxRecipientLimit: badRecipients,
  ErrorMessageSizeExceeded: tooLarge,
  ErrorAttachmentSizeLimitExceeded: tooLarge,
  ErrorSubmissionQuotaExceeded: {
    kind: 'throttled',
    says: 'is over the number of recipients the service allows in a day',
  },
  ErrorIrresolvableConflict: changedMeanwhile,
  ErrorStaleObject: changedMeanwhile,
  ErrorAccountDisabled: { ...login, says: 'the account is disabled' },
  ErrorPasswordExpired: { ...login, says: 'the password has expired' },
  ErrorNonExistentMailbox: noMailbox,
  ErrorMissingEmailAddress: noMailbox,
  ErrorMailboxNotEnabledForRESTAPI: noMailbox,
  ErrorFolderNotFound: noFolder,
  ErrorSyncFolderNotFound: noFolder,
  ErrorItemNotFound: noFolder,
  ErrorServerBusy: { kind: 'throttled', says: 'gets too many requests' },
};

/** Passes by itself, mostly within seconds. */
const passing = new Set([
  'ErrorServerBusy',
  'ErrorTimeoutExpired',
  'ErrorInternalServerTransientError',
  'ErrorInternalServerError',
  'ErrorMailboxStoreUnavailable',
  'ErrorConnectionFailed',
  'ErrorConnectionFailedTransientError',
  'ErrorMailboxMoveInProgress',
  'ErrorMailboxFailover',
  'ErrorADUnavailable',
  'ErrorExceededConnectionCount',
  'ErrorTooManyObjectsOpened',
  'ErrorNoRespondingCASInDestinationSite',
  'ErrorExceededFindCountLimit',
]);

/** Of one thing in a batch: the server did not get to it, and the rest of the batch says nothing about it. */
export function isUnanswered(code: string): boolean {
  return code === 'ErrorBatchProcessingStopped' || code === 'ErrorTimeoutExpired';
}

export function passes(code: string): boolean {
  return passing.has(code);
}

/** An error of the service's own code. `about` names the thing: "the mailbox ann@contoso.test". */
export function codeError(code: string, words: string, about: string, retryAtMs: number | null): IntegratorError {
  const meaning = meanings[code] ?? (passing.has(code) ? trouble : undefined);
  const known = meaning ?? { kind: 'protocol', says: 'was refused in a way we do not know' };
  const message = `${about} ${known.says} (${code})${words === '' ? '' : `: ${words}`}`;
  return made(known, message, code, retryAtMs);
}

/**
 * An error of an HTTP status alone. 403 is how a switched-off service answers (EwsEnabled, EwsAllowedAppIDs, licences
 * without EWS), and no later attempt changes that; the dates are Microsoft's (MC1227454).
 */
export function statusError(
  status: number,
  about: string,
  retryAtMs: number | null,
  diagnostics?: string,
): IntegratorError {
  const meaning = meaningOfStatus(status);
  return made(
    meaning,
    `${about} ${meaning.says} (HTTP ${status})${reasonIn(diagnostics)}`,
    `HTTP ${status}`,
    retryAtMs,
  );
}

const blocked: Meaning = {
  kind: 'access_denied',
  says: 'EWS is blocked',
  hint: 'An administrator allows it by EwsEnabled and EwsAllowedAppIDs, and the licence must include it. Exchange Online switches EWS off tenant by tenant since 1 October 2026 and for good on 1 April 2027: use a Graph connection. Exchange on premises is not affected.',
};

function meaningOfStatus(status: number): Meaning {
  if (status === 401) return login;
  if (status === 403) return blocked;
  if (status === 413) return tooLarge;
  if (status === 429) return { kind: 'throttled', says: 'gets too many requests' };
  if (status >= 500 || status === 408 || (status >= 300 && status < 400)) return trouble;
  if (status === 404) {
    const hint = 'Check server, port and endpoints.ews: the address ends with /EWS/Exchange.asmx.';
    return { kind: 'config', says: 'there is no Exchange at this address', hint };
  }
  return { kind: 'protocol', says: 'was refused in a way we do not know' };
}

function made(meaning: Meaning, message: string, code: string, retryAtMs: number | null): IntegratorError {
  return new IntegratorError(retryAtMs === null ? meaning.kind : 'throttled', message, {
    code,
    ...(meaning.hint === undefined ? {} : { hint: meaning.hint }),
    ...(retryAtMs === null ? {} : { retryAtMs }),
  });
}

/** Exchange says in x-ms-diagnostics what is wrong with a token. */
function reasonIn(diagnostics: string | undefined): string {
  const reason = /reason="([\x20-\x7e]{1,200}?)"/.exec(diagnostics ?? '')?.[1];
  return reason === undefined ? '' : `: ${reason}`;
}
