import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CliOptions, type CliResult, emptyDirectory, runCli } from './run-cli.ts';

export interface Recorded extends CliResult {
  /** Every file that was loaded, as an ES module or by `require`. */
  readonly loaded: readonly string[];
}

/** Runs a command line and writes down what it loads. */
export async function runRecorded(args: readonly string[], options: CliOptions = {}): Promise<Recorded> {
  const directory = emptyDirectory();
  const log = join(directory, 'loaded');
  const append = `import { appendFileSync } from 'node:fs'; const log = ${JSON.stringify(log)};`;
  writeFileSync(
    join(directory, 'hooks.mjs'),
    `${append} export async function load(url, context, next) { appendFileSync(log, url + '\\n'); return next(url, context); }`,
  );
  const preload = join(directory, 'preload.mjs');
  writeFileSync(
    preload,
    `${append} import { createRequire, register } from 'node:module';
     register(${JSON.stringify(pathToFileURL(join(directory, 'hooks.mjs')).href)});
     const { cache } = createRequire(import.meta.url);
     process.on('exit', () => appendFileSync(log, Object.keys(cache).join('\\n') + '\\n'));`,
  );
  const env = { ...options.env, NODE_OPTIONS: `--import ${pathToFileURL(preload).href}` };
  const result = await runCli(args, { ...options, env });
  return { ...result, loaded: readFileSync(log, 'utf8').trim().split('\n') };
}
