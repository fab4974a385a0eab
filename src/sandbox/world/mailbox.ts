import { guidOf } from '../random.ts';
import { FolderTree } from './folders.ts';
import type { Language } from './folders.ts';
import { IdMaker } from './ids.ts';
import type { Change, Folder, Item, MailboxKind, WellKnown } from './types.ts';

/** What accounts other than the owner may do: `hidden` answers as if the folders were not there. */
export type Access = 'full' | 'read' | 'none' | 'hidden';
export type SendAs = 'ok' | 'on_behalf' | 'denied';

export interface MailboxSpec {
  readonly address: string;
  readonly displayName?: string;
  /** `none`: an account without licence and mailbox. */
  readonly kind?: MailboxKind;
  readonly access?: Access;
  readonly sendAs?: SendAs;
  readonly userPrincipalName?: string;
  readonly objectId?: string;
  /** Language of the folder names. */
  readonly language?: Language;
  /** False: only the user principal name and the object id are understood in URLs. */
  readonly resolvesByAddress?: boolean;
  readonly enabled?: boolean;
}

/** One account of the tenant and, unless its kind is `none`, its mailbox. */
export class Mailbox {
  readonly address: string;
  readonly displayName: string;
  readonly kind: MailboxKind;
  readonly userPrincipalName: string;
  readonly objectId: string;
  readonly resolvesByAddress: boolean;
  readonly ids: IdMaker;
  readonly folders: FolderTree;
  /** Rights of single accounts (by address or user principal name, lower-case) that differ from `access`. */
  readonly accessOf = new Map<string, Access>();
  readonly sendAsOf = new Map<string, SendAs>();
  access: Access;
  sendAs: SendAs;
  enabled: boolean;
  /** The mailbox is over its quota: even a delta read fails. */
  overQuota = false;
  /** Grows when the service forgets every sync state of the mailbox, as after a mailbox move. */
  syncEpoch = 0;
  /** Serial number of the last change. */
  seq = 0;
  readonly conversations = new Map<string, string>();
  readonly #byInstance = new Map<number, Item>();
  readonly #byKey = new Map<number, Item>();
  #lastInstance = 0;
  #lastKey = 0;
  #lastAttachment = 0;

  constructor(spec: MailboxSpec) {
    this.address = spec.address;
    this.displayName = spec.displayName ?? spec.address;
    this.kind = spec.kind ?? 'user';
    this.userPrincipalName = spec.userPrincipalName ?? spec.address;
    this.objectId = spec.objectId ?? guidOf(`mailbox:${spec.address.toLowerCase()}`);
    this.resolvesByAddress = spec.resolvesByAddress ?? true;
    this.access = spec.access ?? 'full';
    this.sendAs = spec.sendAs ?? 'ok';
    this.enabled = spec.enabled ?? true;
    this.ids = new IdMaker(spec.address.toLowerCase());
    this.folders = new FolderTree(spec.language ?? 'en');
  }

  get itemCount(): number {
    return this.#byKey.size;
  }

  items(): Iterable<Item> {
    return this.#byKey.values();
  }

  /** What an account may do in this mailbox's name. */
  sendRightOf(account: Mailbox): SendAs {
    if (account === this) return 'ok';
    const single =
      this.sendAsOf.get(account.userPrincipalName.toLowerCase()) ?? this.sendAsOf.get(account.address.toLowerCase());
    return single ?? this.sendAs;
  }

  folder(name: WellKnown): Folder {
    return this.folders.wellKnown(name);
  }

  nextKey(): number {
    return (this.#lastKey += 1);
  }

  nextInstance(): number {
    return (this.#lastInstance += 1);
  }

  nextAttachment(): number {
    return (this.#lastAttachment += 1);
  }

  byKey(key: number): Item | null {
    return this.#byKey.get(key) ?? null;
  }

  /** An item by its classic or immutable id. */
  find(id: string): Item | null {
    const instance = this.ids.read('item', id);
    if (instance !== null) return this.#byInstance.get(instance) ?? null;
    const key = this.ids.read('immutable', id);
    return key === null ? null : this.byKey(key);
  }

  put(item: Item): void {
    this.#byInstance.set(item.instance, item);
    this.#byKey.set(item.key, item);
    item.folder.items.set(item.key, item);
    this.#log(item.folder, 'arrived', item);
    if (item.internetMessageId !== null) this.conversations.set(item.internetMessageId, item.conversation);
  }

  /** Copy and delete: the item gets a new classic id; its immutable id stays. */
  move(item: Item, target: Folder, at: number): void {
    this.#leave(item);
    this.#byInstance.delete(item.instance);
    const moved = { folder: target, instance: this.nextInstance(), version: item.version + 1, modifiedAt: at };
    Object.assign(item, moved);
    this.#byInstance.set(item.instance, item);
    target.items.set(item.key, item);
    this.#log(target, 'arrived', item, true);
  }

  remove(item: Item): void {
    this.#leave(item);
    this.#byInstance.delete(item.instance);
    this.#byKey.delete(item.key);
  }

  /** A read toggle is a change of its own kind: it does not touch the modification time. */
  change(item: Item, fields: Partial<Item>, kind: 'updated' | 'read'): void {
    Object.assign(item, fields, { version: item.version + 1 });
    this.#log(item.folder, kind, item);
  }

  #leave(item: Item): void {
    item.folder.items.delete(item.key);
    this.#log(item.folder, 'left', item);
  }

  #log(folder: Folder, kind: Change['kind'], item: Item, moved = false): void {
    this.seq += 1;
    folder.changes.push({ seq: this.seq, kind, key: item.key, instance: item.instance, moved });
  }
}
