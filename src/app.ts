import { readFile } from 'node:fs/promises';
import type { AuthWorld } from './auth/connect.ts';
import type { Sends } from './auth/settings.ts';
import { sendsMail } from './config/sends-mail.ts';
import type { Config, Connection, EwsConnection, GraphConnection } from './config/schema.ts';
import { IntegratorError } from './domain/errors.ts';
import type { EwsSignIn } from './mail/ews/exchange.ts';
import type { EwsConnectionOptions } from './mail/ews/open.ts';
import type { PasswordGuard } from './mail/ews/password-guard.ts';
import type { MailProvider } from './mail/provider.ts';
import type { SendProvider } from './mail/sender.ts';
import { addToCounter, mutatingRequests } from './store/counters.ts';
import { openStore } from './store/store.ts';
import type { Store } from './store/store.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The wired program: the store, and the connectors of the configured connections. */
export interface App {
  readonly config: Config;
  readonly store: Store;
  readonly now: () => number;
  /** The provider of a connection, made when first asked for and kept. Throws what keeps it from being made. */
  readonly provider: (connection: Connection) => Promise<MailProvider>;
  /** Where mail of a connection goes out, likewise; apart from the provider, which can only read. */
  readonly sender: (connection: Connection) => Promise<SendProvider>;
  close(): Promise<void>;
}

export interface AppOptions {
  readonly config: Config;
  readonly env: Environment;
  /** Wall clock, epoch milliseconds. */
  readonly now?: () => number;
  /** A person waits for what comes of it: a password that was refused lately may go out once more. */
  readonly byHand?: boolean;
  /** See StoreOptions. */
  readonly copy?: boolean;
  readonly say?: (text: string) => void;
}

/** Opens the store; connectors load only when used, since their libraries cost start-up time and memory. */
export async function openApp({
  config,
  env,
  now = Date.now,
  byHand = false,
  copy = false,
  say,
}: AppOptions): Promise<App> {
  const store = await openStore({
    stateDir: config.state_dir,
    url: config.store,
    copy,
    ...(say === undefined ? {} : { say }),
  });
  const world = lazily(() => authWorld(config, env, now));
  const around = {
    env,
    now,
    world,
    store,
    stateDir: config.state_dir,
    byHand,
    sends: (one: Connection) => sendsMail(config, one),
    guards: new Map(),
  };
  const provider = keptByName((connection: Connection) => createProvider(connection, around));
  const sender = keptByName((connection: Connection) => createSender(connection, around));
  return {
    config,
    store,
    now,
    provider: provider.of,
    sender: sender.of,
    close: async () => {
      await provider.close();
      await sender.close();
      await store.close();
    },
  };
}

interface Closable {
  close(): Promise<void>;
}

/** One per connection, made when first asked for. What could not be made is tried anew: a secret may be there by then. */
function keptByName<T extends Closable>(make: (connection: Connection) => Promise<T>) {
  const kept = new Map<string, Promise<T>>();
  return {
    of: (connection: Connection): Promise<T> => {
      const known = kept.get(connection.name);
      if (known) return known;
      const made = make(connection);
      kept.set(connection.name, made);
      made.catch(() => kept.delete(connection.name));
      return made;
    },
    close: async (): Promise<void> => {
      for (const made of kept.values()) await made.then((one) => one.close()).catch(() => undefined);
    },
  };
}

interface Surroundings {
  readonly env: Environment;
  readonly now: () => number;
  readonly world: () => Promise<AuthWorld>;
  readonly store: Store;
  readonly stateDir: string;
  readonly byHand: boolean;
  /** The configuration sends mail through it. */
  readonly sends: (connection: Connection) => boolean;
  /** By server, name and password: all who use it share the one attempt that a password has. */
  readonly guards: Map<string, PasswordGuard>;
}

function createProvider(connection: Connection, around: Surroundings): Promise<MailProvider> {
  switch (connection.type) {
    case 'graph':
      return graphProvider(connection, around);
    case 'ews':
      return ewsProvider(connection, around);
  }
}

function createSender(connection: Connection, around: Surroundings): Promise<SendProvider> {
  switch (connection.type) {
    case 'graph':
      return graphSender(connection, around);
    case 'ews':
      return ewsSender(connection, around);
  }
}

async function graphProvider(connection: GraphConnection, around: Surroundings): Promise<MailProvider> {
  const { createGraphProvider } = await import('./mail/graph/provider.ts');
  const { serviceHost } = await import('./auth/cloud.ts');
  const { proxyFor } = await import('./http/proxy.ts');
  const baseUrl = connection.endpoints.graph ?? serviceHost(connection.cloud, 'graph');
  return createGraphProvider({
    baseUrl,
    tokens: await tokens(connection, around),
    caPem: await caPem(connection),
    proxy: proxyFor(new URL(baseUrl), around.env),
    uniqueBody: connection.hide_email_chain,
    delta: connection.cloud !== 'china',
    clock: around.now,
    onMutation: () => void addToCounter(around.store.db, mutatingRequests, 1),
  });
}

async function graphSender(connection: GraphConnection, around: Surroundings): Promise<SendProvider> {
  const sends = around.sends(connection) ? 'configured' : 'by_hand';
  const { createGraphSendProvider } = await import('./mail/graph/sender-provider.ts');
  const { serviceHost } = await import('./auth/cloud.ts');
  const { proxyFor } = await import('./http/proxy.ts');
  return createGraphSendProvider({
    baseUrl: connection.endpoints.graph ?? serviceHost(connection.cloud, 'graph'),
    tokens: await tokens(connection, around, sends),
    caPem: await caPem(connection),
    proxy: (target) => proxyFor(target, around.env),
    clock: around.now,
  });
}

async function ewsProvider(connection: EwsConnection, around: Surroundings): Promise<MailProvider> {
  const { createEwsProvider } = await import('./mail/ews/provider.ts');
  return createEwsProvider({
    ...(await ewsOptions(connection, around)),
    uniqueBody: connection.hide_email_chain,
    onMutation: () => void addToCounter(around.store.db, mutatingRequests, 1),
  });
}

async function ewsSender(connection: EwsConnection, around: Surroundings): Promise<SendProvider> {
  const { createEwsSendProvider } = await import('./mail/ews/sender-provider.ts');
  return createEwsSendProvider(await ewsOptions(connection, around));
}

async function ewsOptions(connection: EwsConnection, around: Surroundings): Promise<EwsConnectionOptions> {
  const { proxyFor } = await import('./http/proxy.ts');
  const url = await ewsAddress(connection);
  return {
    url,
    signIn: await ewsSignIn(connection, new URL(url).host, around),
    caPem: await caPem(connection),
    proxy: proxyFor(new URL(url), around.env),
    clock: around.now,
  };
}

async function ewsAddress({ endpoints, server, port, ssl, cloud }: EwsConnection): Promise<string> {
  if (endpoints.ews !== undefined) return endpoints.ews;
  if (server !== undefined) return `${ssl ? 'https' : 'http'}://${server}:${port}/EWS/Exchange.asmx`;
  const { serviceHost } = await import('./auth/cloud.ts');
  return new URL('/EWS/Exchange.asmx', serviceHost(cloud, 'ews')).href;
}

async function ewsSignIn(connection: EwsConnection, server: string, around: Surroundings): Promise<EwsSignIn> {
  const { auth, name, username, password } = connection;
  if (auth !== 'basic' && auth !== 'ntlm') {
    return { kind: 'token', tokens: await tokens(connection, around), impersonate: auth === 'application' };
  }
  if (username === undefined || password === undefined) {
    throw new IntegratorError('config', `connection ${name}: auth: ${auth} needs username and password`);
  }
  const { resolveSecret } = await import('./config/secrets.ts');
  const secret = await resolveSecret(password, `the password of ${name}`, around.env);
  const { PasswordGuard } = await import('./mail/ews/password-guard.ts');
  const { passwordMemory } = await import('./auth/refused-passwords.ts');
  const known = { server, username, password: secret };
  const key = JSON.stringify(known);
  const guard =
    around.guards.get(key) ?? new PasswordGuard(username, passwordMemory(known, { ...around, clock: around.now }));
  around.guards.set(key, guard);
  return { kind: auth, username, password: secret, guard };
}

async function tokens(connection: Connection, around: Surroundings, sends?: Sends) {
  const { authSettings } = await import('./auth/from-config.ts');
  const { connectionCredential } = await import('./auth/connect.ts');
  const { tokenSource } = await import('./auth/credential.ts');
  const configured = around.sends(connection) ? 'configured' : 'no';
  const settings = authSettings(connection, around.env, { sends: sends ?? configured });
  if (settings === undefined) throw new IntegratorError('bug', `connection ${connection.name} has no sign-in`);
  return tokenSource(connectionCredential(settings, await around.world()), settings);
}

async function caPem({ name, endpoints }: Connection): Promise<string | undefined> {
  if (endpoints.ca_file === undefined) return undefined;
  try {
    return await readFile(endpoints.ca_file, 'utf8');
  } catch (cause) {
    throw new IntegratorError('config', `connection ${name}: cannot read ca_file ${endpoints.ca_file}`, { cause });
  }
}

async function authWorld(config: Config, env: Environment, now: () => number): Promise<AuthWorld> {
  const { TokenStore } = await import('./auth/token-store.ts');
  return { env, stateDir: config.state_dir, store: new TokenStore(config.state_dir), clock: now, random: Math.random };
}

/** Makes it once, when first asked for. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
