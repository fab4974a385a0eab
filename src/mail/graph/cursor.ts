import { z } from 'zod';

/**
 * Where a folder's reading stands.
 *   first   the first round of a delta, from the floor; what it has seen so far tells whether it was cut off
 *   fill    the first round ended where Graph stops a filtered delta; a plain list brings the older rest
 *   delta   later rounds
 *   window  for services without delta: everything received since shortly before the newest seen
 */
const positionSchema = z.discriminatedUnion('phase', [
  z.object({
    phase: z.literal('first'),
    link: z.string().nullable(),
    count: z.number(),
    oldestMs: z.number().nullable(),
    newestFirst: z.boolean(),
    light: z.boolean(),
  }),
  z.object({
    phase: z.literal('fill'),
    link: z.string().nullable(),
    untilMs: z.number().nullable(),
    deltaLink: z.string(),
    light: z.boolean(),
  }),
  z.object({ phase: z.literal('delta'), link: z.string(), light: z.boolean() }),
  z.object({
    phase: z.literal('window'),
    link: z.string().nullable(),
    /** Null: from the floor. */
    sinceMs: z.number().nullable(),
    untilMs: z.number().nullable(),
    newestMs: z.number().nullable(),
    light: z.boolean(),
  }),
]);

export type Position = z.infer<typeof positionSchema>;
export type FirstPosition = Extract<Position, { phase: 'first' }>;
export type FillPosition = Extract<Position, { phase: 'fill' }>;
export type WindowPosition = Extract<Position, { phase: 'window' }>;

const cursorSchema = z.object({ v: z.literal(1), folder: z.string(), at: positionSchema });

export function encodeCursor(folderId: string, at: Position): string {
  return JSON.stringify({ v: 1, folder: folderId, at });
}

/** Null where the text is no cursor of ours, or one of another folder: then the round starts again. */
export function decodeCursor(text: string, folderId: string): Position | null {
  const parsed = cursorSchema.safeParse(jsonOrNull(text));
  return parsed.success && parsed.data.folder === folderId ? parsed.data.at : null;
}

export function firstPosition(light = false): FirstPosition {
  return { phase: 'first', link: null, count: 0, oldestMs: null, newestFirst: true, light };
}

export function windowPosition(light = false): WindowPosition {
  return { phase: 'window', link: null, sinceMs: null, untilMs: null, newestMs: null, light };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
