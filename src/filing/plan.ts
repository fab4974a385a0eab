import type { Decision } from '../domain/decision.ts';
import type { ItemState } from '../store/schema.ts';

/** What becomes of a mail in one mailbox: a decision in the terms of the store. */
export type Filing =
  /** Under `ignore`: not stored at all. */
  | { readonly kind: 'skip' }
  | { readonly kind: 'hold'; readonly state: Exclude<ItemState, 'filed'>; readonly reason: string }
  | { readonly kind: 'file'; readonly ticketId: string; readonly filedBy: 'rule' | 'thread' }
  | { readonly kind: 'open'; readonly ticketType: string };

const keptOutOfSight: ReadonlySet<string> = new Set(['automatic', 'calendar', 'list']);

/** Drafts and what `ignore` names are never stored; mail of a kind that is ignored is stored, out of sight. */
export function planFiling(decision: Decision): Filing {
  switch (decision.kind) {
    case 'matched':
      return { kind: 'file', ticketId: decision.ticketId, filedBy: decision.rule === 'reply' ? 'thread' : 'rule' };
    case 'new_ticket':
      return { kind: 'open', ticketType: decision.ticketType };
    case 'inbox':
      return { kind: 'hold', state: 'inbox', reason: decision.reason };
    case 'kept':
      return { kind: 'hold', state: 'kept', reason: decision.reason };
    case 'ignored':
      return keptOutOfSight.has(decision.reason)
        ? { kind: 'hold', state: 'ignored', reason: decision.reason }
        : { kind: 'skip' };
  }
}
