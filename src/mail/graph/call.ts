import type { CredentialInUse } from '../../auth/credential-in-use.ts';
import type { Deadline } from '../../http/deadline.ts';
import type { Gate } from '../../http/gate.ts';
import type { RetryRules } from '../../http/retry.ts';
import type { Answer } from './answer.ts';

/** Bytes on their way. They hold a slot of the mailbox: call `release` when done with them, however it went. */
export interface ByteStream {
  readonly bytes: AsyncIterable<Uint8Array>;
  release(): Promise<void>;
}

/** What is asked of the service. */
export interface GraphRequest {
  readonly method: string;
  /** Whole: built from a path, or a link the service gave, sent byte for byte. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface CallPlan {
  /** Names the thing in errors: "the mailbox ann@contoso.test". */
  readonly about: string;
  /** `nothing`: the status is the answer. */
  readonly wanted: 'json' | 'bytes' | 'nothing';
  /** Statuses that mean it worked; 200 unless told. */
  readonly accepts?: readonly number[];
  readonly maxBytes: number;
  readonly deadlineMs: number;
  readonly retries: RetryRules;
  /** So many 504s end the request. */
  readonly gatewayAttempts: number;
  readonly gate: Gate;
  /** Any of them ends the request. */
  readonly signals: readonly AbortSignal[];
  /** See ChangesOptions.beforePage. */
  readonly beforeUnpacking?: (() => Promise<void>) | undefined;
  /** Called for every request that leaves. */
  readonly onRequest: () => void;
}

/** One request on its way through the chain; it carries the answer back. */
export class GraphCall {
  readonly plan: CallPlan;
  readonly request: GraphRequest;
  deadline: Deadline | undefined;
  /** The path and query to send, once the host was checked. */
  target = '';
  token = '';
  /** What signed in for it. */
  credential: CredentialInUse | undefined;
  gatewayTimeouts = 0;
  answer: Answer<unknown> | undefined;
  /** May this answer be asked again, and after which wait the service named. */
  again: { readonly retryAfterMs: number | null } | undefined;
  /** Frees what the request holds. */
  settle: () => void = () => undefined;

  constructor(plan: CallPlan, request: GraphRequest) {
    this.plan = plan;
    this.request = request;
  }
}
