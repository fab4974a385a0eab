import type { Connection, SecretRef } from '../config/schema.ts';
import { resolveSecret } from '../config/secrets.ts';
import { IntegratorError } from '../domain/errors.ts';
import type { Proof } from './credential-in-use.ts';
import type { AuthKind, AuthSettings, ClientProof, Environment } from './settings.ts';

/** What sign-in needs of a configured connection; undefined for basic and ntlm, which do not sign in with Microsoft. */
export function authSettings(
  connection: Connection,
  env: Environment,
  { sends }: Pick<AuthSettings, 'sends'>,
): AuthSettings | undefined {
  const kind = connection.auth;
  if (kind === 'basic' || kind === 'ntlm') return undefined;
  return {
    connection: connection.name,
    kind,
    cloud: connection.cloud,
    tenantId: needed(connection, 'tenant_id', kind),
    clientId: needed(connection, 'client_id', kind),
    authority: connection.endpoints.authority,
    caFile: connection.endpoints.ca_file,
    serviceAccount: connection.service_account,
    resources: [connection.type],
    sends,
    proof: proofOf(connection, kind),
    proofSource: proofSource(connection, kind, env),
    readProof: () => readProof(connection, env),
  };
}

/** Managed and workload identities may take both from their surroundings. */
function needed(connection: Connection, key: 'tenant_id' | 'client_id', kind: AuthKind): string {
  const value = connection[key];
  if (value !== undefined) return value;
  if (kind === 'managed_identity' || kind === 'workload_identity') return '';
  throw new IntegratorError('config', `connection ${connection.name}: ${key} is missing`, {
    hint: `Copy it from the overview page of the app registration into ${key}.`,
  });
}

async function readProof({ name, ...connection }: Connection, env: Environment): Promise<ClientProof> {
  const { certificate, client_secret: secret } = connection;
  if (certificate !== undefined) {
    return { kind: 'certificate', pem: await resolveSecret(certificate, `the certificate of ${name}`, env) };
  }
  if (secret === undefined) return { kind: 'none' };
  return { kind: 'secret', secret: await resolveSecret(secret, `the client secret of ${name}`, env) };
}

function proofOf(connection: Connection, kind: AuthKind): Proof {
  if (kind === 'managed_identity') return 'platform';
  if (kind === 'workload_identity') return 'federated_token';
  if (connection.certificate !== undefined) return 'certificate';
  return connection.client_secret === undefined ? 'none' : 'secret';
}

function proofSource(connection: Connection, kind: AuthKind, env: Environment): string {
  if (kind === 'managed_identity') return 'the managed identity of this machine';
  if (kind === 'workload_identity')
    return `file ${env['AZURE_FEDERATED_TOKEN_FILE'] ?? '(AZURE_FEDERATED_TOKEN_FILE)'}`;
  const { certificate, client_secret: secret } = connection;
  if (certificate !== undefined) return sourceOf(certificate, 'certificate');
  return secret === undefined ? 'nowhere' : sourceOf(secret, 'client_secret');
}

function sourceOf(ref: SecretRef, key: string): string {
  if (typeof ref === 'string') return `${key} in the configuration`;
  if ('file' in ref) return `file ${ref.file}`;
  return 'env' in ref ? `environment variable ${ref.env}` : `systemd credential ${ref.credential}`;
}
