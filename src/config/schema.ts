/**
 * The configuration: one schema, from which come the types, the defaults, the checks of single values and the JSON schema
 * for editors. Keys are those of the YAML file. What spans several keys is in `checks/`.
 */
import { z } from 'zod';
import { agentId, connection } from './schema/connection.ts';
import { outgoing } from './schema/outgoing.ts';
import { businessUnit, ticketSystem, ticketType } from './schema/ticketing.ts';
import { address, duration, schedule, text, timezone } from './schema/values.ts';

export type { SecretRef } from './schema/values.ts';

const agent = z
  .strictObject({
    id: agentId.describe('Unique id, used in --as and in mailboxes'),
    name: text.optional().describe('Name for people; default the id'),
    email: address.optional(),
    role: z.enum(['agent', 'administrator']).default('agent'),
  })
  .transform((parsed) => ({ ...parsed, name: parsed.name ?? parsed.id }));

const storeUrl = z
  .string()
  .refine((value) => value === 'sqlite' || /^postgres(ql)?:\/\/[^\s]+$/.test(value), {
    error: 'must be sqlite or postgres://user@host/database',
  })
  .describe('sqlite (state_dir/integrator.db) or postgres://user@host/database');

const listenAddress = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, { error: 'must be host:port, such as 127.0.0.1:9464' })
  .describe('Where /metrics, /healthz and /readyz are served');

const keys = z.strictObject({
  $schema: z.string().optional().describe('For editors'),
  state_dir: text
    .optional()
    .describe('Store, attachments, key; default $STATE_DIRECTORY, else the XDG state directory'),
  store: storeUrl.default('sqlite'),
  schedule: schedule.default('every 10m').describe('"every 30s", "every 10m", "every 2h", or a cron expression'),
  timezone: timezone.optional().describe("For cron, dates in flags and human output; default the system's"),
  concurrency: z.int().min(1).max(256).default(8).describe('Mailboxes imported at a time'),
  agents: z.array(agent).default([]).describe('People who work tickets'),
  connections: z.array(connection).default([]).describe('App registrations and server accounts, with their mailboxes'),
  ticket_system: ticketSystem,
  ticket_types: z
    .array(ticketType)
    .min(1)
    .default([
      { name: 'Opportunity', use: 'opportunity', exclude_from_matching: false },
      { name: 'Project', use: 'project', exclude_from_matching: false },
      { name: 'Incident', use: 'incident', exclude_from_matching: false },
    ])
    .describe('For ticket_system local; others bring their own'),
  business_units: z.array(businessUnit).default([]).describe('Parts of the organisation that an incident can touch'),
  outgoing: outgoing.optional(),
  metrics: z.strictObject({ listen: listenAddress }).optional().describe('Off when absent'),
  retention: z.strictObject({ unmatched: duration.optional() }).optional().describe('Off when absent'),
});

export const configSchema = keys.transform(({ $schema: _editorOnly, ...parsed }) => ({
  ...parsed,
  outgoing: parsed.outgoing ?? outgoing.parse({}),
  /** Derived: a configuration without `outgoing` only reads. */
  sends_mail: parsed.outgoing !== undefined,
  connections: parsed.connections.map((one) => ({ ...one, schedule: one.schedule ?? parsed.schedule })),
}));

/** What a file says, with defaults; what depends on where it lies is still missing. */
export type ParsedConfig = z.output<typeof configSchema>;

/** The effective configuration: defaults filled in, addresses and domains normalised, paths absolute. */
export type Config = ParsedConfig & { readonly state_dir: string; readonly timezone: string };
export type Agent = Config['agents'][number];
export type Connection = Config['connections'][number];
export type GraphConnection = Extract<Connection, { type: 'graph' }>;
export type EwsConnection = Extract<Connection, { type: 'ews' }>;
export type MailboxConfig = Connection['mailboxes'][number];
export type TicketSystemConfig = Config['ticket_system'];
export type TicketTypeConfig = Config['ticket_types'][number];
export type BusinessUnitConfig = Config['business_units'][number];
export type OutgoingConfig = Config['outgoing'];

/** The configuration as a JSON schema (draft 2020-12): what a person may write, not what the program makes of it. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configSchema, { io: 'input' }), title: 'integrator.yaml' };
}
