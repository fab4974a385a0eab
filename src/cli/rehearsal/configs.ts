import type { Sandbox } from '../../sandbox/sandbox.ts';
import { flow } from '../first-config.ts';
import type { FirstAgent } from '../first-config.ts';
import { markOf } from './serving.ts';
import type { Serving } from './serving.ts';

/** Somebody in the sandbox whose mail is imported. */
export interface RehearsalAgent extends FirstAgent {
  /** The user principal name, where it is not the address. */
  readonly user: string | null;
}

/** Names, relative to the configuration, of the files that it names. */
export const named = {
  ca: 'ca.pem',
  secret: 'client-secret',
  certificate: 'app.pem',
  password: 'exchange-password',
} as const;

export interface RehearsalParts {
  readonly sandbox: Sandbox;
  readonly serving: Serving;
  readonly agents: readonly RehearsalAgent[];
}

/** The three configurations by the names of their files: one for each guide, each with a store of its own. */
export function rehearsalConfigs(parts: RehearsalParts): Readonly<Record<string, string>> {
  return {
    'integrator.yaml': configText(parts, { stateDir: './state', connection: delegated(parts.sandbox) }),
    'application.yaml': configText(parts, { stateDir: './state-application', connection: application(parts.sandbox) }),
    'exchange.yaml': configText(parts, { stateDir: './state-exchange', connection: exchange(parts) }),
  };
}

/** docs/microsoft-365.md, A */
function delegated({ tenantId, clientId, serviceAccount, authority, graph }: Sandbox): string {
  return `  # A. Service account: a person signs in once, with integrator auth login contoso-sales
  # (docs/microsoft-365.md, A. Service account). B is in application.yaml, Exchange on premises in exchange.yaml.
  - name: contoso-sales
    type: graph
    tenant_id: ${tenantId}
    client_id: ${clientId}
    auth: delegated
    client_secret: { file: ./${named.secret} } # or certificate: { file: ./${named.certificate} }
    service_account: ${serviceAccount.username} # pick it on the sign-in page
    endpoints: ${flowLine({ authority, graph, ca_file: `./${named.ca}` })}`;
}

/** docs/microsoft-365.md, B */
function application({ tenantId, clientId, authority, graph }: Sandbox): string {
  return `  # B. Application: nobody signs in (docs/microsoft-365.md, B. Application). No mail permission is consented to in
  # the sandbox's Entra; its Exchange roles have the mailboxes below as their scope.
  - name: contoso-sales
    type: graph
    tenant_id: ${tenantId}
    client_id: ${clientId}
    auth: application
    certificate: { file: ./${named.certificate} } # uploaded to the sandbox; or client_secret: { file: ./${named.secret} }
    endpoints: ${flowLine({ authority, graph, ca_file: `./${named.ca}` })}`;
}

/** docs/exchange.md */
function exchange({ sandbox: { serviceAccount }, serving: { port } }: RehearsalParts): string {
  const [account = ''] = serviceAccount.username.split('@');
  return `  # Exchange on premises: a user name and a password (docs/exchange.md).
  - name: contoso-exchange
    type: ews
    server: localhost
    port: ${port}
    auth: ntlm # or basic
    username: CONTOSO\\${account}
    password: { file: ./${named.password} }
    endpoints: { ca_file: ./${named.ca} }`;
}

function configText(
  { serving, agents }: RehearsalParts,
  { stateDir, connection }: { readonly stateDir: string; readonly connection: string },
): string {
  return `${markOf(serving)}
# Start that with \`integrator sandbox --init\` and this directory: it writes its new certificates beside this file, which
# it leaves as it is. It forgets who signed in when it stops: then sign in again.

state_dir: ${stateDir}

agents:
${agents.map(({ id, name, address, role }) => `  - ${flow({ id, name, email: address, role })}`).join('')}
connections:
${connection}
    mailboxes:
${agents.map((agent) => `      - ${flow(mailboxOf(agent, serving))}`).join('')}
outgoing: # without it nothing is sent, and a sign-in asks for reading alone
  actions: { email_customer: { from: sales_mailboxes } }
  quotation_from: sales_mailboxes
`;
}

function mailboxOf({ id, address, user }: RehearsalAgent, { eml }: Serving): Readonly<Record<string, unknown>> {
  return {
    address,
    ...(user === null ? {} : { user }),
    agent: id,
    matched_to: 'opportunities',
    folders: ['Inbox'],
    // The sample mail is from these weeks; a folder of mail from any time.
    import_from: eml === null ? '60d' : '1990-01-01',
  };
}

function flowLine(value: Readonly<Record<string, unknown>>): string {
  return flow(value).trimEnd();
}
