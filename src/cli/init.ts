import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { IntegratorError } from '../domain/errors.ts';
import type { CommandContext } from './context.ts';
import { exampleAgents, firstConfig } from './first-config.ts';
import type { FirstAgent } from './first-config.ts';
import { count } from './format.ts';
import { makeDirectory } from './make-directory.ts';
import { dryRunOption } from './program.ts';

export function register(noun: Command, context: CommandContext): void {
  noun
    .argument('[dir]', 'where to write them', '.')
    .option('--from-csv <file>', 'agents and their mailboxes, from columns name,address[,id,role]; - is standard input')
    .addOption(dryRunOption())
    .action((directory: string, flags: InitFlags) => init(resolve(context.cwd, directory), flags, context));
}

interface InitFlags {
  readonly fromCsv?: string;
  readonly dryRun?: boolean;
}

/** Writes both files or neither, and never over what is there. */
async function init(directory: string, flags: InitFlags, context: CommandContext): Promise<void> {
  const { output } = context;
  const dryRun = flags.dryRun === true;
  const { keyFile, newKeyText, writeKeyFile } = await import('../auth/key.ts');
  const config = join(directory, 'integrator.yaml');
  const key = keyFile(join(directory, 'state'));
  for (const file of [config, key]) refuseToOverwrite(file);
  const agents = flags.fromCsv === undefined ? exampleAgents : await readAgents(flags.fromCsv, context);
  if (!dryRun) {
    writeNew(config, firstConfig(agents));
    writeKeyFile(key, newKeyText());
  }
  output.print({ config, key, agents: flags.fromCsv === undefined ? 0 : agents.length, written: !dryRun }, () => [
    config,
    key,
  ]);
  output.say(dryRun ? 'nothing was written' : nextSteps(config, flags.fromCsv === undefined ? null : agents.length));
}

async function readAgents(file: string, { cwd }: CommandContext): Promise<readonly FirstAgent[]> {
  const { openCsv } = await import('../content/csv-source.ts');
  const { agentsFromCsv } = await import('./agents-from-csv.ts');
  return agentsFromCsv(await openCsv(file === '-' ? file : resolve(cwd, file), process.stdin));
}

function nextSteps(config: string, agents: number | null): string {
  const people = agents === null ? ', the agents and their mailboxes' : '';
  const written = agents === null ? '' : `Written with ${count(agents, 'agent')} and their mailboxes. `;
  return [
    `${written}First fill in ${config}: tenant_id and client_id of your app registration${people}. Then run:`,
    `  integrator config check -c ${config}`,
    `  integrator auth login contoso-sales -c ${config}`,
    `  integrator test-mailboxes -c ${config}`,
  ].join('\n');
}

function refuseToOverwrite(file: string): void {
  if (!existsSync(file)) return;
  throw new IntegratorError('usage', `${file} exists already; nothing was written`, {
    hint: 'name another directory: integrator init <dir>',
  });
}

function writeNew(file: string, text: string): void {
  try {
    makeDirectory(resolve(file, '..'));
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new IntegratorError('usage', `cannot write ${file}: ${reason}`, { hint: 'name another directory', cause });
  }
}
