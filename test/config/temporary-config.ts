import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IntegratorError } from '../../src/domain/errors.ts';
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts';

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'integrator-config-'));
}

/** Writes a file that only we can read, unless told otherwise; returns its path. */
export function writeFile(directory: string, name: string, text: string, mode = 0o600): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

export const environment = { HOME: '/nonexistent' };

export async function load(text: string, mode = 0o600): Promise<LoadedConfig> {
  const directory = temporaryDirectory();
  const path = writeFile(directory, 'integrator.yaml', text, mode);
  return loadConfig({ path, env: environment, cwd: directory });
}

/** The refusal, with the changing directory taken out of its message. */
export async function refusal(loading: Promise<unknown>): Promise<IntegratorError> {
  try {
    await loading;
  } catch (error) {
    if (error instanceof IntegratorError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** `line:column key message` of each problem. */
export async function problemsOf(text: string, mode = 0o600): Promise<string[]> {
  const error = await refusal(load(text, mode));
  const lines = error.message.split('\n').filter((line) => !/^\d+ problems in/.test(line));
  return lines.map((line) => line.replace(/^.*integrator\.yaml:\s?/, ''));
}
