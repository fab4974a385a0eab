import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeServerIdentity } from '../../src/sandbox/tls.ts';

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object goes out as JSON, a string as it is. */
  readonly body: unknown;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly form: URLSearchParams;
}

/** An authority that says word for word what a test wants: for answers that a sane Entra would not give. */
export interface ScriptedEntra {
  readonly authority: string;
  readonly host: string;
  readonly port: number;
  readonly caFile: string;
  readonly asked: Asked[];
  /** What the token endpoint answers. */
  token: (asked: Asked) => ScriptedAnswer;
  /** Further or other answers, by path; undefined: the usual one. */
  other: (asked: Asked) => ScriptedAnswer | undefined;
  close(): Promise<void>;
}

export const scriptedTenant = '11111111-2222-4333-8444-555555555555';

export interface ScriptedIdentity {
  readonly name: string;
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

/** Under the name localhost unless told; another name is reached through a proxy only. */
export async function startScriptedEntra(
  identity: ScriptedIdentity = { name: 'localhost', ...makeServerIdentity() },
): Promise<ScriptedEntra> {
  const directory = mkdtempSync(join(tmpdir(), 'integrator-entra-'));
  const caFile = join(directory, 'ca.pem');
  writeFileSync(caFile, identity.caPem);
  const entra = { asked: new Array<Asked>(), token: noAnswer, other: nothing };
  let host = '';
  const server = createServer({ key: identity.keyPem, cert: identity.certPem }, (request, response) => {
    void (async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const path = (request.url ?? '').split('?')[0] ?? '';
      const asked = { method: request.method ?? '', path, form: new URLSearchParams(Buffer.concat(chunks).toString()) };
      entra.asked.push(asked);
      const usual = (): ScriptedAnswer => (path.endsWith('/token') ? entra.token(asked) : { body: metadata(host) });
      const { status = 200, headers = {}, body } = entra.other(asked) ?? usual();
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  host = `${identity.name}:${port}`;
  return Object.assign(entra, {
    authority: `https://${host}/`,
    host,
    port,
    caFile,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true, force: true });
    },
  });
}

function noAnswer(_asked: Asked): ScriptedAnswer {
  return { status: 500, body: { error: 'server_error' } };
}

function nothing(_asked: Asked): ScriptedAnswer | undefined {
  return undefined;
}

export function metadata(host: string, changes: Readonly<Record<string, string>> = {}) {
  const base = `https://${host}/${scriptedTenant}`;
  return {
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    ...changes,
  };
}

/** A refusal as Entra words it. */
export function refusal(code: number, error: string, more: Readonly<Record<string, unknown>> = {}): ScriptedAnswer {
  return {
    status: 400,
    body: {
      error,
      error_description: `AADSTS${code}: Something. Trace ID: t Correlation ID: c Timestamp: now`,
      error_codes: [code],
      correlation_id: '99999999-8888-4777-8666-555555555555',
      ...more,
    },
  };
}

let serial = 0;

/** Tokens for an account. */
export function tokens(scope: string, more: Readonly<Record<string, unknown>> = {}, tid = scriptedTenant) {
  serial += 1;
  const username = 'svc-crm@contoso.test';
  const id = { tid, oid: 'oid-1', sub: 'sub-1', preferred_username: username, iss: 'x', aud: 'client', ver: '2.0' };
  return {
    token_type: 'Bearer',
    expires_in: 3600,
    scope,
    access_token: jwt({ serial }),
    refresh_token: `refresh-${serial}`,
    id_token: jwt(id),
    client_info: encode({ uid: 'oid-1', utid: tid }),
    ...more,
  };
}

export function jwt(claims: Readonly<Record<string, unknown>>): string {
  return `${encode({ alg: 'none' })}.${encode(claims)}.c2lnbmF0dXJl`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
