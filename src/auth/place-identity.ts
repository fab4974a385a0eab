import { accessSync, constants } from 'node:fs';
import type { TokenCredential, WorkloadIdentityCredentialOptions } from '@azure/identity';
import { IntegratorError } from '../domain/errors.ts';
import { readBytes } from '../http/body.ts';
import { HttpTransport } from '../http/transport.ts';
import { authorityHost } from './cloud.ts';
import { identityLibrary } from './libraries.ts';
import type { EntraNetwork } from './network.ts';
import type { AuthSettings, Environment } from './settings.ts';

type HttpClient = NonNullable<WorkloadIdentityCredentialOptions['httpClient']>;
type PipelineResponse = Awaited<ReturnType<HttpClient['sendRequest']>>;

export interface PlaceIdentityParts {
  readonly settings: AuthSettings;
  readonly network: EntraNetwork;
  /** AZURE_FEDERATED_TOKEN_FILE, AZURE_TENANT_ID and AZURE_CLIENT_ID count for a workload identity. */
  readonly env: Environment;
}

/**
 * The @azure/identity credential for a connection that signs in by where it runs, as a managed or a workload identity.
 * Make a new one for each token: it would answer from its own cache otherwise.
 */
export function placeCredential({ settings, network, env }: PlaceIdentityParts): TokenCredential {
  const identity = identityLibrary();
  const { tenantId, clientId } = settings;
  if (settings.kind === 'managed_identity') {
    const options = { httpClient: localClient() };
    return clientId === ''
      ? new identity.ManagedIdentityCredential(options)
      : new identity.ManagedIdentityCredential({ ...options, clientId });
  }
  return new identity.WorkloadIdentityCredential({
    ...entraOptions(settings, network),
    tenantId: tenantId || needed(env, 'AZURE_TENANT_ID', settings),
    clientId: clientId || needed(env, 'AZURE_CLIENT_ID', settings),
    tokenFilePath: readableFile(needed(env, 'AZURE_FEDERATED_TOKEN_FILE', settings)),
  });
}

/** What the workload identity webhook of a cluster sets. */
function needed(env: Environment, name: string, { connection }: AuthSettings): string {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new IntegratorError('config', `connection ${connection}: auth is workload_identity, but ${name} is not set`, {
    hint: 'It is set for pods with the label azure.workload.identity/use: "true".',
  });
}

function readableFile(path: string): string {
  try {
    accessSync(path, constants.R_OK);
    return path;
  } catch (cause) {
    throw new IntegratorError('config', `cannot read the workload identity token ${path}`, { cause });
  }
}

function entraOptions(settings: AuthSettings, network: EntraNetwork) {
  return {
    authorityHost: authorityHost(settings),
    disableInstanceDiscovery: settings.authority !== undefined,
    // One try: with Retry-After the library would block the caller for as long as Entra likes.
    retryOptions: { maxRetries: 0 },
    httpClient: entraClient(network),
  };
}

/** Lets @azure/identity talk through our network, so that its refusals and failures are seen there. */
function entraClient(network: EntraNetwork): HttpClient {
  return {
    async sendRequest(request): Promise<PipelineResponse> {
      const { status, headers, text } = await network.exchange(request.method, request.url, {
        headers: request.headers.toJSON(),
        ...bodyOf(request.body),
      });
      return { request, status, headers: new AnswerHeaders(Object.entries(headers)), bodyAsText: text };
    },
  };
}

const longestLocalAnswerBytes = 1_048_576;
const localDeadlineMs = 10_000;

/**
 * The way to a managed identity: an endpoint of this machine or its host (169.254.169.254 on a virtual machine), plain
 * http by nature, and never through a proxy.
 */
function localClient(): HttpClient {
  return {
    async sendRequest(request): Promise<PipelineResponse> {
      const url = new URL(request.url);
      const transport = new HttpTransport({ root: new URL('/', url) });
      try {
        const reply = await transport.send({
          method: request.method,
          target: `${url.pathname}${url.search}`,
          headers: request.headers.toJSON(),
          ...bodyOf(request.body),
          signal: AbortSignal.timeout(localDeadlineMs),
        });
        const text = (await readBytes(reply, longestLocalAnswerBytes)).toString('utf8');
        const headers = new AnswerHeaders();
        for (const name of ['content-type', 'retry-after', 'www-authenticate']) {
          const value = reply.header(name);
          if (value !== undefined) headers.set(name, value);
        }
        return { request, status: reply.status, headers, bodyAsText: text };
      } finally {
        await transport.close();
      }
    },
  };
}

function bodyOf(body: unknown): { body?: string } {
  return typeof body === 'string' ? { body } : {};
}

class AnswerHeaders extends Map<string, string> {
  override get(name: string): string | undefined {
    return super.get(name.toLowerCase());
  }

  override has(name: string): boolean {
    return super.has(name.toLowerCase());
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(this);
  }
}
