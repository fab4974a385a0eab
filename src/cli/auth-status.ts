import { authStatus } from '../auth/status.ts';
import type { AuthState, ConnectionAuthStatus } from '../auth/status.ts';
import type { Connection } from '../config/schema.ts';
import { toErrorReport } from '../domain/errors.ts';
import type { ErrorReport } from '../domain/errors.ts';
import { findConnection, settingsOf, withAuth } from './auth-session.ts';
import type { AuthSession } from './auth-session.ts';
import type { CommandContext } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { formatTime, isoTime } from './format.ts';
import type { Page } from './output.ts';
import { table } from './table.ts';

type Line = Omit<ConnectionAuthStatus, 'auth'> & { readonly auth: Connection['auth'] };

export function status(context: CommandContext, name: string | undefined, probe: boolean): Promise<void> {
  return withAuth(context, 'auth.status', async (session) => {
    const { config } = session;
    const chosen =
      name === undefined ? config.connections.filter(({ enabled }) => enabled) : [findConnection(config, name)];
    const lines: Line[] = [];
    for (const connection of chosen) lines.push(await lineOf(connection, session, probe));
    context.setExitCode(exitCodeFor(lines));
    context.output.print(lines.map(toJson), (page) => render(lines, config.timezone, page));
    for (const { connection, lastError } of lines) {
      if (lastError !== null) context.output.say(`${connection}: ${lastError.message}\n  ${lastError.hint ?? ''}`);
    }
  });
}

async function lineOf(connection: Connection, { config, world }: AuthSession, probe: boolean): Promise<Line> {
  try {
    const settings = settingsOf(config, connection, world.env);
    if (settings !== undefined) return await authStatus(settings, world, probe);
    return unsigned(connection, null);
  } catch (thrown) {
    return unsigned(connection, toErrorReport(thrown));
  }
}

/** For a connection that does not sign in with Microsoft, or whose settings cannot be read. */
function unsigned(connection: Connection, lastError: ErrorReport | null): Line {
  return {
    connection: connection.name,
    auth: connection.auth,
    state: lastError === null ? 'ok' : 'misconfigured',
    account: null,
    tenantId: null,
    clientKind: null,
    scopes: [],
    signedInAtMs: null,
    lastRefreshAtMs: null,
    expiresAtMs: null,
    secretSource: lastError === null ? 'password of the connection' : 'unknown',
    certificateExpiresAtMs: null,
    lastError,
    probed: false,
  };
}

/** What is worst decides: a wrong configuration cannot be signed in to, and what passes by itself comes last. */
function exitCodeFor(lines: readonly Line[]): ExitCode {
  const has = (state: AuthState) => lines.some((line) => line.state === state);
  if (has('misconfigured')) return exitCodes.config;
  if (has('sign_in_needed')) return exitCodes.notAllowed;
  return has('trouble') ? exitCodes.tryAgain : exitCodes.ok;
}

function toJson(line: Line) {
  const time = (ms: number | null) => (ms === null ? null : isoTime(ms));
  return {
    connection: line.connection,
    auth: line.auth,
    state: line.state,
    account: line.account,
    tenant_id: line.tenantId,
    client_kind: line.clientKind,
    scopes: line.scopes,
    signed_in_at: time(line.signedInAtMs),
    last_refresh_at: time(line.lastRefreshAtMs),
    expires_at: time(line.expiresAtMs),
    secret_source: line.secretSource,
    certificate_expires_at: time(line.certificateExpiresAtMs),
    last_error: line.lastError,
    probed: line.probed,
  };
}

const words: Readonly<Record<AuthState, string>> = {
  ok: 'ok',
  sign_in_needed: 'sign-in needed',
  misconfigured: 'misconfigured',
  trouble: 'trouble, tried again',
};

function render(lines: readonly Line[], timezone: string, { style, width }: Page): readonly string[] {
  const time = (ms: number | null) => (ms === null ? '–' : formatTime(ms, timezone));
  return table<Line>(
    [
      { title: 'CONNECTION', value: ({ connection }) => connection },
      { title: 'AUTH', value: ({ auth }) => auth },
      {
        title: 'STATE',
        value: ({ state }) => words[state],
        paint: (text, { state }) => (state === 'ok' ? style.green(text) : style.yellow(text)),
      },
      { title: 'ACCOUNT', value: ({ account }) => account ?? '–', shrinks: true },
      { title: 'LAST REFRESH', value: ({ lastRefreshAtMs }) => time(lastRefreshAtMs) },
      { title: 'ENDS IF UNUSED', value: ({ expiresAtMs }) => time(expiresAtMs) },
      { title: 'PROOF FROM', value: ({ secretSource }) => secretSource, shrinks: true },
    ],
    lines,
    { width, paintTitle: style.bold },
  );
}
