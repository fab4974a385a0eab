import { IntegratorError } from '../domain/errors.ts';
import { adviceByCode, adviceByWord } from './aadsts.ts';
import type { Advice } from './aadsts.ts';
import { adminConsentUrl, authorityHost, consentScopes, permissionName } from './cloud.ts';
import type { Refusal, Trouble } from './network.ts';
import type { AuthSettings } from './settings.ts';

/** The redirect URI as it is registered; for localhost Entra ignores the port. */
export const registeredRedirectUri = 'http://localhost/authcallback';

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

/** A refusal of Entra as our error, with advice. */
export function explainRefusal(refusal: Refusal, attempt: Attempt): IntegratorError {
  const advice = adviceFor(refusal);
  const code = refusal.code === undefined ? refusal.error || `HTTP ${refusal.status}` : `AADSTS${refusal.code}`;
  const where = refusal.correlationId === undefined ? '' : `, correlation id ${plain(refusal.correlationId)}`;
  const { connection } = attempt.settings;
  const message = `sign-in of connection ${connection}: ${fill(advice.what, attempt)} (${plain(code)}${where})`;
  const retryAtMs = retryAt(refusal, attempt.nowMs);
  return new IntegratorError(advice.kind, message, {
    hint: fill(advice.todo, attempt),
    code: plain(code),
    cause: new Error(plain(refusal.description)),
    ...(retryAtMs === undefined ? {} : { retryAtMs }),
  });
}

/** The error for a connection whose account never signed in, or signed out. */
export function notSignedIn(connection: string): IntegratorError {
  return new IntegratorError('needs_login', `nobody is signed in for connection ${connection}`, {
    hint: `Run: integrator auth login ${connection}`,
  });
}

function adviceFor(refusal: Refusal): Advice {
  const known = refusal.code === undefined ? undefined : adviceByCode.get(refusal.code);
  return known ?? adviceByWord.get(refusal.suberror) ?? adviceByWord.get(refusal.error) ?? byStatus(refusal.status);
}

function byStatus(status: number): Advice {
  if (status === 429) {
    return { kind: 'throttled', what: 'Entra is busy', todo: 'Nothing to do: it is tried again by itself' };
  }
  const what = `Entra answered HTTP ${status}`;
  if (status >= 500) return { kind: 'unreachable', what, todo: 'Nothing to do: it is tried again by itself' };
  return {
    kind: 'config',
    what,
    todo: 'Check tenant_id, client_id and endpoints.authority of connection {connection}',
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

function fill(template: string, attempt: Attempt): string {
  const { settings } = attempt;
  const values: Readonly<Record<string, string>> = {
    connection: settings.connection,
    account: attempt.account ?? settings.serviceAccount ?? 'the account',
    client: settings.clientId,
    tenant: settings.tenantId,
    authority: authorityHost(settings),
    secret: settings.proofSource,
    scopes: consentScopes(settings).map(permissionName).join(', '),
    redirect_uri: registeredRedirectUri,
    consent_url: adminConsentUrl(settings, registeredRedirectUri),
  };
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Words from outside on one line, without control characters and without anything that looks like a token. */
function plain(words: string): string {
  return words
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/\beyJ[\w.-]+|[\w.~+/=-]{40,}/g, '***')
    .slice(0, 400)
    .trim();
}
