import { isLoopbackHost } from '../addresses.ts';
import type { KeyPath, Problem } from '../problem.ts';
import type { Connection, EwsConnection } from '../schema.ts';

/** A connection that is enabled has what its way of signing in needs; a disabled one may still be half written. */
export function checkSignIn(connection: Connection, path: KeyPath): Problem[] {
  return [
    ...contradictions(connection, path),
    ...(connection.enabled ? [...missingCredentials(connection, path), ...missingServer(connection, path)] : []),
  ];
}

// Sign-in is checked against the tenant that is configured: these three stand for any tenant.
const sharedTenants = new Set(['common', 'organizations', 'consumers']);

function contradictions(connection: Connection, path: KeyPath): Problem[] {
  const problems: Problem[] = [];
  if (connection.client_secret !== undefined && connection.certificate !== undefined) {
    problems.push({ path: [...path, 'certificate'], message: 'stands beside client_secret; keep one of the two' });
  }
  if (sharedTenants.has(connection.tenant_id?.toLowerCase() ?? '')) {
    problems.push({ path: [...path, 'tenant_id'], message: 'must name one tenant; write its directory (tenant) id' });
  }
  if (connection.type === 'ews' && !connection.ssl && !isLoopbackHost(connection.server ?? '')) {
    problems.push({ path: [...path, 'ssl'], message: 'may be false for a loopback server only; remove it' });
  }
  return problems;
}

function missingCredentials(connection: Connection, path: KeyPath): Problem[] {
  const missing = requiredKeys(connection).filter(({ key, present }) => !present && key !== '');
  return missing.map(({ key }) => ({ path: [...path, key], message: `is missing; auth: ${connection.auth} needs it` }));
}

interface Requirement {
  readonly key: string;
  readonly present: boolean;
}

function requiredKeys(connection: Connection): readonly Requirement[] {
  const app = [
    { key: 'tenant_id', present: connection.tenant_id !== undefined },
    { key: 'client_id', present: connection.client_id !== undefined },
  ];
  switch (connection.auth) {
    case 'delegated':
      return app;
    case 'application': {
      const present = connection.client_secret !== undefined || connection.certificate !== undefined;
      return [...app, { key: 'client_secret', present }];
    }
    case 'managed_identity':
    case 'workload_identity':
      return [];
    case 'basic':
    case 'ntlm':
      return [
        { key: 'username', present: connection.username !== undefined },
        { key: 'password', present: connection.password !== undefined },
      ];
  }
}

function missingServer(connection: Connection, path: KeyPath): Problem[] {
  if (connection.type === 'graph' || hasServer(connection)) return [];
  return [{ path: [...path, 'server'], message: 'is missing; name the incoming email server' }];
}

function hasServer(connection: EwsConnection): boolean {
  return connection.server !== undefined || connection.endpoints.ews !== undefined;
}
