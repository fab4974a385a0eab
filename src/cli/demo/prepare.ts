import { existsSync, readFileSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Config } from '../../config/schema.ts';
import { csvRow } from '../../content/csv.ts';
import { IntegratorError } from '../../domain/errors.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { sampleBusinessUnits, sampleClients, sampleTickets, sampleTicketTypes } from '../../sandbox/sample/tickets.ts';

/** What the demo leaves behind. */
export interface DemoFiles {
  readonly directory: string;
  readonly config: string;
  readonly clients: string;
  readonly tickets: string;
}

/** A demo once it is set up. */
export interface Demo {
  readonly files: DemoFiles;
  readonly config: Config;
  readonly sandbox: Sandbox;
  /** Who signed in. */
  readonly account: string;
}

const mark = '# Written by `integrator demo`; the next demo writes it anew.';

/** Makes ./demo from nothing. A directory of that name that is not a demo's is left alone (`usage`). */
export function prepareDemo(
  directory: string,
  sandbox: Sandbox,
  configOf: (sandbox: Sandbox) => unknown = demoConfig,
): DemoFiles {
  const files: DemoFiles = {
    directory,
    config: join(directory, 'integrator.yaml'),
    clients: join(directory, 'clients.csv'),
    tickets: join(directory, 'tickets.csv'),
  };
  if (existsSync(directory)) removeOldDemo(files);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, 'sandbox-ca.pem'), sandbox.caPem, { mode: 0o600 });
  writeFileSync(join(directory, 'client-secret'), `${sandbox.clientSecret}\n`, { mode: 0o600 });
  writeFileSync(files.config, `${mark}\n${stringify(configOf(sandbox))}`, { mode: 0o600 });
  writeFileSync(files.clients, csv(sampleClients.map((row) => ({ ...row }))), { mode: 0o600 });
  writeFileSync(files.tickets, csv(sampleTickets.map((row) => ({ ...row }))), { mode: 0o600 });
  return files;
}

function removeOldDemo({ directory, config }: DemoFiles): void {
  const ours = existsSync(config) && readFileSync(config, 'utf8').startsWith(mark);
  if (!ours) {
    throw new IntegratorError('usage', `${directory} exists and was not written by a demo; nothing was changed`, {
      hint: 'move it away, or run the demo in another directory',
    });
  }
  rmSync(directory, { recursive: true });
}

/** Four agents with a personal mailbox each; Carla works on projects, the others on opportunities. */
function demoConfig(sandbox: Sandbox): unknown {
  const people = sandbox.accounts.filter(({ kind }) => kind === 'user');
  const agents = people.filter(({ address }) => demoAgents.includes(localPart(address)));
  return {
    state_dir: './state',
    agents: [
      ...agents.map(({ address, displayName }) => ({
        id: localPart(address),
        name: displayName,
        email: address,
        role: 'agent',
      })),
      { id: 'admin', name: 'Administrator', role: 'administrator' },
    ],
    connections: [
      {
        name: 'contoso-sales',
        type: 'graph',
        auth: 'delegated',
        tenant_id: sandbox.tenantId,
        client_id: sandbox.clientId,
        client_secret: { file: './client-secret' },
        service_account: sandbox.serviceAccount.username,
        endpoints: { authority: sandbox.authority, graph: sandbox.graph, ca_file: './sandbox-ca.pem' },
        import_sent_items: true,
        mailboxes: agents.map(({ address }) => ({
          address,
          agent: localPart(address),
          matched_to: projectAgents.includes(localPart(address)) ? 'projects' : 'opportunities',
          import_from: '60d',
        })),
      },
    ],
    ticket_types: sampleTicketTypes,
    business_units: sampleBusinessUnits,
  };
}

const demoAgents = ['ann', 'ben', 'carla', 'emi'];
const projectAgents = ['carla'];
const localPart = (address: string): string => address.slice(0, address.indexOf('@'));

function csv(rows: readonly Readonly<Record<string, string>>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => columns.map((column) => row[column] ?? ''));
  return [columns, ...lines].map(csvRow).join('');
}
