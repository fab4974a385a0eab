import { readRetries, type RetryRules } from '../../http/retry.ts';

/** Bounds of one connection's requests; tests make them small. */
export interface EwsLimits {
  /** One request with all its repetitions and waits. */
  readonly deadlineMs: number;
  readonly retries: RetryRules;
  /** Decompressed bytes of one answer. */
  readonly answerBytes: number;
  /** The same where it carries an attachment or a whole mail, as base64. */
  readonly contentBytes: number;
  /** Changes of one sync page; the service allows 512. */
  readonly syncPage: number;
  /** Mails in one GetItem; Microsoft recommends ten, and gives a batch one minute. */
  readonly batch: number;
  /** The same in bytes, as the listing gives the size of each; a larger mail comes alone. */
  readonly batchBytes: number;
  /** Mails of one page of changes in bytes: whoever reads the page holds them together. */
  readonly pageBytes: number;
}

export const usualLimits: EwsLimits = {
  deadlineMs: 120_000,
  retries: readRetries,
  answerBytes: 64 * 1_048_576,
  contentBytes: 256 * 1_048_576,
  syncPage: 512,
  batch: 15,
  batchBytes: 4 * 1_048_576,
  pageBytes: 16 * 1_048_576,
};

/** As for Graph: a mailbox's owner keeps room. */
export const slotsPerMailbox = 3;
/** Exchange's policy ConcurrentSyncCalls is 5 for an account. */
export const syncsPerAccount = 4;
/** Connections of one account; Exchange allows 27, and Microsoft asks clients to stay at ten. */
export const slotsPerAccount = 10;
/** FindItem with a restriction gives at most so many. */
export const findPage = 250;
