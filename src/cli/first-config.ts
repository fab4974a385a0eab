/** What `init` writes: right as it stands, so that `config check` has nothing to say before it is filled in. */
export const firstConfig = `# The configuration of integrator. Relative paths are relative to this file.
# Completion and checks in an editor: integrator config schema > integrator.schema.json
# yaml-language-server: $schema=./integrator.schema.json

state_dir: ./state                 # store, attachments, key
schedule: every 10m                # "every 30s", "every 2h", or a cron expression
# timezone: Europe/Berlin          # for cron, dates and output; default the system's

agents:                            # people who work tickets
  - id: ann
    name: Ann Archer
    email: ann@contoso.test
    role: administrator            # agent | administrator

connections:
  - name: contoso-sales
    type: graph                    # graph (Microsoft 365) | ews (Exchange)
    tenant_id: 00000000-0000-0000-0000-000000000000    # of the app registration: Directory (tenant) id
    client_id: 00000000-0000-0000-0000-000000000000    # Application (client) id
    # client_secret: { file: ./client-secret }         # a file with mode 0600; or { env: NAME } or { credential: name }
    auth: delegated                # integrator auth login contoso-sales; or application, with a secret or certificate:
                                   # no mail permission in Entra then, only Exchange roles with a scope (README)
    # service_account: svc-crm@contoso.test            # who must have signed in
    matching: address_and_subject  # address_and_subject | domain
    unmatched: inbox               # inbox | new_ticket
    # import_sent_items: true
    # hide_email_chain: true
    mailboxes:
      - address: ann@contoso.test
        agent: ann
        matched_to: opportunities  # opportunities | projects | incidents
        # new_ticket_type: Opportunity                 # for unmatched: new_ticket
        folders: [Inbox]
        import_from: now           # or 30d, or 2026-11-01: older mail is left alone

# outgoing:                        # which mailbox mail goes out from
#   actions: { email_customer: { from: sales_mailboxes } }     # the mailbox of the agent named by --as
#   quotation_from: sales_mailboxes
#   templates_dir: ./templates

ticket_types:
  - { name: Opportunity, use: opportunity }
  - { name: Project, use: project }
  - { name: Incident, use: incident }
`;
