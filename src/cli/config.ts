import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { checkRunnable } from '../config/checks/runnable.ts';
import { notBuilt } from '../config/not-built.ts';
import { configWarnings } from '../config/warnings.ts';
import type { Config } from '../config/schema.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Problem } from '../config/problem.ts';
import type { PlacedSecret } from '../config/secrets.ts';
import { toIntegratorError } from '../domain/errors.ts';
import type { CommandContext } from './context.ts';
import { count } from './format.ts';

export function register(noun: Command, context: CommandContext): void {
  noun
    .command('check')
    .description('say whether the configuration is right and can run, and what is wrong with it')
    .action(() => check(context));
  noun
    .command('show')
    .description('print the effective configuration: defaults filled in, secrets as ***')
    .action(() => show(context));
  noun
    .command('schema')
    .description('print the JSON schema of the configuration, for editors')
    .action(() => printSchema(context));
}

async function check(context: CommandContext): Promise<void> {
  const loaded = await context.loadConfig();
  const stopping = checkRunnable(loaded.config);
  if (stopping.length > 0) throw loaded.problems(stopping);
  const warnings = [...(await checkSecrets(loaded, context)), ...configWarnings(loaded), ...notBuilt(loaded)];
  await checkAuthorities(loaded);
  for (const warning of warnings) context.output.say(warning);
  const { config, file } = loaded;
  context.output.print({ file, ok: true, warnings, ...countsOf(config) }, () => {
    const { connections, mailboxes, agents } = countsOf(config);
    const counts = [
      count(connections, 'connection'),
      count(mailboxes, 'mailbox', 'mailboxes'),
      count(agents, 'agent'),
    ].join(', ');
    return `${file} is right: ${counts}`;
  });
}

function countsOf(config: Config) {
  return {
    connections: config.connections.length,
    mailboxes: config.connections.reduce((sum, connection) => sum + connection.mailboxes.length, 0),
    agents: config.agents.length,
  };
}

/**
 * Tries every secret of what is enabled. A variable or a credential that is not there may well be there for the service:
 * that is worth words only; a file is there or not for everybody.
 */
async function checkSecrets({ config, problems }: LoadedConfig, { env }: CommandContext): Promise<string[]> {
  const { resolveSecret, secretsOf } = await import('../config/secrets.ts');
  const found: Problem[] = [];
  const warnings: string[] = [];
  for (const { path, ref, enabled } of secretsOf(config)) {
    if (!enabled) continue;
    try {
      await resolveSecret(ref, String(path.at(-1)), env);
    } catch (thrown) {
      const { message, hint } = toIntegratorError(thrown);
      if (isOfTheService(ref)) warnings.push(problems([{ path, message: inPlace(message) }]).message);
      else found.push({ path, message: `${inPlace(message)}${hint === undefined ? '' : `; ${hint}`}` });
    }
  }
  if (found.length > 0) throw problems(found);
  return warnings;
}

/** Reads every file of certificate authorities that an enabled connection names. */
async function checkAuthorities({ config, problems }: LoadedConfig): Promise<void> {
  const { certificatesOf } = await import('../http/certificates.ts');
  const found: Problem[] = [];
  for (const [index, { enabled, endpoints }] of config.connections.entries()) {
    if (!enabled || endpoints.ca_file === undefined) continue;
    try {
      certificatesOf(await readFile(endpoints.ca_file, 'utf8'));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `cannot be used: ${reason}; name a file with certificates in PEM form`;
      found.push({ path: ['connections', index, 'endpoints', 'ca_file'], message });
    }
  }
  if (found.length > 0) throw problems(found);
}

function isOfTheService(ref: PlacedSecret['ref']): boolean {
  return typeof ref !== 'string' && !('file' in ref);
}

/** The key stands before the message already. */
function inPlace(message: string): string {
  return message.replace(/^[^:]*: /, '');
}

async function show(context: CommandContext): Promise<void> {
  const { config, file } = await context.loadConfig();
  const { redactConfig } = await import('../config/secrets.ts');
  const { stringify } = await import('yaml');
  const { terminalText } = await import('../content/terminal.ts');
  const redacted = redactConfig(config);
  context.output.print(redacted, () => [`# ${file}`, terminalText(stringify(redacted), { multiline: true })]);
}

async function printSchema(context: CommandContext): Promise<void> {
  const { configJsonSchema } = await import('../config/schema.ts');
  const schema = configJsonSchema();
  context.output.print(schema, () => JSON.stringify(schema, null, 2));
}
