import { z } from 'zod';
import type { Item } from '../store/items.ts';

const stepSchema = z.object({
  step: z.string(),
  outcome: z.string(),
  candidates: z.array(z.object({ ticket: z.string(), accepted: z.boolean(), because: z.string() })),
});

const decisionSchema = z.object({
  kind: z.enum(['matched', 'new_ticket', 'inbox', 'kept', 'ignored']),
  ticketId: z.string().optional(),
  rule: z.string().optional(),
  reason: z.string().optional(),
});

const decidedSchema = z.object({
  decision: decisionSchema,
  steps: z.array(stepSchema),
  ticket: z.string().nullish(),
});

const storedSchema = decidedSchema.extend({
  /** Decisions that a person took back, oldest first. */
  earlier: z.array(decidedSchema.extend({ at: z.number() })).optional(),
});

export type StoredStep = z.infer<typeof stepSchema>;
type Decided = z.infer<typeof decidedSchema>;

/** A decision as `explain` shows it. */
export interface ShownDecision {
  readonly kind: 'matched' | 'new_ticket' | 'inbox' | 'kept' | 'ignored' | 'duplicate';
  readonly ticket: string | null;
  readonly rule: string | null;
  readonly reason: string | null;
}

export interface ExplainedDecision {
  readonly decision: ShownDecision;
  readonly steps: readonly StoredStep[];
  readonly earlier: readonly EarlierDecision[];
}

export interface EarlierDecision {
  readonly at: string;
  readonly decision: ShownDecision;
  readonly steps: readonly StoredStep[];
}

/** What was decided about an item, and before that what a person took back. */
export function storedDecision(item: Pick<Item, 'decision_json'>): ExplainedDecision {
  const stored = storedSchema.parse(JSON.parse(item.decision_json));
  const earlier = (stored.earlier ?? []).map((each) => ({
    at: new Date(each.at).toISOString(),
    decision: shown(each),
    steps: each.steps,
  }));
  return { decision: shown(stored), steps: stored.steps, earlier };
}

/** The new decision as JSON, with the item's present one kept among the earlier ones. */
export function decisionAfter(item: Pick<Item, 'decision_json' | 'decided_at'>, decisionJson: string): string {
  const { earlier, ...before } = storedSchema.parse(JSON.parse(item.decision_json));
  const now = storedSchema.parse(JSON.parse(decisionJson));
  return JSON.stringify({ ...now, earlier: [...(earlier ?? []), { ...before, at: item.decided_at }] });
}

function shown({ decision, ticket }: Decided): ShownDecision {
  return {
    kind: decision.kind,
    ticket: decision.ticketId ?? ticket ?? null,
    rule: decision.rule ?? null,
    reason: decision.reason ?? null,
  };
}
