import { createHash, randomBytes } from 'node:crypto';
import { Agent, fetch } from 'undici';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';

/** Whatever came back: tests look into answers freely. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Json;
  readonly text: string;
}

/** A bare HTTPS client that trusts one sandbox; nothing of the product is in it. */
export class Client {
  readonly sandbox: Sandbox;
  readonly agent: Agent;
  token = '';

  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    this.agent = new Agent({ connect: { ca: sandbox.caPem } });
  }

  async request(
    url: string,
    init: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array } = {},
  ): Promise<Answer> {
    const response = await fetch(url, { dispatcher: this.agent, redirect: 'manual', ...init });
    const text = await response.text();
    let json: Json = {};
    try {
      json = JSON.parse(text);
    } catch {
      // not JSON
    }
    return { status: response.status, headers: response.headers as unknown as Headers, json, text };
  }

  async bytes(path: string): Promise<Buffer> {
    const response = await fetch(this.url(path), {
      dispatcher: this.agent,
      headers: { authorization: `Bearer ${this.token}` },
    });
    return Buffer.from(await response.arrayBuffer());
  }

  url(path: string): string {
    return path.startsWith('https:') ? path : `${this.sandbox.graph}v1.0/${path}`;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.request(this.url(path), { headers: { authorization: `Bearer ${this.token}`, ...headers } });
  }

  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.request(this.url(path), {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  authorizeUrl(extra: Record<string, string> = {}): { url: string; verifier: string } {
    const verifier = randomBytes(32).toString('base64url');
    const url = new URL(`${this.sandbox.authority}${this.sandbox.tenantId}/oauth2/v2.0/authorize`);
    const parameters = {
      client_id: this.sandbox.clientId,
      response_type: 'code',
      redirect_uri: 'http://localhost:5555/authcallback',
      scope: defaultScope,
      state: 'the-state',
      nonce: 'the-nonce',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      client_info: '1',
      sandbox_auto: '1',
      login_hint: this.sandbox.serviceAccount.username,
      ...extra,
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return { url: url.href, verifier };
  }

  tokenRequest(form: Record<string, string>, tenant = this.sandbox.tenantId): Promise<Answer> {
    return this.request(`${this.sandbox.authority}${tenant}/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        client_id: this.sandbox.clientId,
        client_secret: this.sandbox.clientSecret,
        ...form,
      }).toString(),
    });
  }

  async code(extra: Record<string, string> = {}): Promise<{ code: string; verifier: string; location: URL }> {
    const { url, verifier } = this.authorizeUrl(extra);
    const answer = await this.request(url);
    const location = new URL(answer.headers.get('location') ?? 'https://none/');
    return { code: location.searchParams.get('code') ?? '', verifier, location };
  }

  async redeem(extra: Record<string, string> = {}, scope = graphScope): Promise<Answer> {
    const { code, verifier } = await this.code(extra);
    return this.tokenRequest({
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: 'http://localhost:5555/authcallback',
      scope: `${scope} openid profile offline_access`,
    });
  }

  async signIn(account = this.sandbox.serviceAccount.username, scope = graphScope): Promise<Json> {
    const answer = await this.redeem({ login_hint: account, scope: `${scope} openid profile offline_access` }, scope);
    this.token = answer.json['access_token'];
    return answer.json;
  }

  async signInAsApplication(): Promise<void> {
    const answer = await this.tokenRequest({
      grant_type: 'client_credentials',
      scope: 'https://graph.microsoft.com/.default',
    });
    this.token = answer.json['access_token'];
  }
}

export const graphScope =
  'https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.Send https://graph.microsoft.com/Mail.Send.Shared https://graph.microsoft.com/Mail.ReadWrite.Shared';
const defaultScope = `${graphScope} https://outlook.office365.com/EWS.AccessAsUser.All openid profile offline_access`;

/** A sandbox with one agent's mailbox and a signed-in service account. */
export async function sandboxWithAnn(options: SandboxOptions = {}): Promise<{ sandbox: Sandbox; client: Client }> {
  const sandbox = await startSandbox(options);
  if (options.world !== 'sample') sandbox.world.addMailbox({ address: 'ann@contoso.test', displayName: 'Ann Archer' });
  const client = new Client(sandbox);
  await client.signIn();
  return { sandbox, client };
}

/** Follows a delta round to its end. */
export async function round(
  client: Client,
  start: string,
  headers: Record<string, string> = {},
): Promise<{ entries: Json[]; deltaLink: string; pages: number }> {
  const entries: Json[] = [];
  let link = start;
  for (let pages = 1; ; pages += 1) {
    const page = await client.get(link, headers);
    if (page.status !== 200) throw new Error(`${page.status} ${page.text}`);
    entries.push(...page.json['value']);
    const deltaLink = page.json['@odata.deltaLink'];
    if (deltaLink !== undefined) return { entries, deltaLink, pages };
    link = page.json['@odata.nextLink'];
  }
}
