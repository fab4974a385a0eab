import type { OutgoingDeps } from '../outgoing/deps.ts';

/** What the flows of incidents need. */
export type IncidentDeps = Pick<OutgoingDeps, 'store' | 'config' | 'actor' | 'now'>;

/** The same for those that send. */
export interface SendingDeps extends OutgoingDeps {
  /** 32 bytes that never leave this installation; asked for only when something is signed. Throws `config`. */
  readonly key: () => Uint8Array;
}
