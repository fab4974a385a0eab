import type { Generated } from 'kysely';

/** `system`: the ticket system that a row belongs to; `local` is the built-in one. */
export interface ClientTable {
  id: Generated<number>;
  system: Generated<string>;
  /** null for our own; the remote system's id where mirrored. */
  remote_id: string | null;
  name: string;
  name_key: string;
  created_at: number;
  updated_at: number;
}

export interface ClientDomainTable {
  client_id: number;
  domain: string;
}

export interface ContactTable {
  id: Generated<number>;
  system: Generated<string>;
  remote_id: string | null;
  client_id: number | null;
  name: string;
}

/** An address belongs to one local contact; in a remote system to several. */
export interface ContactAddressTable {
  system: Generated<string>;
  address: string;
  domain: string;
  contact_id: number;
}

export interface TicketTable {
  /** OPP-12, PRJ-3, INC-7; of a remote system's ticket a name that no other system's has. */
  id: string;
  system: Generated<string>;
  remote_id: string | null;
  reference: string | null;
  use: 'opportunity' | 'project' | 'incident';
  type: string;
  summary: string;
  summary_exact: string;
  summary_base: string;
  opening_subject: string | null;
  opening_exact: string | null;
  opening_base: string | null;
  status: string;
  open: number;
  /** A remote system's own word; for local tickets the type in the configuration decides. */
  excluded: number;
  client_id: number | null;
  details: string;
  /** The owner: an agent's id. */
  agent: string | null;
  created_at: number;
  updated_at: number;
}

export interface TicketContactTable {
  ticket_id: string;
  contact_id: number;
}

export interface TicketParticipantTable {
  ticket_id: string;
  address: string;
}

export interface TicketUnitTable {
  ticket_id: string;
  unit: string;
}

/** What a business unit was given to answer with; see domain/given-reference.ts. */
export interface IncidentReferenceTable {
  ticket_id: string;
  unit: string;
  reference: string;
  at: number;
}

export interface ActionTable {
  id: Generated<number>;
  ticket_id: string;
  message_id: number | null;
  kind: 'email' | 'note' | 'system';
  opening: number;
  direction: 'in' | 'out' | null;
  at: number;
  /** Text of a note or system entry; an e-mail's text is its message's. */
  body: string | null;
  chain_hidden: number;
  filed_by: string;
  filed_at: number;
}

export interface CrmNoteTable {
  id: Generated<number>;
  client_id: number;
  message_id: number | null;
  at: number;
  filed_by: string;
  filed_at: number;
}
