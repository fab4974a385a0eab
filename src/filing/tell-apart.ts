import { trustOf } from '../domain/copies.ts';
import { loadFamilies } from '../store/families.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import { contentOf } from './copies.ts';
import { FamilyBook } from './family-book.ts';
import type { PageVariant, PlacedMail } from './page-variant.ts';
import type { PreparedMail } from './prepared-mail.ts';

export interface ToldApart {
  readonly mails: readonly PlacedMail[];
  /** By identity. */
  readonly variants: ReadonlyMap<string, PageVariant>;
  /** Copies of mail that an administrator deleted. */
  readonly deleted: readonly PreparedMail[];
}

export interface CopiesToTell {
  /** Oldest first. */
  readonly mails: readonly PreparedMail[];
  readonly mailbox: string;
  readonly sentItems: boolean;
  /** Mail that is known to be of a message of ours, with that message's family. */
  readonly own: ReadonlyMap<PreparedMail, { readonly id: number; readonly family: string }>;
}

/** Which mail each copy is of: one that is stored, one that another copy of the page brought, or a new one. */
export async function tellApart(db: StoreReader | StoreWriter, asked: CopiesToTell): Promise<ToldApart> {
  const book = new FamilyBook(await loadFamilies(db, familiesOf(asked)), asked.mailbox, db);
  const told: { mails: PlacedMail[]; deleted: PreparedMail[] } = { mails: [], deleted: [] };
  for (const mail of asked.mails) {
    const content = contentOf(mail.mail, trustOf(mail.facts, asked.sentItems));
    const ours = asked.own.get(mail);
    if (ours !== undefined) told.mails.push(await book.placeOwn(mail, content, ours));
    else if (await book.isDeleted(mail, content)) told.deleted.push(mail);
    else told.mails.push(await book.place(mail, content));
  }
  return { ...told, variants: book.variants() };
}

function familiesOf({ mails, own }: CopiesToTell): string[] {
  const families = new Set<string>();
  for (const mail of mails) {
    families.add(mail.family);
    for (const older of mail.olderFamilies) families.add(older);
  }
  for (const { family } of own.values()) families.add(family);
  return [...families];
}
