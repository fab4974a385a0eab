import type { Generated } from 'kysely';

export interface OutboxTable {
  id: Generated<number>;
  /** Idempotency key; one row per effect, for ever. */
  key: string;
  kind: string;
  state: 'pending' | 'sending' | 'done' | 'unsure' | 'dead';
  payload_json: string;
  /** The other side's id of what was made. */
  ref: string | null;
  attempts: number;
  next_at: number;
  started_at: number | null;
  created_at: number;
  updated_at: number;
  error_json: string | null;
  /** The process that has it in hand (store/presence.ts); null: nobody has. */
  held_by: string | null;
  /** A mail's internet message id as a key, from before it is sent: by it an answer is known to be to our own mail. */
  message_key: string | null;
}

/** One mail that went out, or was about to, for as long as it counts towards the limit. */
export interface SendSlotTable {
  id: Generated<number>;
  mailbox: string;
  at: number;
}

/** What a trial of a mailbox told last. */
export interface SendRightTable {
  mailbox: string;
  send_as: 'ok' | 'on_behalf' | 'denied';
  at: number;
}

/** A bounce of, or an automatic reply to, mail that we sent. */
export interface MailResponseTable {
  id: Generated<number>;
  /** Of the mail we sent. */
  message_key: string;
  /** That sent it, and got this. */
  mailbox: string;
  kind: 'bounce' | 'auto_reply';
  /** Identity of the bounce or reply; its message is not stored where automatic mail is ignored. */
  identity: string;
  message_id: number | null;
  at: number;
  /** Who it did not reach, or who is away; '' where that is not told. */
  recipient: string;
  /** In the words of the mail system. */
  reason: string;
}
