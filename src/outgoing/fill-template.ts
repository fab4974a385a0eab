import { loadTemplate, renderTemplate, type RenderedMail } from '../content/template.ts';
import { IntegratorError } from '../domain/errors.ts';
import type { Config } from '../config/schema.ts';
import { clientName } from '../store/clients.ts';
import { findContactByAddress } from '../store/contacts.ts';
import { findTicket } from '../store/tickets.ts';
import { recipientsOf } from './compose.ts';
import type { OutgoingDeps } from './deps.ts';
import { completingAgent } from './from.ts';
import type { MailJob } from './mail-job.ts';

export interface FillRequest {
  readonly template: string;
  readonly ticket: string;
  /** The first one is the contact. */
  readonly to: readonly string[];
  /** The sender's own variables. */
  readonly values: Readonly<Record<string, string>>;
}

/** A template with what is known of the ticket and the people. Throws `usage`, `not_found`. */
export async function fillTemplate(deps: OutgoingDeps, request: FillRequest): Promise<RenderedMail> {
  const { db } = deps.store;
  const agent = completingAgent(deps);
  const ticket = await findTicket(db, request.ticket);
  if (ticket === undefined) throw new IntegratorError('not_found', `there is no ticket ${request.ticket}`);
  const [to] = recipientsOf(request.to);
  const contact = to === undefined ? undefined : await findContactByAddress(db, to.address);
  const template = await loadTemplate(deps.config.outgoing.templates_dir, request.template);
  return renderTemplate(template, {
    ticket: { id: ticket.id, reference: ticket.reference, type: ticket.type, summary: ticket.summary },
    client: { name: await clientName(db, ticket.client_id ?? contact?.client_id ?? null) },
    contact: { name: to?.name || contact?.name, address: to?.address },
    agent: agentVariables(deps.config, agent.id),
    ...request.values,
  });
}

export function agentVariables({ agents }: Config, agent: string): Readonly<Record<string, unknown>> {
  const found = agents.find(({ id }) => id === agent);
  return { id: agent, name: found?.name, email: found?.email };
}

/** A mail has one body: of HTML, Exchange makes the text for those who read text. */
export function sentBody({ text, html }: RenderedMail): MailJob['body'] {
  return html === null ? { kind: 'text', content: text } : { kind: 'html', content: html };
}
