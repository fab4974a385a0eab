import { isSameMail } from '../domain/copies.ts';
import { identityOf } from '../domain/identity.ts';
import { loadCopies } from '../store/families.ts';
import type { EarlierCopy, Families, StoredVariant } from '../store/families.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import { comparedCopy, isBetter } from './compared.ts';
import { contentHash, isAlike, isIdentical } from './copies.ts';
import type { Content } from './copies.ts';
import type { PreparedMail } from './prepared-mail.ts';
import type { PageVariant, PlacedMail } from './page-variant.ts';

/** A mail of a family, with what is shown of it once the copies so far are stored. */
interface Entry {
  readonly identity: string;
  readonly family: string;
  readonly variant: number;
  readonly stored: StoredVariant | null;
  shown: Content;
  /** The page's copies. */
  readonly here: Content[];
  best: PlacedMail | null;
}

type Earlier = Awaited<ReturnType<typeof loadCopies>>;

/** The mails of the families on a page: stored ones, and those that the page brings as it is read. */
export class FamilyBook {
  readonly #known: Families;
  readonly #mailbox: string;
  readonly #db: StoreReader | StoreWriter;
  readonly #entries = new Map<string, Entry[]>();
  #earlier: Promise<Earlier> | undefined;

  constructor(known: Families, mailbox: string, db: StoreReader | StoreWriter) {
    this.#known = known;
    this.#mailbox = mailbox;
    this.#db = db;
    for (const [family, variants] of known.variants) this.#entries.set(family, variants.map(entryOf));
  }

  async isDeleted(mail: PreparedMail, content: Content): Promise<boolean> {
    const deleted = familiesOf(mail).flatMap((family) => this.#known.deleted.get(family) ?? []);
    if (deleted.length === 0) return false;
    const { isDeleted } = await import('./deleted-copies.ts');
    return isDeleted({ content, copy: await comparedCopy(content) }, deleted);
  }

  async place(mail: PreparedMail, content: Content): Promise<PlacedMail> {
    const candidates = familiesOf(mail).flatMap((family) => this.#entries.get(family) ?? []);
    const entry = (await this.#find(content, candidates)) ?? this.#add(mail, content);
    return this.#join(entry, mail, content);
  }

  /** A copy that is known to be of this message of ours. */
  async placeOwn(mail: PreparedMail, content: Content, ours: { readonly id: number; readonly family: string }) {
    const entry = this.#entries.get(ours.family)?.find(({ stored }) => stored?.id === ours.id);
    return entry === undefined ? this.place(mail, content) : this.#join(entry, mail, content);
  }

  variants(): Map<string, PageVariant> {
    const variants = new Map<string, PageVariant>();
    for (const { identity, stored, shown, best, here } of [...this.#entries.values()].flat()) {
      if (best !== null) variants.set(identity, { stored, best, replaces: shown === best.content, copies: here });
    }
    return variants;
  }

  /**
   * The mail that this very copy was found to be of before, when it lay elsewhere in the mailbox; else the oldest mail of
   * the family that it is the same as.
   */
  async #find(content: Content, candidates: readonly Entry[]): Promise<Entry | undefined> {
    const [only, ...others] = candidates;
    if (only === undefined) return undefined;
    if (others.length === 0 && (await this.#isSameAsShown(content, only))) return only;
    const earlier = await this.#loadEarlier();
    const hash = contentHash(content);
    const before = candidates.find((entry) => this.#wasFoundHere(content, hash, { entry, earlier }));
    if (before !== undefined) return before;
    for (const entry of candidates) if (await this.#isSame(content, hash, { entry, earlier })) return entry;
    return undefined;
  }

  #wasFoundHere(content: Content, hash: string, { entry, earlier }: Known): boolean {
    const { stored } = entry;
    const copies = (stored === null ? undefined : earlier.copies.get(stored.id)) ?? [];
    const asBefore = ({ mailbox, trust, contentHash: known }: EarlierCopy) =>
      mailbox === this.#mailbox &&
      trust === content.trust &&
      (known === null ? stored !== null && isAlike(content, stored) : known === hash);
    return (
      copies.some(asBefore) || entry.here.some((here) => here.trust === content.trust && isIdentical(content, here))
    );
  }

  async #isSame(content: Content, hash: string, { entry, earlier }: Known): Promise<boolean> {
    if (await this.#isSameAsShown(content, entry)) return true;
    if (entry.here.some((here) => isIdentical(content, here))) return true;
    if (entry.stored === null) return false;
    const { id, attachments } = entry.stored;
    if (earlier.copies.get(id)?.some((copy) => copy.contentHash === hash) === true) return true;
    const body = earlier.shorter.get(id);
    return body !== undefined && this.#isSameContent(content, { trust: 'unknown', body, attachments });
  }

  async #isSameAsShown(content: Content, { stored, shown }: Entry): Promise<boolean> {
    const asBefore = stored?.wholeFamily === true && (content.trust === 'failed') === (shown.trust === 'failed');
    return asBefore || this.#isSameContent(content, shown);
  }

  async #isSameContent(content: Content, other: Content): Promise<boolean> {
    if (isIdentical(content, other)) return true;
    return isSameMail(await comparedCopy(content), await comparedCopy(other));
  }

  #add(mail: PreparedMail, content: Content): Entry {
    const { family } = mail;
    const entries = this.#entries.get(family) ?? [];
    this.#entries.set(family, entries);
    const variant = entries.reduce((highest, entry) => Math.max(highest, entry.variant), 0) + 1;
    const entry = {
      identity: identityOf(family, variant),
      family,
      variant,
      stored: null,
      shown: content,
      here: [],
      best: null,
    };
    entries.push(entry);
    return entry;
  }

  async #join(entry: Entry, mail: PreparedMail, content: Content): Promise<PlacedMail> {
    const { identity, family, variant } = entry;
    const placed = { ...mail, identity, family, variant, trust: content.trust, content };
    entry.here.push(content);
    if (entry.best === null || (await isBetter(content, entry.best.content))) entry.best = placed;
    if (await isBetter(content, entry.shown)) entry.shown = content;
    return placed;
  }

  #loadEarlier(): Promise<Earlier> {
    const ids = [...this.#known.variants.values()].flat().map(({ id }) => id);
    this.#earlier ??= loadCopies(this.#db, ids);
    return this.#earlier;
  }
}

interface Known {
  readonly entry: Entry;
  readonly earlier: Earlier;
}

/** Older families first: what is in them was stored before. */
function familiesOf({ family, olderFamilies }: PreparedMail): string[] {
  return [...olderFamilies, family];
}

function entryOf(stored: StoredVariant): Entry {
  const { identity, family, variant } = stored;
  return { identity, family, variant, stored, shown: stored, here: [], best: null };
}
