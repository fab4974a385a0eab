import type { Use } from '../domain/ticket.ts';

/** A ticket as its system knows it at this moment. */
interface TicketState {
  /** The system's own id; OPP-12 for a local one. */
  readonly id: string;
  readonly use: Use;
  readonly type: string;
  readonly summary: string;
  readonly open: boolean;
  readonly updatedAtMs: number;
}

/** Something that will keep tickets from working as configured. */
export interface Finding {
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}

/**
 * Where tickets live. Matching never asks it: that runs on the tables of the store, which are the local system's own and
 * a mirror of any other. Each method may be called at any time, also from several places at once.
 */
export interface TicketSystem {
  readonly type: 'local' | 'halo' | 'rt' | 'rest';
  /**
   * `commit`: what the store commits has reached the system, since they are one. `outbox`: each effect is an outbox row
   * and is delivered later.
   */
  readonly delivery: 'commit' | 'outbox';
  /**
   * What is wrong with it, as far as it can be told without changing anything; empty when all is well. Throws
   * `unreachable`, `needs_login` or `protocol` where the system cannot be asked at all.
   */
  check(signal: AbortSignal): Promise<readonly Finding[]>;
  /**
   * The ticket as it is now (not as it was mirrored), null where there is none: asked just before something is added
   * to it, since only open tickets take mail. Throws as `check` does.
   */
  ticket(id: string, signal: AbortSignal): Promise<TicketState | null>;
}
