/** Finds the configuration file. It is data: no file that is found is ever executed. */
import { createRequire } from 'node:module';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { PublicExplorer } from 'cosmiconfig';
import { IntegratorError } from '../domain/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface FindOptions {
  /** What `--config` named. */
  readonly path: string | undefined;
  readonly env: Environment;
  readonly cwd: string;
}

export interface FoundFile {
  readonly file: string;
  readonly text: string;
}

const names = ['integrator.yaml', 'integrator.yml', 'integrator.json'];
const maxBytes = 4 * 1024 * 1024;
const initHint = 'integrator init writes a first one; --config names one elsewhere';

/** `--config`, $INTEGRATOR_CONFIG, the working directory, the user's and the machine's configuration. Throws `config`. */
export async function findConfigFile(options: FindOptions): Promise<FoundFile> {
  const named = options.path ?? nonEmpty(options.env['INTEGRATOR_CONFIG']);
  if (named !== undefined) return readNamed(resolve(options.cwd, named));
  const directories = searchDirectories(options);
  for (const directory of directories) {
    const found = await searchIn(directory);
    if (found !== null) return found;
  }
  throw new IntegratorError('config', `no configuration found: no ${names[0]} in ${directories.join(', ')}`, {
    hint: initHint,
  });
}

function searchDirectories({ env, cwd }: FindOptions): readonly string[] {
  const home = nonEmpty(env['HOME']);
  const userConfig = nonEmpty(env['XDG_CONFIG_HOME']) ?? (home === undefined ? undefined : join(home, '.config'));
  const directories = userConfig === undefined ? [cwd] : [cwd, join(userConfig, 'integrator')];
  return [...directories, '/etc/integrator'];
}

async function readNamed(file: string): Promise<FoundFile> {
  await assertReadableKind(file);
  try {
    return toFoundFile(await explorer().load(file), file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

async function searchIn(directory: string): Promise<FoundFile | null> {
  // The search would pass over a file that cannot be read, and go on to another one that was not meant.
  const present = await namesIn(directory);
  const first = names.find((name) => present.includes(name));
  if (first === undefined) return null;
  const file = join(directory, first);
  await assertReadableKind(file);
  try {
    const found = await explorer().search(directory);
    if (found !== null) return toFoundFile(found, file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
  return readNamed(file);
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch {
    return [];
  }
}

async function assertReadableKind(file: string): Promise<void> {
  const found = await stat(file).catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  if (found.isDirectory()) {
    throw new IntegratorError('config', `${file} is a directory`, {
      hint: `name the file: ${join(file, 'integrator.yaml')}`,
    });
  }
  if (!found.isFile() && !found.isFIFO()) throw new IntegratorError('config', `${file} is not a regular file`);
  if (found.size > maxBytes) throw new IntegratorError('config', `${file} is larger than 4 MiB: not a configuration`);
}

function unreadable(file: string, cause: unknown): IntegratorError {
  if (cause instanceof IntegratorError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new IntegratorError('config', `${file} does not exist`, { hint: initHint, cause });
  }
  const reason = code === 'EACCES' ? 'may not be read by this user' : `cannot be read (${code || String(cause)})`;
  return new IntegratorError('config', `${file} ${reason}`, { hint: 'check its owner and mode', cause });
}

function toFoundFile(result: Awaited<ReturnType<PublicExplorer['load']>>, file: string): FoundFile {
  const loaded: unknown = result?.config;
  const text = typeof loaded === 'object' && loaded !== null && 'text' in loaded ? String(loaded.text) : '';
  if (text.replace(/^\uFEFF/, '').trim() === '') {
    throw new IntegratorError('config', `${file} is empty`, { hint: initHint });
  }
  return { file: result?.filepath ?? file, text };
}

interface ExplorerModule {
  readonly Explorer: new (options: Readonly<Record<string, unknown>>) => PublicExplorer;
}

/**
 * cosmiconfig's own entry looks for a configuration of cosmiconfig in the working directory first, and would run a
 * `.config/config.js` that lies there (9.0.2). Its explorer alone does not; it is given every option here.
 */
function explorer(): PublicExplorer {
  const { Explorer }: ExplorerModule = createRequire(import.meta.url)('cosmiconfig/dist/Explorer.js');
  const asText = (_file: string, text: string) => ({ text });
  return new Explorer({
    moduleName: 'integrator',
    searchPlaces: names,
    ignoreEmptySearchPlaces: false,
    cache: false,
    transform: (result: unknown) => result,
    loaders: { '.yaml': asText, '.yml': asText, '.json': asText, noExt: asText, default: asText },
    metaConfigFilePath: null,
    mergeImportArrays: false,
    mergeSearchPlaces: false,
    searchStrategy: 'none',
  });
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
