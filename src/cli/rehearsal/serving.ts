import { z } from 'zod';

/** How a sandbox was started: with the same again, a configuration that was written for it fits it. */
export interface Serving {
  readonly port: number;
  readonly seed: number;
  /** The folder of mail that it serves; null: the sample mailboxes. */
  readonly eml: string | null;
}

/** What was said on the command line; absent where nothing was. */
export interface Asked {
  readonly port?: number | undefined;
  readonly seed?: number | undefined;
  readonly eml?: string | null | undefined;
}

const servingSchema = z.strictObject({
  port: z.int().min(1).max(65_535),
  seed: z.int().min(0),
  eml: z.string().nullable(),
});

const mark = '# Written by `integrator sandbox --init`. The same sandbox again: ';

/** The first line of a configuration that `sandbox --init` writes. */
export function markOf({ port, seed, eml }: Serving): string {
  return mark + JSON.stringify({ port, seed, eml });
}

/** What the first line of a configuration says; null where `sandbox --init` did not write it. */
export function readMark(text: string): Serving | null {
  const [first = ''] = text.split(/\r?\n/, 1);
  if (!first.startsWith(mark)) return null;
  try {
    const read = servingSchema.safeParse(JSON.parse(first.slice(mark.length)));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
