import { z } from 'zod';

/**
 * Where a folder's reading stands.
 *   drain   the sync state is led to its end, with nothing listed: a sync cannot be asked for a date
 *   window  everything since the floor, newest first, by date; `skip` counts within one second where dates do not move
 *   sync    later rounds
 */
const positionSchema = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('drain'), state: z.string() }),
  z.object({ phase: z.literal('window'), state: z.string(), untilMs: z.number().nullable(), skip: z.number() }),
  z.object({ phase: z.literal('sync'), state: z.string() }),
]);
export type Position = z.infer<typeof positionSchema>;

const cursorSchema = z.object({ v: z.literal(1), ews: z.literal(true), folder: z.string(), at: positionSchema });

export const start: Position = { phase: 'drain', state: '' };

export function encodeCursor(folder: string, at: Position): string {
  return JSON.stringify({ v: 1, ews: true, folder, at });
}

/** Null where the text is no cursor of ours, or one of another folder: then the round starts again. */
export function decodeCursor(text: string, folder: string): Position | null {
  try {
    const parsed = cursorSchema.safeParse(JSON.parse(text));
    return parsed.success && parsed.data.folder === folder ? parsed.data.at : null;
  } catch {
    return null;
  }
}
