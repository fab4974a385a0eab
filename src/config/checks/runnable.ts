import type { KeyPath, Problem } from '../problem.ts';
import type { Config, Connection } from '../schema.ts';

/**
 * What keeps a configuration that is right in itself from doing anything: nothing to import, and ids that cannot be
 * those of a tenant or an application. For `config check`; other commands work on what is stored without it.
 */
export function checkRunnable(config: Config): Problem[] {
  const enabled = config.connections.flatMap((connection, index) =>
    connection.enabled ? [{ connection, path: ['connections', index] }] : [],
  );
  return [
    ...nothingToImport(config, enabled),
    ...enabled.flatMap(({ connection, path }) => checkIds(connection, path)),
  ];
}

interface PlacedConnection {
  readonly connection: Connection;
  readonly path: KeyPath;
}

function nothingToImport(config: Config, enabled: readonly PlacedConnection[]): Problem[] {
  if (config.connections.length === 0) {
    return [{ path: ['connections'], message: 'has no connection, so nothing can be imported; add one' }];
  }
  if (enabled.length === 0 || enabled.some(({ connection }) => connection.mailboxes.length > 0)) return [];
  const [first] = enabled;
  const path = [...(first?.path ?? []), 'mailboxes'];
  return [{ path, message: 'has no mailbox, so nothing can be imported; add { address, agent, matched_to }' }];
}

const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const domainName = /^([a-z\d]([a-z\d-]*[a-z\d])?\.)+[a-z]([a-z\d-]*[a-z\d])?$/i;
/** Stands in what `init` writes until it is filled in. */
const placeholder = /^0{8}(-0{4}){3}-0{12}$/;

function checkIds({ tenant_id: tenant, client_id: client }: Connection, path: KeyPath): Problem[] {
  const problems: Problem[] = [];
  if (tenant !== undefined && isWrong(tenant, (id) => guid.test(id) || domainName.test(id))) {
    const what = 'the directory (tenant) id of the app registration, or a domain of the tenant';
    problems.push({ path: [...path, 'tenant_id'], message: `${said(tenant)}; write ${what}` });
  }
  if (client !== undefined && isWrong(client, (id) => guid.test(id))) {
    const message = `${said(client)}; write the application (client) id of the app registration`;
    problems.push({ path: [...path, 'client_id'], message });
  }
  return problems;
}

const isWrong = (id: string, fits: (id: string) => boolean): boolean => placeholder.test(id) || !fits(id);

function said(id: string): string {
  return placeholder.test(id) ? 'is not filled in yet' : `"${id}" is not an id (32 digits in five groups)`;
}
