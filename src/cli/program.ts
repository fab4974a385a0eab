import { Command, Option } from './commander.ts';
import { type Noun, nouns } from './commands.ts';
import type { CommandContext, GlobalFlags } from './context.ts';
import { IntegratorError } from '../domain/errors.ts';

export interface Program {
  readonly command: Command;
  readonly flags: () => GlobalFlags;
  /** Runs the command line. Throws what the command throws, and commander's own errors. */
  readonly run: (args: readonly string[], context: () => Promise<CommandContext>) => Promise<void>;
}

/** The command tree. Nouns are known by name only; the file of a noun is loaded when it is used. */
export function createProgram(version: string, available: readonly Noun[] = nouns): Program {
  const command = new Command('integrator')
    .description('Brings mail from people\u2019s own mailboxes to the tickets it belongs to, and changes nothing there')
    .usage('<noun> <verb> [options]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
  addGlobalOptions(command);
  for (const { name, description, group } of available) {
    command.command(name).description(description).helpGroup(group).helpCommand(false);
  }
  return {
    command,
    flags: () => readFlags(command),
    run: async (args, context) => {
      command.hook('preAction', () => refuseNobody(readFlags(command)));
      command.hook('preSubcommand', async (_program, noun) => fillIn(noun, available, await context()));
      await command.parseAsync(helpFirst(args), { from: 'user' });
    },
  };
}

/** An empty name is a variable that was not set: to go on as the operator would give away every right. */
function refuseNobody({ as }: GlobalFlags): void {
  if (as === undefined || as.trim() !== '') return;
  throw new IntegratorError('usage', '--as (or $INTEGRATOR_AGENT) is empty: on whose behalf?', {
    hint: 'name an agent of the configuration; the operator leaves --as out and $INTEGRATOR_AGENT unset',
  });
}

/** All nouns with their verbs: for what needs to know the whole tree. */
export async function loadEverything(context: CommandContext): Promise<Command> {
  const { command } = createProgram('');
  for (const noun of command.commands) await fillIn(noun, nouns, context);
  return command;
}

async function fillIn(command: Command, available: readonly Noun[], context: CommandContext): Promise<void> {
  const noun = available.find(({ name }) => name === command.name());
  const { register } = (await noun?.load()) ?? { register: () => undefined };
  register(command, context);
}

/** `help inbox list` means `inbox list --help`. */
function helpFirst(args: readonly string[]): string[] {
  return args[0] === 'help' ? [...args.slice(1), '--help'] : [...args];
}

function addGlobalOptions(command: Command): void {
  command
    .addOption(new Option('-c, --config <file>', 'the configuration file').env('INTEGRATOR_CONFIG'))
    .addOption(new Option('--as <agent>', 'act on behalf of this agent').env('INTEGRATOR_AGENT'))
    .option('--json', 'print JSON')
    .option('-q, --quiet', 'no words beside the result')
    .option('-v, --verbose', 'more words, and where an error came from')
    .option('--no-color', 'no colours (also: NO_COLOR)');
}

function readFlags(command: Command): GlobalFlags {
  const flags: Readonly<Record<string, unknown>> = command.opts();
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  return {
    config: text(flags['config']),
    as: typeof flags['as'] === 'string' ? flags['as'] : undefined,
    json: flags['json'] === true,
    quiet: flags['quiet'] === true,
    verbose: flags['verbose'] === true,
    color: flags['color'] !== false,
  };
}

/** For every command that writes. */
export function dryRunOption(): Option {
  return new Option('-n, --dry-run', 'say what would be done, and do nothing');
}

/** For every command that sends one mail. */
export function secondMailOption(): Option {
  return new Option('-y, --yes', 'send it even where a mail with the same content waits in the outbox');
}
