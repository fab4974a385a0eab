import type { Clock } from '../clock.ts';
import { buildItem } from './build-item.ts';
import type { Mailbox } from './mailbox.ts';
import { mimeOf } from './mime.ts';
import type { Folder, Header, Item, MessageSpec, Person } from './types.ts';

/** One act of sending, as the world saw it. A mail sent twice is here twice. */
export interface Delivery {
  readonly at: number;
  readonly internetMessageId: string;
  readonly from: Person;
  /** Differs from `from` where somebody sent on behalf of the mailbox. */
  readonly sender: Person;
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  readonly bcc: readonly Person[];
  readonly subject: string;
  readonly headers: readonly Header[];
  readonly extendedProperties: Readonly<Record<string, string>>;
  /** The mailbox whose Sent Items get the copy; null where none was wanted. */
  readonly savedIn: string | null;
  readonly mime: Uint8Array;
}

interface PendingCopy {
  readonly dueAt: number;
  readonly mailbox: Mailbox;
  readonly folder: Folder;
  readonly spec: MessageSpec;
}

interface MailboxFinder {
  find(address: string): Mailbox | null;
}

/** Carries sent mail to the mailboxes of this world, and remembers all of it. */
export class PostOffice {
  readonly deliveries: Delivery[] = [];
  readonly #world: MailboxFinder;
  readonly #clock: Clock;
  #copies: PendingCopy[] = [];

  constructor(world: MailboxFinder, clock: Clock) {
    this.#world = world;
    this.#clock = clock;
  }

  /** Sends a finished item; the copy appears later, under a new id, in Sent Items unless told. */
  send(item: Item, saveIn: Mailbox | null, copyDelayMs: number, folder = saveIn?.folder('sentitems')): void {
    const now = this.#clock.now();
    const spec = specOf(item, now);
    this.deliveries.push(deliveryOf(item, saveIn, now));
    if (saveIn !== null && folder !== undefined) {
      this.#copies.push({ dueAt: now + copyDelayMs, mailbox: saveIn, folder, spec: { ...spec, isRead: true } });
    }
    const addresses = new Set([...item.to, ...item.cc, ...item.bcc].map(({ address }) => address.toLowerCase()));
    for (const address of addresses) {
      const target = this.#world.find(address);
      if (target !== null && target.kind !== 'none') {
        // Blind copies do not show, and MAPI properties do not travel.
        const received = { ...spec, bcc: [], extendedProperties: {}, auth: 'pass' } as const;
        put(target, target.folder('inbox'), received, now);
      }
    }
  }

  /** Puts copies whose time has come into Sent Items. Called before anything is read. */
  settle(): void {
    if (this.#copies.length === 0) return;
    const now = this.#clock.now();
    const due = this.#copies.filter((copy) => copy.dueAt <= now);
    this.#copies = this.#copies.filter((copy) => copy.dueAt > now);
    for (const copy of due) put(copy.mailbox, copy.folder, copy.spec, now);
  }
}

function put(mailbox: Mailbox, folder: Folder, spec: MessageSpec, now: number): void {
  mailbox.put(buildItem(spec, { mailbox, folder, now }));
}

function specOf(item: Item, now: number): MessageSpec {
  return {
    from: item.from,
    sender: item.sender,
    to: item.to,
    cc: item.cc,
    bcc: item.bcc,
    replyTo: item.replyTo,
    subject: item.subject,
    ...(item.body.kind === 'html' ? { html: item.body.content } : { text: item.body.content }),
    headers: item.extraHeaders,
    internetMessageId: item.internetMessageId,
    ...(item.inReplyTo === null ? {} : { inReplyTo: item.inReplyTo }),
    references: item.references,
    receivedAt: now,
    sentAt: now,
    importance: item.importance,
    sensitivity: item.sensitivity,
    attachments: item.attachments.map((attachment) =>
      attachment.kind === 'item' && attachment.item !== null
        ? { kind: 'item' as const, name: attachment.name, message: specOf(attachment.item, now) }
        : {
            kind: 'file' as const,
            name: attachment.name,
            contentType: attachment.contentType ?? 'application/octet-stream',
            content: attachment.bytes,
            inline: attachment.inline,
            ...(attachment.contentId === null ? {} : { contentId: attachment.contentId }),
          },
    ),
    extendedProperties: item.extendedProperties,
    ...(item.raw === null ? {} : { raw: item.raw }),
  };
}

function deliveryOf(item: Item, saveIn: Mailbox | null, at: number): Delivery {
  const from = item.from ?? { name: '', address: '' };
  return {
    at,
    internetMessageId: item.internetMessageId ?? '',
    from,
    sender: item.sender ?? from,
    to: item.to,
    cc: item.cc,
    bcc: item.bcc,
    subject: item.subject ?? '',
    headers: item.extraHeaders,
    extendedProperties: item.extendedProperties,
    savedIn: saveIn?.address ?? null,
    mime: mimeOf(item),
  };
}
