import type { StoredVariant } from '../store/families.ts';
import type { Content } from './copies.ts';
import type { NamedMail } from './message-rows.ts';

/** A mail of a page as the copy of one mail: identity, family and variant are that one's. */
export interface PlacedMail extends NamedMail {
  readonly content: Content;
}

/** A mail of which copies are on the page. */
export interface PageVariant {
  /** null: it is new. */
  readonly stored: StoredVariant | null;
  /** The best of the page's copies: it decides, and is stored where the mail is new. */
  readonly best: PlacedMail;
  /** It is better than what is stored. */
  readonly replaces: boolean;
  /** All that are on the page. */
  readonly copies: readonly Content[];
}
