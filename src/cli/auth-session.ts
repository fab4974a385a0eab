import { authSettings } from '../auth/from-config.ts';
import type { AuthWorld } from '../auth/connect.ts';
import type { AuthSettings, Environment } from '../auth/settings.ts';
import { TokenStore } from '../auth/token-store.ts';
import type { Config, Connection } from '../config/schema.ts';
import { sendsMail } from '../config/sends-mail.ts';
import { didYouMean } from '../config/suggest.ts';
import { IntegratorError } from '../domain/errors.ts';
import { decideAccess } from '../domain/policy.ts';
import type { AuditEntry } from '../store/audit.ts';
import type { CommandContext } from './context.ts';

export interface AuthSession {
  readonly config: Config;
  readonly world: AuthWorld;
}

export interface ChangingSession extends AuthSession {
  /** Writes a line of the audit log. */
  readonly record: (verb: string, object: string, detail: AuditEntry['detail'] & object) => Promise<void>;
}

/** Runs a command of `auth` that only looks: administrators only, with the token store open. */
export async function withAuth<T>(
  context: CommandContext,
  verb: string,
  work: (session: AuthSession) => Promise<T>,
): Promise<T> {
  await refuseAgents(context, verb);
  const { config } = await context.loadConfig();
  const { env } = context;
  const store = new TokenStore(config.state_dir);
  const world: AuthWorld = { env, stateDir: config.state_dir, store, clock: Date.now, random: Math.random };
  try {
    return await work({ config, world });
  } finally {
    store.close();
  }
}

/** As withAuth, for what changes something: the audit log is open before anything is done, or nothing is done. */
export function withAuthChange<T>(
  context: CommandContext,
  verb: string,
  work: (session: ChangingSession) => Promise<T>,
): Promise<T> {
  return withAuth(context, verb, (session) =>
    withAuditLog(context, (write) =>
      work({ ...session, record: (what, object, detail) => write({ verb: what, object, detail }) }),
    ),
  );
}

/** Throws `not_allowed` for whoever is no administrator, and logs that. */
export async function refuseAgents(context: CommandContext, verb: string): Promise<void> {
  const verdict = decideAccess(await context.actor(), 'auth');
  if (verdict.allowed) return;
  await withAuditLog(context, (write) => write({ verb, object: 'auth', outcome: 'refused' }));
  throw new IntegratorError('not_allowed', `auth: ${verdict.because}`);
}

type WriteAudit = (entry: AuditEntry) => Promise<void>;

/** The audit log lies in the mail store. */
async function withAuditLog<T>(context: CommandContext, work: (write: WriteAudit) => Promise<T>): Promise<T> {
  const { config } = await context.loadConfig();
  const actor = await context.actor();
  const { openStore } = await import('../store/store.ts');
  const { audit } = await import('../store/audit.ts');
  const store = await openStore({ stateDir: config.state_dir, url: config.store, say: context.output.say });
  try {
    return await work((entry) => store.write((trx) => audit(trx, actor, Date.now(), entry)));
  } finally {
    await store.close();
  }
}

/** Throws `usage` for a name that is not there. */
export function findConnection(config: Config, name: string): Connection {
  const found = config.connections.find((connection) => connection.name === name);
  if (found !== undefined) return found;
  const known = config.connections.map((connection) => connection.name);
  throw new IntegratorError('usage', `there is no connection "${name}"${didYouMean(name, known, 'connections are')}`);
}

export function settingsOf(config: Config, connection: Connection, env: Environment): AuthSettings | undefined {
  return authSettings(connection, env, { sends: sendsMail(config, connection) ? 'configured' : 'no' });
}

/** The settings of a connection that a person signs in for. Throws `usage` for one that signs in by itself. */
export function delegatedSettings({ config, world }: AuthSession, name: string): AuthSettings {
  const connection = findConnection(config, name);
  const settings = settingsOf(config, connection, world.env);
  if (settings?.kind === 'delegated') return settings;
  throw new IntegratorError('usage', `connection ${name} has auth: ${connection.auth}; nobody signs in for it`, {
    hint:
      settings === undefined ? `Run: integrator test-mailboxes ${name}` : `Run: integrator auth status ${name} --probe`,
  });
}
