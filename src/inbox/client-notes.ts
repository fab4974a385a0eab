import { bodyText } from '../content/text.ts';
import { verdictOf } from '../domain/copies.ts';
import type { Person } from '../domain/message.ts';
import { decideAccess } from '../domain/policy.ts';
import type { Actor } from '../domain/policy.ts';
import { notesOfClient } from '../store/crm-notes.ts';
import type { StoredNote } from '../store/crm-notes.ts';
import { inParts } from '../store/in-parts.ts';
import { itemsOfMessage } from '../store/inbox-list.ts';
import type { Item } from '../store/items.ts';
import { storedMails } from '../store/stored-mails.ts';
import type { StoredMail } from '../store/stored-mails.ts';
import { noteForeignReading } from './access.ts';
import type { InboxDeps } from './deps.ts';
import { mailId } from './mail-id.ts';

/** A CRM note of a client; field names are those of the JSON that scripts rely on. */
export interface NoteView {
  readonly id: string;
  /** When the mail was sent or received. */
  readonly at: string;
  readonly direction: 'in' | 'out' | null;
  readonly from: Person | null;
  /** null where the mail is no longer stored. */
  readonly subject: string | null;
  /** With the email chain. */
  readonly body_text: string;
  /** The mail's id ("m12") in a mailbox that the actor may read; null where the mail is no longer stored. */
  readonly message: string | null;
  /** Who made it a note. */
  readonly by: string;
  readonly verified: 'pass' | 'fail' | 'unknown';
  readonly verified_because: string;
}

export interface ClientNotes {
  /** Newest first. */
  readonly notes: readonly NoteView[];
  /** How many more are mail that the actor may not read. */
  readonly hidden: number;
}

/** A client's notes, as far as the actor may read the mail they are. What an administrator reads of others is written down. */
export async function clientNotes(deps: InboxDeps, clientId: number): Promise<ClientNotes> {
  const { db } = deps.store;
  const notes: NoteView[] = [];
  const mailboxes: string[] = [];
  const stored = await notesOfClient(db, clientId);
  for (const part of inParts(stored, 50)) {
    const mails = await storedMails(
      db,
      part.flatMap(({ messageId }) => messageId ?? []),
    );
    for (const note of part) {
      const mail = mails.get(note.messageId ?? 0);
      const item = mail === undefined ? undefined : await readableView(deps, note, mail);
      if (mail === undefined) notes.push({ ...noteOf(note), ...withoutMail });
      if (mail === undefined || item === undefined) continue;
      notes.push({ ...noteOf(note), ...mailOf(mail, item) });
      mailboxes.push(item.mailbox);
    }
  }
  await noteForeignReading(deps, { command: 'client.show', object: `client ${clientId}`, mailboxes });
  return { notes, hidden: stored.length - notes.length };
}

/** The own mailbox's view of it first, then the one that was made the note. */
async function readableView(
  { store, actor }: InboxDeps,
  note: StoredNote,
  mail: StoredMail,
): Promise<Item | undefined> {
  const rank = (item: Item) => (isOwn(actor, item) ? 0 : 2) + (item.note_id === note.id ? 0 : 1);
  const readable = (await itemsOfMessage(store.db, mail.id)).filter((item) => accessTo(actor, item).allowed);
  return readable.toSorted((one, other) => rank(one) - rank(other))[0];
}

function isOwn(actor: Actor, item: Item): boolean {
  const verdict = accessTo(actor, item);
  return verdict.allowed && !verdict.foreign;
}

function accessTo(actor: Actor, { mailbox }: Item) {
  return decideAccess(actor, 'mail.read', mailbox);
}

function noteOf({ id, atMs, filedBy }: StoredNote): Pick<NoteView, 'id' | 'at' | 'by'> {
  return { id: String(id), at: new Date(atMs).toISOString(), by: filedBy };
}

type MailOfNote = Omit<NoteView, 'id' | 'at' | 'by'>;

const withoutMail: MailOfNote = {
  direction: null,
  from: null,
  subject: null,
  body_text: '',
  message: null,
  verified: 'unknown',
  verified_because: '',
};

function mailOf(mail: StoredMail, item: Item): MailOfNote {
  return {
    direction: item.sent === 1 ? 'out' : 'in',
    from: mail.from,
    subject: mail.subject,
    body_text: bodyText(mail.body),
    message: mailId(item.id),
    verified: verdictOf[mail.trust],
    verified_because: mail.verifiedDetail,
  };
}
