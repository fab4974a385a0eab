import { stringify } from 'yaml';

/** A person with a mailbox of their own. */
export interface FirstAgent {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly role: 'agent' | 'administrator';
}

/** The agent that `init` writes without --from-csv: an example, to be replaced. */
export const exampleAgents: readonly FirstAgent[] = [
  { id: 'ann', name: 'Ann Archer', address: 'ann@contoso.test', role: 'administrator' },
];

/** The text of a first `integrator.yaml`. `config check` refuses it until tenant_id and client_id are filled in. */
export function firstConfig(agents: readonly FirstAgent[]): string {
  return `# The configuration of integrator. Relative paths are relative to this file.
# Completion and checks in an editor: integrator config schema > integrator.schema.json
# yaml-language-server: $schema=./integrator.schema.json

state_dir: ./state                 # store, attachments, key
schedule: every 10m                # "every 30s", "every 2h", or a cron expression
# timezone: Europe/Berlin          # for cron, dates and output; default the system's

agents:                            # people who work tickets; role: agent | administrator
${agents.map(agentLine).join('')}
connections:
  - name: contoso-sales
    type: graph                    # graph (Microsoft 365) | ews (Exchange)
    tenant_id: 00000000-0000-0000-0000-000000000000    # of the app registration: Directory (tenant) id
    client_id: 00000000-0000-0000-0000-000000000000    # Application (client) id
    # client_secret: { file: ./client-secret }         # a file with mode 0600; or { env: NAME } or { credential: name }
    auth: delegated                # integrator auth login contoso-sales; or application, with a secret or certificate:
                                   # no mail permission in Entra then, only Exchange roles with a scope (docs/microsoft-365.md, B)
    # service_account: svc-crm@contoso.test            # who must have signed in
    matching: address_and_subject  # address_and_subject | domain | address
    unmatched: inbox               # inbox | new_ticket
    # import_sent_items: true
    # hide_email_chain: true
    mailboxes:
      # matched_to: opportunities | projects | incidents; folders: [Inbox]; new_ticket_type: for unmatched: new_ticket;
      # import_from: now, or 30d, or 2026-11-01: older mail is left alone for ever
${agents.map(mailboxLine).join('')}
# outgoing:                        # which mailbox mail goes out from
#   actions: { email_customer: { from: sales_mailboxes } }     # the mailbox of the agent named by --as
#   quotation_from: sales_mailboxes
#   templates_dir: ./templates

ticket_types:
  - { name: Opportunity, use: opportunity }
  - { name: Project, use: project }
  - { name: Incident, use: incident }
`;
}

function agentLine({ id, name, address, role }: FirstAgent): string {
  return `  - ${flow({ id, name, email: address, role })}`;
}

function mailboxLine({ id, address }: FirstAgent): string {
  return `      - ${flow({ address, agent: id, matched_to: 'opportunities', folders: ['Inbox'], import_from: 'now' })}`;
}

/** One line of YAML, with quotes where a value needs them. */
export function flow(value: Readonly<Record<string, unknown>>): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 });
}
