import { toErrorReport, toIntegratorError } from '../domain/errors.ts';
import type { ErrorKind, ErrorReport } from '../domain/errors.ts';
import { sealPurpose } from './cache-plugin.ts';
import { readCertificate } from './certificate.ts';
import { consentScopes, scopesFor } from './cloud.ts';
import { tokenFetcher } from './connect.ts';
import type { AuthWorld } from './connect.ts';
import { lackOfScopes, notSignedIn } from './failure.ts';
import { requireKeyRing } from './key.ts';
import { openSealed } from './seal.ts';
import type { AuthKind, AuthSettings } from './settings.ts';
import type { ClientKind, StoredSignIn } from './token-store.ts';

/** A refresh token that nobody used for 90 days is dead (learn.microsoft.com/entra/identity-platform/refresh-tokens). */
const idleLifeMs = 90 * 86_400_000;

export type AuthState = 'ok' | 'sign_in_needed' | 'misconfigured' | 'trouble';

/** Who signed in; all null where nobody did, or nobody has to. */
interface Account {
  readonly account: string | null;
  readonly tenantId: string | null;
  readonly clientKind: ClientKind | null;
  readonly scopes: readonly string[];
  readonly signedInAtMs: number | null;
  readonly lastRefreshAtMs: number | null;
  /** When the sign-in ends if nothing uses it until then; each refresh moves it on. */
  readonly expiresAtMs: number | null;
}

export interface ConnectionAuthStatus extends Account {
  readonly connection: string;
  readonly auth: AuthKind;
  readonly state: AuthState;
  /** Where the secret comes from; never the secret. */
  readonly secretSource: string;
  /** For a certificate: when it ends. */
  readonly certificateExpiresAtMs: number | null;
  readonly lastError: ErrorReport | null;
  /** True: Entra was asked just now. */
  readonly probed: boolean;
}

/**
 * How a connection stands. Asks nobody unless `probe`, which fetches a fresh token for each resource. Never rejects
 * for what is wrong with the connection itself: that is the answer.
 */
export async function authStatus(
  settings: AuthSettings,
  world: AuthWorld,
  probe: boolean,
): Promise<ConnectionAuthStatus> {
  const trouble = (await problemAtHand(settings, world)) ?? (probe ? await probeProblem(settings, world) : undefined);
  const row = settings.kind === 'delegated' ? signedInRow(settings, world) : undefined;
  const lastError = trouble ?? row?.lastError ?? null;
  return {
    connection: settings.connection,
    auth: settings.kind,
    state: lastError === null ? 'ok' : stateOf(lastError.kind),
    ...accountOf(row),
    secretSource: settings.proofSource,
    certificateExpiresAtMs: await certificateEnd(settings),
    lastError,
    probed: probe,
  };
}

function accountOf(row: StoredSignIn | undefined): Account {
  if (row === undefined) {
    return {
      account: null,
      tenantId: null,
      clientKind: null,
      scopes: [],
      signedInAtMs: null,
      lastRefreshAtMs: null,
      expiresAtMs: null,
    };
  }
  const { username, tenantId, clientKind, scopes, signedInAtMs, lastRefreshAtMs } = row;
  const expiresAtMs = lastRefreshAtMs + idleLifeMs;
  return { account: username, tenantId, clientKind, scopes, signedInAtMs, lastRefreshAtMs, expiresAtMs };
}

function signedInRow(settings: AuthSettings, { store }: Pick<AuthWorld, 'store'>): StoredSignIn | undefined {
  const row = store.read(settings.connection);
  return row === undefined || row.box === null ? undefined : row;
}

/** What can be seen without asking Entra. */
async function problemAtHand(settings: AuthSettings, world: AuthWorld): Promise<ErrorReport | undefined> {
  try {
    const row = settings.kind === 'delegated' ? openRow(settings, world) : undefined;
    if (settings.kind === 'application' || row?.clientKind === 'confidential') {
      const proof = await settings.readProof();
      if (proof.kind === 'certificate') readCertificate(proof.pem, settings.proofSource);
    }
    return undefined;
  } catch (thrown) {
    return toErrorReport(thrown);
  }
}

/** Throws when nobody is signed in or the tokens cannot be opened. */
function openRow(settings: AuthSettings, world: AuthWorld): StoredSignIn {
  const { connection } = settings;
  const row = signedInRow(settings, world);
  if (row === undefined || row.box === null || row.lastRefreshAtMs + idleLifeMs < world.clock()) {
    throw notSignedIn(connection);
  }
  openSealed(row.box, requireKeyRing(world).all, sealPurpose(connection));
  const lacking = lackOfScopes(settings, row, consentScopes(settings));
  if (lacking !== undefined) throw lacking;
  return row;
}

async function probeProblem(settings: AuthSettings, world: AuthWorld): Promise<ErrorReport | undefined> {
  const fetcher = tokenFetcher(settings, world);
  try {
    for (const resource of settings.resources) await fetcher.fetch(scopesFor(settings, resource), true);
    return undefined;
  } catch (thrown) {
    return toErrorReport(toIntegratorError(thrown));
  }
}

async function certificateEnd(settings: AuthSettings): Promise<number | null> {
  try {
    const proof = await settings.readProof();
    return proof.kind === 'certificate' ? readCertificate(proof.pem, settings.proofSource).expiresAtMs : null;
  } catch {
    // Said already, as the problem at hand.
    return null;
  }
}

function stateOf(kind: ErrorKind): AuthState {
  if (kind === 'needs_login' || kind === 'needs_admin') return 'sign_in_needed';
  return kind === 'config' ? 'misconfigured' : 'trouble';
}
