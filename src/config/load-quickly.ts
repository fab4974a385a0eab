import { dirname } from 'node:path';
import { compiledOf, keepCompiled, readCompiled } from './compiled.ts';
import { type FindOptions, findConfigFile } from './find.ts';
import { placeConfig } from './paths.ts';
import type { Config } from './schema.ts';

export interface QuickOptions extends FindOptions {
  /** Of the program. */
  readonly version: string;
}

/** As `loadConfig`, but what was read and checked before is taken from where it was kept. */
export async function loadQuickly({ version, ...options }: QuickOptions): Promise<Config> {
  const found = await findConfigFile(options);
  const compiled = compiledOf(found, options.env, version);
  const kept = compiled === null ? null : readCompiled(compiled);
  if (kept !== null) return placeConfig(kept, { directory: dirname(found.file), env: options.env });
  const { checkedConfig } = await import('./load.ts');
  const { config, parsed, holdsSecrets } = await checkedConfig(found, options.env);
  if (compiled !== null && !holdsSecrets) keepCompiled(compiled, parsed);
  return config;
}
