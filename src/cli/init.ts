import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { IntegratorError } from '../domain/errors.ts';
import type { CommandContext } from './context.ts';
import { firstConfig } from './first-config.ts';
import { dryRunOption } from './program.ts';

export function register(noun: Command, context: CommandContext): void {
  noun
    .argument('[dir]', 'where to write them', '.')
    .addOption(dryRunOption())
    .action((directory: string, flags: { readonly dryRun?: boolean }) =>
      init(resolve(context.cwd, directory), flags.dryRun === true, context),
    );
}

/** Writes both files or neither, and never over what is there. */
async function init(directory: string, dryRun: boolean, { output }: CommandContext): Promise<void> {
  const { keyFile, newKeyText, writeKeyFile } = await import('../auth/key.ts');
  const config = join(directory, 'integrator.yaml');
  const key = keyFile(join(directory, 'state'));
  for (const file of [config, key]) refuseToOverwrite(file);
  if (!dryRun) {
    writeNew(config, firstConfig);
    writeKeyFile(key, newKeyText());
  }
  output.print({ config, key, written: !dryRun }, () => [config, key]);
  if (dryRun) output.say('nothing was written');
  else
    output.say(
      `Fill in ${config}, then run:\n  integrator config check -c ${config}\n  integrator auth login contoso-sales -c ${config}`,
    );
}

function refuseToOverwrite(file: string): void {
  if (!existsSync(file)) return;
  throw new IntegratorError('usage', `${file} exists already; nothing was written`, {
    hint: 'name another directory: integrator init <dir>',
  });
}

function writeNew(file: string, text: string): void {
  try {
    mkdirSync(resolve(file, '..'), { recursive: true });
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new IntegratorError('usage', `cannot write ${file}: ${reason}`, { hint: 'name another directory', cause });
  }
}
