import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sandbox } from './sandbox.ts';

/** What the `sandbox` command prints and writes: everything a person or a script needs to use it. */
export interface SandboxDocument {
  readonly origin: string;
  readonly authority: string;
  readonly graph: string;
  readonly ews: string;
  readonly ca_file: string;
  /** A configuration that was written for it; null: none was asked for. */
  readonly config: string | null;
  readonly tenant_id: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly redirect_uri: string;
  readonly service_account: { readonly username: string; readonly password: string };
  readonly accounts: readonly {
    readonly address: string;
    readonly name: string;
    readonly kind: string;
    readonly user_principal_name: string;
    readonly object_id: string;
    readonly items: number;
  }[];
}

function describe(sandbox: Sandbox, caFile: string, config: string | null): SandboxDocument {
  return {
    origin: sandbox.origin,
    authority: sandbox.authority,
    graph: sandbox.graph,
    ews: sandbox.ews,
    ca_file: caFile,
    config,
    tenant_id: sandbox.tenantId,
    client_id: sandbox.clientId,
    client_secret: sandbox.clientSecret,
    redirect_uri: sandbox.app.redirectUris[0] ?? '',
    service_account: sandbox.serviceAccount,
    accounts: sandbox.accounts.map((account) => ({
      address: account.address,
      name: account.displayName,
      kind: account.kind,
      user_principal_name: account.userPrincipalName,
      object_id: account.objectId,
      items: sandbox.world.mailbox(account.address).itemCount,
    })),
  };
}

/**
 * Writes the document as JSON to `file` and the certificate authority beside it (`sandbox-ca.pem`). The document
 * holds a client secret, if only of a toy: both files are for the owner only.
 */
export async function writeDescription(
  sandbox: Sandbox,
  file: string,
  config: string | null,
): Promise<SandboxDocument> {
  const caFile = join(dirname(file), 'sandbox-ca.pem');
  const document = describe(sandbox, caFile, config);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(caFile, sandbox.caPem, { mode: 0o600 });
  // Whoever waits for the file to appear must not read half of it.
  await writeFile(`${file}.new`, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return document;
}
