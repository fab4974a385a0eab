/** Where tickets live, their types, and who is touched by an incident. */
import { z } from 'zod';
import { address, domain, duration, identifier, schedule, secretRef, serviceUrl, text } from './values.ts';

const mirror = {
  url: serviceUrl.describe('Base URL of the ticket system'),
  refresh: schedule.default('every 5m').describe('How often the open tickets are mirrored'),
  stale_after: duration.default('15m').describe('Matching waits rather than match against an older mirror'),
};

export const ticketSystem = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('local') }).describe('Built in'),
    z.strictObject({
      type: z.literal('halo'),
      ...mirror,
      client_id: identifier,
      client_secret: secretRef,
      tenant: identifier.optional().describe('Where the server hosts several'),
    }),
    z.strictObject({ type: z.literal('rt'), ...mirror, token: secretRef.describe('REST 2.0 authentication token') }),
    z.strictObject({ type: z.literal('rest'), ...mirror, token: secretRef.optional().describe('Bearer token') }),
  ])
  .prefault({ type: 'local' })
  .describe('Where tickets live');

export const ticketType = z.strictObject({
  name: text,
  use: z.enum(['opportunity', 'project', 'incident']),
  exclude_from_matching: z.boolean().default(false).describe('No mail is ever matched to tickets of this type'),
});

export const businessUnit = z.strictObject({
  name: text.regex(/^[^\p{Cc}\u2028\u2029]+$/u, { error: 'must be one line of plain text' }),
  recipients: z.array(address).min(1).describe('Who is written to'),
  members: z.array(address).default([]).describe('Who may answer too'),
  domains: z.array(domain).default([]).describe('Everybody at these domains may answer'),
});
