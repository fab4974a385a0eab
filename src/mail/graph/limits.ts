import { type RetryRules, readRetries } from '../../http/retry.ts';

/** Bounds of one connection's requests; tests make them small. */
export interface GraphLimits {
  /** One request with all its repetitions and waits. */
  readonly deadlineMs: number;
  /** The same for the bytes of an attachment or a whole mail. */
  readonly streamDeadlineMs: number;
  readonly retries: RetryRules;
  /** Waits before asking again for a mail that is not there yet: right after arrival a 404 can be a lie. */
  readonly missingWaitsMs: readonly number[];
  /** Entries per page; a smaller step where a page is too heavy. The last one should be 1. */
  readonly pageSizes: readonly number[];
  /** Decompressed bytes of one page. */
  readonly pageBytes: number;
  /** Decompressed bytes of one mail without its attachments, also of a page of one. */
  readonly messageBytes: number;
  readonly attachmentBytes: number;
  /** JSON of a mail's attachments with their bytes in it; where there is more, each comes on its own. */
  readonly inlineBytes: number;
  readonly originalBytes: number;
}

export const usualLimits: GraphLimits = {
  deadlineMs: 120_000,
  streamDeadlineMs: 900_000,
  retries: readRetries,
  missingWaitsMs: [500, 2_000],
  pageSizes: [150, 12, 1],
  pageBytes: 8 * 1_048_576,
  messageBytes: 64 * 1_048_576,
  // Exchange allows mail of 150 MB; the bytes of an original are a third more.
  attachmentBytes: 160 * 1_048_576,
  inlineBytes: 2 * 1_048_576,
  originalBytes: 256 * 1_048_576,
};

/** Exchange gives an application four concurrent requests per mailbox; 3 leaves one for its owner's add-ins. */
export const slotsPerMailbox = 3;
