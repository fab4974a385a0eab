import { randomBytes } from 'node:crypto';
import type { Mailbox } from '../world/mailbox.ts';
import type { Folder } from '../world/types.ts';
import { GraphRefusal, malformedId } from './errors.ts';
import type { Expansion } from './query.ts';

/** What a round was started with; later links carry it and cannot change it. */
export interface RoundParameters {
  readonly select: readonly string[] | null;
  readonly expand: readonly Expansion[];
  /** Limits the whole round, not the page. */
  readonly top: number | null;
  readonly from: { readonly at: number; readonly strict: boolean } | null;
  readonly changeTypes: ReadonlySet<string>;
}

/** An entry waiting for its page. */
export interface Pending {
  readonly key: number;
  readonly instance: number;
  readonly kind: 'whole' | 'read' | 'removed';
}

/** Where a round stands after some page. */
export interface SyncState {
  /** Entries still to give; null: the round is complete and the next one looks at changes after `since`. */
  readonly pending: readonly Pending[] | null;
  readonly offset: number;
  /** Serial number of the last change that this round covers. */
  readonly since: number;
  /** A first, empty page went out already. */
  readonly emptyPageGiven: boolean;
}

export interface Chain {
  readonly id: string;
  readonly mailbox: Mailbox;
  readonly folder: Folder;
  readonly parameters: RoundParameters;
  readonly epoch: number;
  highest: number;
  readonly states: Map<number, SyncState>;
}

/**
 * Delta tokens as the store keeps them: every answer makes a new generation of the sync state, and only the last few
 * stay. A link that is older answers 410.
 */
export class SyncStates {
  readonly #chains = new Map<string, Chain>();

  begin(mailbox: Mailbox, folder: Folder, parameters: RoundParameters): Chain {
    const id = randomBytes(9).toString('base64url');
    // Numbers do not start at zero in the field either.
    const highest = 2 + (randomBytes(1)[0] ?? 0);
    const chain = { id, mailbox, folder, parameters, epoch: mailbox.syncEpoch, highest, states: new Map() };
    this.#chains.set(id, chain);
    return chain;
  }

  /** Keeps a state and gives the token for it. */
  keep(chain: Chain, state: SyncState, generations: number): string {
    chain.highest += 1;
    chain.states.set(chain.highest, state);
    for (const generation of chain.states.keys()) {
      if (generation <= chain.highest - generations) chain.states.delete(generation);
    }
    return Buffer.from(`${chain.id}.${chain.highest}.${randomBytes(6).toString('hex')}`).toString('base64url');
  }

  /** Throws what a dead or foreign token meets. */
  find(token: string, mailbox: Mailbox, restartUrl: string): { chain: Chain; state: SyncState } {
    const [id = '', generationText = ''] = Buffer.from(token, 'base64url').toString('utf8').split('.');
    const generation = Number(generationText);
    if (id.length !== 12 || !Number.isInteger(generation) || generation < 1) throw malformedId();
    const chain = this.#chains.get(id);
    if (chain === undefined || chain.mailbox !== mailbox) throw gone(generation, generation + 3);
    if (chain.epoch !== mailbox.syncEpoch) {
      throw new GraphRefusal(
        410,
        'resyncRequired',
        'Resync required. Replace any local items with the server’s version.',
        {
          location: restartUrl,
        },
      );
    }
    const state = chain.states.get(generation);
    if (state === undefined) throw gone(generation, chain.highest);
    return { chain, state };
  }
}

function gone(generation: number, highest: number): GraphRefusal {
  const kept = `[highest=${highest}][${highest}][${highest - 2}][${highest - 1}]`;
  return new GraphRefusal(
    410,
    'SyncStateNotFound',
    `The sync state generation is not found; generation=${generation};${kept}.`,
  );
}
