/** One connection: an app registration or server account, how it signs in, how its mail is matched, its mailboxes. */
import { z } from 'zod';
import {
  address,
  authorityUrl,
  domain,
  fileRef,
  hostName,
  identifier,
  importFrom,
  schedule,
  secretRef,
  senderPattern,
  serviceUrl,
  text,
} from './values.ts';

export const agentId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]*$/, { error: 'may hold letters, digits, dots, dashes and underscores only' });

/** `all` in any case is one word to those who read it. */
const folderPath = text.transform((path) => (path.toLowerCase() === 'all' ? 'all' : path));

const mailboxKeys = z.strictObject({
  address: address.describe('Primary SMTP address'),
  user: text.optional().describe('User principal name or object id, where it differs from the address'),
  agent: agentId.optional().describe('The agent this mailbox belongs to'),
  agents: z.array(agentId).min(1).optional().describe('The agents of a team mailbox (incidents only)'),
  email_matching: z.boolean().default(true).describe('false: everything goes to My Inbox'),
  matched_to: z
    .enum(['opportunities', 'projects', 'incidents'])
    .default('opportunities')
    .describe('The tickets that mail is matched to'),
  new_ticket_type: text.optional().describe('For unmatched: new_ticket; its use must be matched_to'),
  folders: z
    .union([z.literal('all').transform((all) => [all]), z.array(folderPath).min(1)], {
      error: 'must be a list, such as [Inbox], or all',
    })
    .default(['Inbox'])
    .describe(
      'Paths with "/", without subfolders; Inbox in any language; all: everything but drafts, junk, deleted. A "/" in a folder\'s own name is written "\\/"',
    ),
  import_from: importFrom
    .default('now')
    .describe('now, 30d or 2026-11-01: a floor on the received date, for ever; now is the first run, remembered'),
  keep_original: z.boolean().optional().describe('Also keep the raw MIME bytes; default true for incidents'),
  import_sent_items: z.boolean().optional().describe("Overrides the connection's; default true for incidents"),
});

const mailbox = mailboxKeys.transform(({ agent, agents, ...rest }, context) => {
  if ((agent === undefined) === (agents === undefined)) {
    const message =
      agent === undefined ? 'agent is missing; name the agent this mailbox belongs to' : 'give either agent or agents';
    context.addIssue({ code: 'custom', message });
  }
  return { ...rest, agents: agents ?? (agent === undefined ? [] : [agent]) };
});
type ParsedMailbox = z.output<typeof mailbox>;

const byInbox = ['inbox', 'match', 'ignore'] as const;

const name = text.describe('Unique name');

const common = {
  enabled: z.boolean().default(true).describe('false: the service leaves this connection alone'),
  cloud: z.enum(['public', 'usgov', 'usgov_dod', 'china']).default('public').describe('Microsoft cloud'),
  tenant_id: identifier.optional().describe('Directory (tenant) id'),
  client_id: identifier.optional().describe('Application (client) id'),
  client_secret: secretRef.optional().describe('Client secret: { file }, { env } or { credential }'),
  certificate: fileRef.optional().describe('Instead of a secret: certificate and private key in one PEM'),
  service_account: text.optional().describe('auth: delegated: who must have signed in'),
  endpoints: z
    .strictObject({
      authority: authorityUrl.optional().describe('Sign-in authority, without tenant'),
      graph: serviceUrl.optional().describe('Microsoft Graph, without version'),
      ews: serviceUrl.optional().describe('URL of Exchange.asmx'),
      ca_file: text.optional().describe('Certificate authorities to trust, PEM'),
    })
    .prefault({})
    .describe('Only for private clouds, the sandbox and tests; wins over cloud and server'),
  schedule: schedule.optional().describe("When to import; default: the configuration's schedule"),
  import_sent_items: z.boolean().optional().describe('Also import Sent Items; default true for incidents'),
  matching: z
    .enum(['address_and_subject', 'domain', 'address'])
    .default('address_and_subject')
    .describe('What a mail and a ticket must have in common'),
  subject_match: z
    .enum(['normalized', 'exact'])
    .default('normalized')
    .describe('normalized: reply and forward prefixes are ignored; exact: they count'),
  unmatched: z
    .enum(['inbox', 'new_ticket'])
    .default('inbox')
    .describe('What becomes of incoming mail that fits no ticket'),
  ambiguous: z
    .enum(['inbox', 'newest'])
    .default('inbox')
    .describe('What becomes of mail that fits several tickets; newest: the ticket created last'),
  hide_email_chain: z.boolean().default(false).describe('Actions show only the new part of a mail'),
  match_replies: z
    .boolean()
    .default(true)
    .describe('A reply to mail already on an open ticket follows it, if the sender belongs to that ticket'),
  unverified_sender: z
    .enum(['inbox', 'match'])
    .default('inbox')
    .describe('When the receiving server says that the sender failed authentication'),
  automatic_mail: z.enum(byInbox).default('inbox').describe('Auto-replies, bounces, delivery reports'),
  calendar_mail: z.enum(byInbox).default('inbox').describe('Meeting requests and responses'),
  list_mail: z
    .enum(byInbox)
    .default('match')
    .describe('Newsletters and lists: List-Id, List-Unsubscribe, Precedence: bulk or list'),
  ignore: z
    .strictObject({
      senders: z.array(senderPattern).default([]).describe('Addresses or @domains'),
      internal: z.boolean().default(false).describe('Mail among own domains only'),
      sensitivity: z.array(z.enum(['personal', 'private', 'confidential'])).default([]),
    })
    .prefault({})
    .describe('Mail that is never imported'),
  free_mail_domains: z
    .enum(['ignore', 'match'])
    .default('ignore')
    .describe('For matching: domain. Whether gmail.com and the like count'),
  own_domains: z
    .array(domain)
    .default([])
    .describe('Further domains of the own organisation; those of mailboxes and agents always count'),
  mailboxes: z.array(mailbox).default([]),
};

/** A mailbox says what it does about sent items and originals; where nobody said so, incidents keep both as evidence. */
function withMailboxDefaults<
  const C extends { import_sent_items?: boolean | undefined; mailboxes: readonly ParsedMailbox[] },
>({ import_sent_items: sentItems, mailboxes, ...connection }: C) {
  return {
    ...connection,
    import_sent_items: sentItems ?? false,
    mailboxes: mailboxes.map((one) => {
      const incidents = one.matched_to === 'incidents';
      return {
        ...one,
        import_sent_items: one.import_sent_items ?? sentItems ?? incidents,
        keep_original: one.keep_original ?? incidents,
      };
    }),
  };
}

const graph = z
  .strictObject({
    name,
    type: z.literal('graph').describe('Microsoft 365'),
    ...common,
    auth: z
      .enum(['delegated', 'application', 'managed_identity', 'workload_identity'])
      .default('delegated')
      .describe('How the connection signs in'),
  })
  .transform(withMailboxDefaults);

const ews = z
  .strictObject({
    name,
    type: z.literal('ews').describe('Exchange'),
    ...common,
    server: hostName.optional().describe('Incoming email server'),
    port: z.int().min(1).max(65_535).default(443),
    ssl: z.boolean().default(true).describe('false is refused unless the host is loopback'),
    auth: z
      .enum(['delegated', 'application', 'basic', 'ntlm'])
      .default('delegated')
      .describe('How the connection signs in; basic and ntlm are for servers on premises'),
    username: text.optional().describe('For basic and ntlm'),
    password: secretRef.optional().describe('For basic and ntlm: { file }, { env } or { credential }'),
  })
  .transform(withMailboxDefaults);

export const connection = z.discriminatedUnion('type', [graph, ews]);
