/** Which mailbox mail goes out from. */
import { z } from 'zod';
import { agentId } from './connection.ts';
import { address, text } from './values.ts';

const salesMailboxes = z.literal('sales_mailboxes').describe('The mailbox of the agent completing the action');
const fromMessage = { error: 'must be sales_mailboxes or an address' };
const actionFromMessage = { error: 'must be sales_mailboxes, default or an address' };
const quotationFrom = z.union([salesMailboxes, address], fromMessage);

export const outgoing = z
  .strictObject({
    mailboxes: z
      .array(
        z.strictObject({
          address,
          user: text.optional().describe('User principal name or object id, where it differs from the address'),
          connection: text.describe('The connection that sends'),
          agents: z.array(agentId).default([]).describe('Who may use it'),
        }),
      )
      .default([])
      .describe('Send-only mailboxes; shared ones are allowed'),
    actions: z
      .record(
        z.string(),
        z.strictObject({
          from: z.union([salesMailboxes, z.literal('default'), address], actionFromMessage).default('default'),
        }),
      )
      .default({})
      .describe('The From of each action; default: no opinion, the next rule decides'),
    quotation_from: z
      .union([salesMailboxes, z.literal('unset'), address], { error: 'must be sales_mailboxes, unset or an address' })
      .optional()
      .describe('The From of quotations; unset, as if it were absent: no opinion'),
    quotation_fallback: address.optional().describe('For agents without a sales mailbox'),
    client_overrides: z.array(z.strictObject({ client: text, quotation_from: quotationFrom })).default([]),
    templates_dir: text.default('./templates').describe('Where templates are'),
    max_per_minute: z.int().min(1).max(10_000).default(25).describe('Per mailbox'),
  })
  .describe('Outgoing mail');
