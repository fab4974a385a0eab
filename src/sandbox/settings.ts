/**
 * What a test may turn: figures that Microsoft publishes, and behaviour that differs between tenants, clouds and
 * days. The defaults are the usual case.
 */
export interface Settings {
  /** Added to every Graph answer, so that requests overlap. */
  latencyMs: number;
  /** Requests under way at once for one mailbox and application. */
  gateSlots: number;
  gateRetryAfterSeconds: number;
  /** Requests in ten minutes for one mailbox and application. */
  requestsPerTenMinutes: number;
  /** Messages a filtered first delta round gives at most. */
  deltaCap: number;
  /** Links of this many generations stay valid. */
  deltaGenerations: number;
  /** Largest page of a delta round, whatever is asked. */
  deltaPageMax: number;
  /** Every first page of a round is empty and has a nextLink. */
  emptyFirstPage: boolean;
  uniqueBodyInDelta: boolean;
  /** With immutable ids: moved away and back between two rounds is reported as deleted, and never again. */
  boomerangLoss: boolean;
  /** With immutable ids: a move is not reported in the target folder at all. */
  immutableMoveLoss: boolean;
  /** False as in China, where message delta does not exist. */
  messageDelta: boolean;
  /** Since always missing on the copy in Sent Items, though `$value` has them. */
  sentItemsHaveHeaders: boolean;
  /** How long the copy in Sent Items takes to appear. */
  sentCopyDelayMs: number;
  /** False: an upload session on somebody else's mailbox is refused (a documented known issue). */
  delegatedUploads: boolean;
  /** Largest JSON request body. */
  maxRequestBytes: number;
  /** Things of one EWS batch that are answered for, and what becomes of those after them. */
  batchAnswers: number;
  batchRest: 'stopped' | 'missing';
  /** The code EWS gives for a damaged mail or attachment; '' for the usual one of each. */
  damagedAs: string;
  /** Largest request of EWS (web.config of Exchange). */
  maxEwsRequestBytes: number;
  /** Largest mail EWS takes, attachments included. */
  maxMessageBytes: number;
  maxRecipients: number;
  /** Recipients one account reaches over EWS in a day before its submission quota is used up. */
  recipientQuota: number;
  /** Seconds between polls for a device code. */
  deviceCodeInterval: number;
}

export function defaultSettings(): Settings {
  return {
    latencyMs: 0,
    gateSlots: 4,
    gateRetryAfterSeconds: 1,
    requestsPerTenMinutes: 10_000,
    deltaCap: 5_000,
    deltaGenerations: 3,
    deltaPageMax: 500,
    emptyFirstPage: false,
    uniqueBodyInDelta: true,
    boomerangLoss: true,
    immutableMoveLoss: false,
    messageDelta: true,
    sentItemsHaveHeaders: false,
    sentCopyDelayMs: 200,
    delegatedUploads: true,
    maxRequestBytes: 4 * 1024 * 1024,
    batchAnswers: 1_000,
    batchRest: 'stopped',
    damagedAs: '',
    maxEwsRequestBytes: 64 * 1024 * 1024,
    maxMessageBytes: 150 * 1024 * 1024,
    maxRecipients: 500,
    recipientQuota: 10_000,
    deviceCodeInterval: 1,
  };
}
