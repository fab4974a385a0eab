import { verdictOf } from '../domain/copies.ts';
import type { MessageBody, Person } from '../domain/message.ts';
import { listActions } from '../store/actions.ts';
import type { ActionRow } from '../store/actions.ts';
import { attachmentsOf } from '../store/attachments.ts';
import type { StoredAttachment } from '../store/attachments.ts';
import { clientName } from '../store/clients.ts';
import type { StoreReader } from '../store/store.ts';
import { type MailResponseRow, responsesTo } from '../store/mail-responses.ts';
import { storedMails } from '../store/stored-mails.ts';
import type { StoredMail } from '../store/stored-mails.ts';
import type { ListedTicket } from '../store/ticket-list.ts';
import { ticketContacts, ticketUnits } from '../store/tickets.ts';
import type { TicketRow } from '../store/tickets.ts';

import { type ResponseFields, responseFields } from './response-view.ts';

/** A line of `ticket list`; field names are those of the JSON that scripts rely on. */
export interface TicketSummary {
  readonly id: string;
  readonly reference: string | null;
  readonly use: string;
  readonly type: string;
  readonly summary: string;
  readonly open: boolean;
  readonly client: { readonly id: string; readonly name: string } | null;
  /** The owner's id. */
  readonly agent: string | null;
  readonly updated_at: string;
}

export interface TicketView extends TicketSummary {
  readonly status: string;
  readonly contacts: readonly string[];
  /** The business units an incident touches. */
  readonly units: readonly string[];
  readonly details: string;
  readonly created_at: string;
  readonly actions: readonly ActionView[];
}

export interface ActionView extends ResponseFields {
  readonly id: string;
  readonly kind: 'email' | 'note' | 'system';
  readonly opening: boolean;
  readonly direction: 'in' | 'out' | null;
  readonly at: string;
  readonly from: Person | null;
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  readonly subject: string | null;
  readonly body_text: string;
  /** Sanitised: no script, no remote content. */
  readonly body_html: string;
  /** There is an email chain, and it was left out here. */
  readonly chain_hidden: boolean;
  readonly internet_message_id: string | null;
  readonly filed_by: string;
  /** Whether the sender is who From says; `pass` for what went out from here, `unknown` for what is no mail. */
  readonly verified: 'pass' | 'fail' | 'unknown';
  readonly verified_because: string;
  readonly attachments: readonly AttachmentView[];
}

interface AttachmentView {
  readonly name: string;
  readonly size: number;
  readonly content_type: string;
  /** null where there are no bytes: a link to a cloud file, or not readable yet. */
  readonly sha256: string | null;
  /** Part of the text, such as a logo. */
  readonly inline: boolean;
}

export interface ShownBody {
  readonly text: string;
  readonly html: string;
}

/** How mail is shown (shown-body.ts): it comes as an argument because it is costly to load, and lists do without. */
export interface BodyView {
  readonly renderBody: (body: MessageBody) => ShownBody;
  /** null where there is no email chain to leave out. */
  readonly newPartOf: (mail: StoredMail) => MessageBody | null;
}

export interface ViewOptions {
  readonly bodies: BodyView;
  /** Show the email chain also where an action hides it. */
  readonly chain: boolean;
}

export function summaryOf(ticket: ListedTicket): TicketSummary {
  return {
    id: ticket.id,
    reference: ticket.reference,
    use: ticket.use,
    type: ticket.type,
    summary: ticket.summary,
    open: ticket.open === 1,
    client:
      ticket.client_id === null || ticket.client_name === null
        ? null
        : { id: String(ticket.client_id), name: ticket.client_name },
    agent: ticket.agent,
    updated_at: new Date(ticket.updated_at).toISOString(),
  };
}

/** A ticket with its actions, oldest first. What is hidden is computed here, at show time: the store keeps it all. */
export async function viewTicket(db: StoreReader, ticket: TicketRow, options: ViewOptions): Promise<TicketView> {
  const contacts = await ticketContacts(db, ticket.id);
  const actions = await listActions(db, ticket.id);
  const messageIds = actions.flatMap((action) => action.messageId ?? []);
  const mails = new Map<number, ActionMail>();
  for (const [id, mail] of await storedMails(db, messageIds)) {
    mails.set(id, { ...mail, attachments: await attachmentsOf(db, id), responses: [] });
  }
  for (const [id, responses] of await responsesTo(db, sentIds(actions))) {
    const mail = mails.get(id);
    if (mail !== undefined) mails.set(id, { ...mail, responses });
  }
  const views: ActionView[] = [];
  for (const action of actions) views.push(viewAction(action, mails.get(action.messageId ?? 0), options));
  return {
    ...summaryOf({ ...ticket, client_name: await clientName(db, ticket.client_id) }),
    status: ticket.status,
    contacts: contacts.map((contact) => contact.address),
    units: await ticketUnits(db, ticket.id),
    details: ticket.details,
    created_at: new Date(ticket.created_at).toISOString(),
    actions: views,
  };
}

function sentIds(actions: readonly ActionRow[]): number[] {
  return actions.flatMap(({ direction, messageId }) => (direction === 'out' && messageId !== null ? [messageId] : []));
}

interface ActionMail extends StoredMail {
  readonly responses: readonly MailResponseRow[];
  readonly attachments: readonly StoredAttachment[];
}

function viewAction(action: ActionRow, mail: ActionMail | undefined, { bodies, chain }: ViewOptions): ActionView {
  const newPartOnly = action.chainHidden && !action.opening && !chain;
  const newPart = mail !== undefined && newPartOnly ? bodies.newPartOf(mail) : null;
  const body = bodies.renderBody(newPart ?? mail?.body ?? { kind: 'text', content: action.body ?? '' });
  return {
    id: String(action.id),
    kind: action.kind,
    opening: action.opening,
    direction: action.direction,
    at: new Date(action.atMs).toISOString(),
    ...(mail === undefined ? noMail : envelopeOf(mail)),
    body_text: body.text,
    body_html: body.html,
    chain_hidden: newPart !== null,
    filed_by: action.filedBy,
    ...responseFields(mail?.responses ?? []),
  };
}

type Envelope = Pick<
  ActionView,
  'from' | 'to' | 'cc' | 'subject' | 'internet_message_id' | 'attachments' | 'verified' | 'verified_because'
>;

const noMail: Envelope = {
  from: null,
  to: [],
  cc: [],
  subject: null,
  internet_message_id: null,
  attachments: [],
  verified: 'unknown',
  verified_because: '',
};

function envelopeOf(mail: ActionMail): Envelope {
  return {
    from: mail.from,
    to: mail.to,
    cc: mail.cc,
    subject: mail.subject,
    internet_message_id: mail.internetMessageId,
    verified: verdictOf[mail.trust],
    verified_because: mail.verifiedDetail,
    attachments: mail.attachments.map(({ name, size, contentType, sha256, inline }) => ({
      name,
      size,
      content_type: contentType,
      sha256,
      inline,
    })),
  };
}
