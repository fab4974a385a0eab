import type { Clock } from '../clock.ts';
import { answerMail } from './answer-mail.ts';
import type { AnswerSpec } from './answer-mail.ts';
import { buildItem } from './build-item.ts';
import { bulkMessages } from './bulk.ts';
import type { BulkSpec } from './bulk.ts';
import type { FolderPath } from './folders.ts';
import { PostOffice } from './post-office.ts';
import { Mailbox } from './mailbox.ts';
import type { Access, MailboxSpec, SendAs } from './mailbox.ts';
import type { Folder, Item, MessageSpec } from './types.ts';

/** All mailboxes of the sandbox, and what a test does to them. Mail is named by its classic or immutable id. */
export class World {
  readonly post: PostOffice;
  readonly #clock: Clock;
  readonly #mailboxes = new Map<string, Mailbox>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.post = new PostOffice(this, clock);
  }

  now(): number {
    return this.#clock.now();
  }

  mailboxes(): readonly Mailbox[] {
    return [...this.#mailboxes.values()];
  }

  addMailbox(spec: MailboxSpec): Mailbox {
    const key = spec.address.toLowerCase();
    if (this.#mailboxes.has(key)) throw new Error(`sandbox: there is a mailbox ${spec.address} already`);
    const mailbox = new Mailbox(spec);
    this.#mailboxes.set(key, mailbox);
    return mailbox;
  }

  /** Throws where there is none: for tests, which know what they made. */
  mailbox(address: string): Mailbox {
    const mailbox = this.find(address);
    if (mailbox === null) throw new Error(`sandbox: there is no mailbox ${address}`);
    return mailbox;
  }

  /** By address, user principal name or object id; any case. */
  find(name: string): Mailbox | null {
    const key = name.toLowerCase();
    const direct = this.#mailboxes.get(key);
    if (direct !== undefined) return direct;
    return this.mailboxes().find((one) => one.userPrincipalName.toLowerCase() === key || one.objectId === key) ?? null;
  }

  /** Makes a folder with all its parents: `IR/Business Units`, `Customers\/Old`. Gives its id. */
  addFolder(address: string, path: FolderPath, options: { readonly hidden?: boolean } = {}): string {
    const mailbox = this.mailbox(address);
    return mailbox.ids.make('folder', mailbox.folders.ensure(path, options.hidden).serial);
  }

  /** The folder and its mail are gone; links into it answer "sync folder not found". */
  removeFolder(address: string, path: FolderPath): void {
    const mailbox = this.mailbox(address);
    const folder = this.#folder(mailbox, path);
    for (const item of folder.items.values()) mailbox.remove(item);
    mailbox.folders.remove(folder);
  }

  /** Renames a folder, or moves it with all that is in it; its id and those of its mail stay. */
  moveFolder(address: string, path: FolderPath, to: FolderPath): void {
    const mailbox = this.mailbox(address);
    mailbox.folders.move(this.#folder(mailbox, path), to);
  }

  /** Puts a mail into a folder (made where missing) and gives its classic id. */
  addMessage(address: string, folderPath: FolderPath, spec: MessageSpec = {}): string {
    const mailbox = this.mailbox(address);
    const item = buildItem(spec, { mailbox, folder: mailbox.folders.ensure(folderPath), now: this.now() });
    mailbox.put(item);
    return this.idOf(mailbox, item);
  }

  /** A person answers a mail from the own mailbox; gives the answer's internet message id. */
  answer(spec: AnswerSpec): string {
    return answerMail(this, spec);
  }

  /** Fills a folder with many mails that share their text in memory. */
  addBulk(address: string, folderPath: FolderPath, spec: BulkSpec): void {
    const mailbox = this.mailbox(address);
    const folder = mailbox.folders.ensure(folderPath);
    for (const message of bulkMessages(spec, this.now())) {
      mailbox.put(buildItem(message, { mailbox, folder, now: this.now() }));
    }
  }

  /** Gives the new classic id. */
  moveMessage(address: string, id: string, folderPath: FolderPath): string {
    const mailbox = this.mailbox(address);
    const item = this.item(address, id);
    mailbox.move(item, mailbox.folders.ensure(folderPath), this.now());
    return this.idOf(mailbox, item);
  }

  /** For good; a soft deletion is a move to Deleted Items. */
  deleteMessage(address: string, id: string): void {
    this.mailbox(address).remove(this.item(address, id));
  }

  markRead(address: string, id: string, isRead = true): void {
    this.mailbox(address).change(this.item(address, id), { isRead }, 'read');
  }

  /** Changes fields of an item, as a user's edit would. */
  updateMessage(address: string, id: string, fields: Partial<Item>): void {
    this.mailbox(address).change(this.item(address, id), { ...fields, modifiedAt: this.now() }, 'updated');
  }

  /** Of every account but the owner, or of one account. */
  setAccess(address: string, access: Access, account?: string): void {
    const mailbox = this.mailbox(address);
    if (account === undefined) mailbox.access = access;
    else mailbox.accessOf.set(account.toLowerCase(), access);
  }

  setSendAs(address: string, sendAs: SendAs, account?: string): void {
    const mailbox = this.mailbox(address);
    if (account === undefined) mailbox.sendAs = sendAs;
    else mailbox.sendAsOf.set(account.toLowerCase(), sendAs);
  }

  /** The item behind an id; throws where there is none. */
  item(address: string, id: string): Item {
    const item = this.mailbox(address).find(id);
    if (item === null) throw new Error(`sandbox: no such mail in ${address}: ${id}`);
    return item;
  }

  idOf(mailbox: Mailbox, item: Item): string {
    return mailbox.ids.make('item', item.instance);
  }

  #folder(mailbox: Mailbox, path: FolderPath): Folder {
    const folder = mailbox.folders.find(path);
    if (folder === null) throw new Error(`sandbox: no folder ${JSON.stringify(path)} in ${mailbox.address}`);
    return folder;
  }
}
