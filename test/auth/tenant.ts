import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { connectionCredential } from '../../src/auth/connect.ts';
import type { AuthWorld } from '../../src/auth/connect.ts';
import { scopesFor } from '../../src/auth/cloud.ts';
import type { ConnectionCredential } from '../../src/auth/credential.ts';
import { signInByBrowser } from '../../src/auth/login/browser.ts';
import type { SignedIn } from '../../src/auth/login/sign-in.ts';
import type { AuthSettings, ClientProof } from '../../src/auth/settings.ts';
import { TokenStore } from '../../src/auth/token-store.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

/** A tenant on loopback, a state directory, and a connection to sign in for. */
export interface Tenant {
  readonly sandbox: Sandbox;
  readonly stateDir: string;
  readonly caFile: string;
  readonly settings: AuthSettings;
  readonly world: AuthWorld;
  /** As another process would: its own token store on the same files. */
  anotherWorld(): AuthWorld;
  /** A settings with some of it changed. */
  but(changes: Partial<AuthSettings>): AuthSettings;
  credential(settings?: AuthSettings, world?: AuthWorld): ConnectionCredential;
  /** Signs in as somebody, without a person. */
  signIn(account?: string, settings?: AuthSettings): Promise<SignedIn>;
  tokenRequests(): number;
  close(): Promise<void>;
}

export async function startTenant(): Promise<Tenant> {
  const sandbox = await startSandbox();
  sandbox.settings.deviceCodeInterval = 0.1;
  const directory = mkdtempSync(join(tmpdir(), 'integrator-auth-'));
  const stateDir = join(directory, 'state');
  const caFile = join(directory, 'ca.pem');
  writeFileSync(caFile, sandbox.caPem);
  const stores: TokenStore[] = [];
  const newWorld = (): AuthWorld => {
    const store = new TokenStore(stateDir);
    stores.push(store);
    return { env: {}, stateDir, store, clock: Date.now, random: () => 0.5 };
  };
  const world = newWorld();
  const settings = settingsOf(sandbox, caFile);
  return {
    sandbox,
    stateDir,
    caFile,
    settings,
    world,
    anotherWorld: newWorld,
    but: (changes) => ({ ...settings, ...changes }),
    credential: (chosen = settings, where = world) => connectionCredential(chosen, where),
    signIn: (account = sandbox.serviceAccount.username, chosen = settings) =>
      signInByBrowser(patient(chosen, world), (url) => void browse(sandbox, url, account)),
    tokenRequests: () => sandbox.requests.of('entra').filter(({ path }) => /\/token(\?|$)/.test(path)).length,
    close: async () => {
      for (const store of stores) store.close();
      await sandbox.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function settingsOf(sandbox: Sandbox, caFile: string): AuthSettings {
  return {
    connection: 'contoso-sales',
    kind: 'delegated',
    cloud: 'public',
    tenantId: sandbox.tenantId,
    clientId: sandbox.clientId,
    authority: sandbox.authority,
    caFile,
    serviceAccount: sandbox.serviceAccount.username,
    resources: ['graph'],
    sends: 'configured',
    proof: 'secret',
    proofSource: 'file /run/credentials/contoso',
    readProof: () => Promise.resolve(secret(sandbox.clientSecret)),
  };
}

export function secret(value: string): ClientProof {
  return { kind: 'secret', secret: value };
}

/** What a sign-in needs besides, with time enough. */
export function patient(settings: AuthSettings, world: AuthWorld) {
  return { settings, world, signal: new AbortController().signal, timeoutMs: 20_000 };
}

/** Does what a person and a browser do: opens the address, picks the account, follows the redirect back. */
export async function browse(sandbox: Sandbox, url: string, account: string): Promise<void> {
  await knock(await redirectOf(sandbox, url, account));
}

/** Where the browser would be sent: the address a person could copy. */
export async function redirectOf(sandbox: Sandbox, url: string, account: string, deny = false): Promise<string> {
  const address = new URL(url);
  address.searchParams.set('sandbox_auto', '1');
  address.searchParams.set('sandbox_account', account);
  if (deny) address.searchParams.set('sandbox_deny', '1');
  const { headers, statusCode } = await openPage(sandbox, address);
  const location = headers['location'];
  if (typeof location !== 'string') throw new Error(`no redirect, HTTP ${statusCode}`);
  return location;
}

/** Opens a page of the sandbox as a browser would. */
export async function openPage(sandbox: Sandbox, address: URL | string) {
  const dispatcher = new Agent({ connect: { ca: sandbox.caPem } });
  try {
    const { statusCode, headers, body } = await request(address, { dispatcher });
    return { statusCode, headers, text: await body.text() };
  } finally {
    await dispatcher.close();
  }
}

export interface Knock {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request to the waiting listener; rejects when nobody listens any more. */
export function knock(url: string, options: { readonly method?: string; readonly host?: string } = {}): Promise<Knock> {
  const { hostname, port, pathname, search, host } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = get(
      {
        host: hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, ''),
        port,
        path: pathname + search,
        method: options.method ?? 'GET',
        headers: { host: options.host ?? host },
        agent: false,
      },
      (incoming) => {
        let body = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => {
          body += chunk;
        });
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body }));
      },
    );
    outgoing.on('error', reject);
  });
}

export function graphScopes(settings: AuthSettings): readonly string[] {
  return scopesFor(settings, 'graph');
}
