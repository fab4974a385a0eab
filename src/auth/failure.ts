import { IntegratorError } from '../domain/errors.ts';
import { clockWords } from '../http/clock-skew.ts';
import { authorityHost, permissionName, uncovered } from './cloud.ts';
import { fill, namesOf } from './codes/fill.ts';
import { meaningFor } from './codes/meaning.ts';
import type { EntraMeaning } from './codes/meaning.ts';
import { meaningByCode, meaningByWord } from './codes/table.ts';
import type { Refusal, Trouble } from './network.ts';
import { credentialOf } from './settings.ts';
import type { AuthSettings } from './settings.ts';
import type { StoredSignIn } from './token-store.ts';

const loopPauseMs = 3_600_000;

export interface Attempt {
  readonly settings: AuthSettings;
  /** Who it is about; falls back to the configured service account. */
  readonly account?: string | undefined;
  readonly nowMs: number;
}

/**
 * What a failed exchange with Entra means. `trouble` is what the network saw and is believed first; `thrown` is the
 * library's word for it, which is only asked where nothing went over the wire.
 */
export function explainFailure(thrown: unknown, trouble: Trouble | undefined, attempt: Attempt): IntegratorError {
  if (thrown instanceof IntegratorError) return thrown;
  if (trouble?.kind === 'network') return trouble.error;
  if (trouble?.kind === 'refused') return explainRefusal(trouble.refusal, attempt);
  return explainLibraryError(thrown, attempt);
}

/** A refusal of Entra as our error, with advice that fits the credential. */
export function explainRefusal(refusal: Refusal, { settings, account, nowMs }: Attempt): IntegratorError {
  const meaning = meaningFor(meaningOf(refusal), credentialOf(settings));
  const names = namesOf(settings, account);
  const code = refusal.code === undefined ? refusal.error || `HTTP ${refusal.status}` : `AADSTS${refusal.code}`;
  const where = refusal.correlationId === undefined ? '' : `, correlation id ${plain(refusal.correlationId)}`;
  const says = fill(meaning.says, names);
  const message = `sign-in of connection ${settings.connection}: ${says} (${plain(code)}${where})`;
  const retryAtMs = retryAt(refusal, nowMs);
  return new IntegratorError(meaning.kind, message, {
    hint: withClock(fill(meaning.cure, names), refusal, settings),
    code: plain(code),
    cause: new Error(plain(refusal.description)),
    ...(retryAtMs === undefined ? {} : { retryAtMs }),
  });
}

/** A clock that is wrong by more than Entra allows is named first: other causes are guesses beside it. */
function withClock(cure: string, refusal: Refusal, settings: AuthSettings): string {
  if (refusal.clockAheadMs === null) return cure;
  return `${clockWords(refusal.clockAheadMs, new URL(authorityHost(settings)).host)} ${cure}`;
}

/** The error for a connection whose account never signed in, or signed out. */
export function notSignedIn(connection: string): IntegratorError {
  return new IntegratorError('needs_login', `nobody is signed in for connection ${connection}`, {
    hint: `Run: integrator auth login ${connection}`,
  });
}

/** The error where the stored sign-in does not cover what is needed now; a sign-in that names no scopes covers all. */
export function lackOfScopes(
  { connection, sends }: AuthSettings,
  { scopes: granted, username }: Pick<StoredSignIn, 'scopes' | 'username'>,
  needed: readonly string[],
): IntegratorError | undefined {
  const lacking = granted.length === 0 ? [] : uncovered(needed, granted).map(permissionName);
  if (lacking.length === 0) return undefined;
  const why = sends === 'configured' ? 'the configuration sends mail now' : 'sending mail needs more than reading';
  const first = sends === 'by_hand' ? 'Write `outgoing: {}` into the configuration, then run' : 'Run';
  return new IntegratorError(
    'needs_login',
    `connection ${connection}: ${username} signed in without ${lacking.join(', ')}: ${why}`,
    { hint: `${first}: integrator auth login ${connection}` },
  );
}

function meaningOf(refusal: Refusal): EntraMeaning {
  const known = refusal.code === undefined ? undefined : meaningByCode.get(refusal.code);
  return known ?? meaningByWord.get(refusal.suberror) ?? meaningByWord.get(refusal.error) ?? byStatus(refusal.status);
}

function byStatus(status: number): EntraMeaning {
  if (status === 429) {
    return { kind: 'throttled', says: 'Entra is busy', cure: 'Nothing to do: it is tried again by itself' };
  }
  const says = `Entra answered HTTP ${status}`;
  if (status >= 500) return { kind: 'unreachable', says, cure: 'Nothing to do: it is tried again by itself' };
  return {
    kind: 'config',
    says,
    cure: 'Check tenant_id, client_id and endpoints.authority of connection {connection}',
  };
}

function retryAt(refusal: Refusal, nowMs: number): number | undefined {
  if (refusal.retryAfterMs !== undefined) return nowMs + refusal.retryAfterMs;
  return refusal.code === 50196 ? nowMs + loopPauseMs : undefined;
}

/** MSAL's own findings, made before or after the exchange; its classes and codes are described in its documentation. */
function explainLibraryError(thrown: unknown, attempt: Attempt): IntegratorError {
  const { settings } = attempt;
  if (settings.kind === 'managed_identity') return noManagedIdentity(thrown, settings);
  const code = errorCodeOf(thrown);
  if (code === 'no_tokens_found' || code === 'no_account_found') return notSignedIn(settings.connection);
  if (code === 'endpoints_resolution_error' || code === 'openid_config_error') {
    return new IntegratorError('config', `${authorityHost(settings)} does not describe itself as an authority`, {
      hint: 'Correct endpoints.authority: https, without the tenant, and the host must be the one in its own metadata.',
      cause: thrown,
    });
  }
  if (code === 'authority_uri_insecure') {
    return new IntegratorError('config', `endpoints.authority of connection ${settings.connection} must be https`);
  }
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  return new IntegratorError('protocol', `sign-in of connection ${settings.connection}: ${plain(words)}`, {
    cause: thrown,
    ...(code === undefined ? {} : { code }),
  });
}

/** The endpoint is on this machine or its host, so there are two reasons: no such identity, or not on Azure at all. */
function noManagedIdentity(thrown: unknown, { connection, clientId }: AuthSettings): IntegratorError {
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  const unknownIdentity = /identity.{0,20}not found|invalid_request|bad_request/i.test(words);
  const kind = unknownIdentity ? 'config' : 'unreachable';
  return new IntegratorError(
    kind,
    `sign-in of connection ${connection}: no managed identity answers: ${plain(words)}`,
    {
      hint: `This works only on Azure, on a machine with an identity assigned${clientId === '' ? '' : ` (client_id ${clientId} must name it)`}.`,
      cause: thrown,
    },
  );
}

/** MSAL's own code; @azure/identity keeps it at the head of the message only. */
function errorCodeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  if ('errorCode' in thrown && typeof thrown.errorCode === 'string') return thrown.errorCode;
  return /^([a-z]+(?:_[a-z]+)+)\b/.exec(thrown.message)?.[1];
}

/** Words from outside on one line, without control characters and without anything that looks like a token. */
function plain(words: string): string {
  return words
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/\beyJ[\w.-]+|[\w.~+/=-]{40,}/g, '***')
    .slice(0, 400)
    .trim();
}
