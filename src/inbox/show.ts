import type { Header, Person } from '../domain/message.ts';
import { attachmentsOf } from '../store/attachments.ts';
import type { StoredAttachment } from '../store/attachments.ts';
import { noteOfItem } from '../store/crm-notes.ts';
import { placementsOf } from '../store/inbox-list.ts';
import type { Item } from '../store/items.ts';
import type { StoredMail } from '../store/stored-mails.ts';
import { newPartOf, renderBody } from '../tickets/shown-body.ts';
import { requireReading } from './access.ts';
import type { InboxDeps } from './deps.ts';
import { requireItem, requireMail } from './find-mail.ts';
import { agentsByMailbox, entryOf } from './list.ts';
import type { InboxEntry } from './list.ts';
import { mailId } from './mail-id.ts';
import { readOriginal } from './original.ts';
import { askingFor, suggestFor } from './suggest.ts';

export interface ShownAttachment {
  readonly name: string;
  readonly size: number;
  readonly content_type: string;
  /** null where there are no bytes; `note` says why. */
  readonly sha256: string | null;
  readonly inline: boolean;
  readonly note: string | null;
}

/** One mail as one mailbox sees it. */
export interface ShownMail extends InboxEntry {
  readonly sender: Person | null;
  readonly reply_to: readonly Person[];
  readonly cc: readonly Person[];
  readonly bcc: readonly Person[];
  readonly sent_at: string | null;
  readonly folders: readonly { readonly folder: string; readonly removed_at: string | null }[];
  /** The client on which it is a CRM note. */
  readonly note: { readonly client: { readonly id: string; readonly name: string } } | null;
  readonly verified_because: string;
  readonly protection: string;
  readonly body_text: string;
  /** Sanitised: no script, no remote content. */
  readonly body_html: string;
  /** There is an email chain, and it was left out here. */
  readonly chain_hidden: boolean;
  readonly attachments: readonly ShownAttachment[];
  /** The raw MIME bytes are kept. */
  readonly original_kept: boolean;
  readonly headers?: readonly Header[];
  readonly raw?: string;
}

export interface ShowOptions {
  readonly chain: boolean;
  readonly headers: boolean;
  readonly raw: boolean;
}

/**
 * One mail with everything about it. Reading another agent's mail needs an administrator and is written down. Throws
 * `not_found` for an unknown id, and where `raw` is asked for and the original is not kept.
 */
export async function showMail(deps: InboxDeps, id: string, options: ShowOptions): Promise<ShownMail> {
  const item = await requireItem(deps, id);
  const object = mailId(item.id);
  await requireReading(deps, { mailbox: item.mailbox, command: 'inbox.show', object });
  const mail = await requireMail(deps.store.db, item);
  const suggestions = await suggestFor(deps.store.db, askingFor(deps), [{ item, mail }]);
  const agents = agentsByMailbox(deps.config).get(item.mailbox) ?? [];
  return {
    ...entryOf(item, mail, suggestions(item.id), agents),
    ...envelope(mail),
    ...(await surroundings(deps, item, mail)),
    ...bodyOf(mail, options),
    ...(options.headers ? { headers: mail.headers } : {}),
    ...(options.raw ? { raw: await readOriginal(deps.store, mail, object) } : {}),
  };
}

function envelope(mail: StoredMail) {
  return {
    sender: mail.sender,
    reply_to: mail.replyTo,
    cc: mail.cc,
    bcc: mail.bcc,
    sent_at: mail.sentAtMs === null ? null : new Date(mail.sentAtMs).toISOString(),
    verified_because: mail.verifiedDetail,
    protection: mail.protection,
    original_kept: mail.originalSha256 !== null,
  };
}

async function surroundings({ store }: InboxDeps, item: Item, mail: StoredMail) {
  const placements = await placementsOf(store.db, [item.id]);
  const attachments = await attachmentsOf(store.db, mail.id);
  return {
    folders: placements.map(({ folder, removedAtMs }) => ({
      folder,
      removed_at: removedAtMs === null ? null : new Date(removedAtMs).toISOString(),
    })),
    note: await noteOfItem(store.db, item.note_id),
    attachments: attachments.map(shownAttachment),
  };
}

function shownAttachment({ name, size, contentType, sha256, inline, note }: StoredAttachment): ShownAttachment {
  return { name, size, content_type: contentType, sha256, inline, note };
}

/** The new part, unless the chain is asked for; what is hidden is still in the store. */
function bodyOf(mail: StoredMail, { chain }: ShowOptions) {
  const fresh = chain ? null : newPartOf(mail);
  const { text, html } = renderBody(fresh ?? mail.body);
  return { body_text: text, body_html: html, chain_hidden: fresh !== null };
}
