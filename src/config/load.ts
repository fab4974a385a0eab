import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { checkConfig } from './checks/all.ts';
import { checkLiteralSecrets, literalSecrets } from './checks/secrets.ts';
import { type Environment, type FindOptions, type FoundFile, findConfigFile } from './find.ts';
import { toProblems, valueAt } from './issues.ts';
import { placeConfig } from './paths.ts';
import { type KeyPath, type Problem, configError } from './problem.ts';
import { type Config, type ParsedConfig, configSchema } from './schema.ts';
import { type ConfigSource, parseSource } from './source.ts';

export interface LoadedConfig {
  readonly config: Config;
  /** Absolute path of the file it came from. */
  readonly file: string;
  /** An error of kind `config` that names the file and line of each problem: for checks made later than loading. */
  readonly problems: (problems: readonly Problem[]) => Error;
}

/**
 * Finds, reads and checks the configuration. Every problem is of kind `config` and names file, line and key; as many as
 * can be found at once are listed. Secrets are not read here.
 */
export async function loadConfig(options: FindOptions): Promise<LoadedConfig> {
  return checkedConfig(await findConfigFile(options), options.env);
}

interface CheckedConfig extends LoadedConfig {
  /** What the file says, before what depends on the surroundings was filled in. */
  readonly parsed: ParsedConfig;
  readonly holdsSecrets: boolean;
}

/** As `loadConfig`, for a file that was found. */
export async function checkedConfig({ file, text }: FoundFile, env: Environment): Promise<CheckedConfig> {
  const source = parseSource(file, text);
  const { parsed, problems } = parse(source);
  if (parsed === null) throw configError(file, problems, locator(source));
  const config = placeConfig(parsed, { directory: dirname(file), env });
  const all = [...problems, ...checkConfig(config), ...checkLiteralSecrets(config, await stat(file))];
  if (all.length > 0) throw configError(file, named(all, source), locator(source));
  return {
    config,
    parsed,
    holdsSecrets: literalSecrets(config).length > 0,
    file,
    problems: (later) => configError(file, named(later, source), locator(source)),
  };
}

interface Parsed {
  readonly parsed: ParsedConfig | null;
  readonly problems: readonly Problem[];
}

/** Where unknown keys are all that is wrong, the rest is read all the same, so that it can be checked too. */
function parse(source: ConfigSource): Parsed {
  const raw = source.value;
  const result = configSchema.safeParse(raw ?? {});
  if (result.success) return { parsed: result.data, problems: [] };
  const problems = toProblems(result.error.issues, raw);
  if (result.error.issues.some((issue) => issue.code !== 'unrecognized_keys')) return { parsed: null, problems };
  const known = configSchema.safeParse(
    without(
      raw,
      problems.map((problem) => problem.path),
    ),
  );
  return { parsed: known.success ? known.data : null, problems };
}

function without(value: unknown, paths: readonly KeyPath[], here: KeyPath = []): unknown {
  const drop = (key: string | number) => paths.some((path) => samePath(path, [...here, key]));
  if (Array.isArray(value)) return value.map((item, index) => without(item, paths, [...here, index]));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !drop(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, without(inner, paths, [...here, key])]));
}

function samePath(a: KeyPath, b: KeyPath): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}

/** Checks speak of `agents`; where the file says `agent`, the message does too. */
function named(problems: readonly Problem[], source: ConfigSource): readonly Problem[] {
  return problems.map(({ path, message }) => {
    const at = path.indexOf('agents', 1);
    const single = [...path.slice(0, at), 'agent'];
    const isSingle = at > 0 && valueAt(source.value, single) !== undefined;
    return isSingle ? { path: single, message } : { path, message };
  });
}

function locator(source: ConfigSource) {
  return (path: KeyPath) => source.locate(path);
}
