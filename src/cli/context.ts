import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { Actor } from '../domain/policy.ts';
import { IntegratorError } from '../domain/errors.ts';
import type { ExitCode } from './exit-codes.ts';
import { type Output, type Streams, createOutput } from './output.ts';
import type { Interruption } from './signals.ts';

/** The options that every command takes; the program parses them wherever they stand. */
export interface GlobalFlags {
  readonly config: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
  /** `--as` */
  readonly as: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command gets beside its own arguments. Nothing is loaded before it is asked for. */
export interface CommandContext {
  readonly env: Environment;
  readonly cwd: string;
  readonly unixUser: string;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Not before the command runs: it depends on the flags. */
  readonly output: Output;
  readonly flags: GlobalFlags;
  /** The configuration, read once. Throws `config`. */
  readonly config: () => Promise<Config>;
  /** The same with all there is to say about the file, for commands that are about it. */
  readonly loadConfig: () => Promise<LoadedConfig>;
  /** On whose behalf: `--as`, else $INTEGRATOR_AGENT, else the operator. Throws `usage` for an unknown agent. */
  readonly actor: () => Promise<Actor>;
  /** For what is no error but not 0 either: a check that found something, a run in part. */
  readonly setExitCode: (code: ExitCode) => void;
  /** For services: from now on signals only abort `signal`; the exit code is the command's own. */
  readonly takeOverSignals: () => void;
}

export interface ContextOptions {
  /** Of the program. */
  readonly version: string;
  readonly env: Environment;
  readonly cwd: string;
  readonly unixUser: string;
  readonly streams: Streams;
  readonly interruption: Interruption;
  readonly flags: () => GlobalFlags;
  readonly setExitCode: (code: ExitCode) => void;
}

export function createContext(options: ContextOptions): CommandContext {
  let output: Output | undefined;
  let config: Promise<Config> | undefined;
  let loaded: Promise<LoadedConfig> | undefined;
  const context: CommandContext = {
    env: options.env,
    cwd: options.cwd,
    unixUser: options.unixUser,
    signal: options.interruption.signal,
    get flags() {
      return options.flags();
    },
    get output() {
      output ??= createOutput(context.flags, options.streams);
      return output;
    },
    config: () => {
      config ??= loaded?.then((known) => known.config) ?? readQuickly(context, options.version);
      return config;
    },
    loadConfig: () => {
      loaded ??= readConfig(context);
      return loaded;
    },
    actor: () => findActor(context),
    setExitCode: options.setExitCode,
    takeOverSignals: options.interruption.takeOver,
  };
  return context;
}

async function readQuickly({ flags, env, cwd }: CommandContext, version: string): Promise<Config> {
  const { loadQuickly } = await import('../config/load-quickly.ts');
  return loadQuickly({ path: flags.config, env, cwd, version });
}

async function readConfig({ flags, env, cwd }: CommandContext): Promise<LoadedConfig> {
  const { loadConfig } = await import('../config/load.ts');
  return loadConfig({ path: flags.config, env, cwd });
}

async function findActor(context: CommandContext): Promise<Actor> {
  const { flags, env, unixUser } = context;
  const id = flags.as ?? env['INTEGRATOR_AGENT'];
  if (id === undefined) return { kind: 'operator', unixUser };
  const config = await context.config();
  const agent = config.agents.find((one) => one.id === id);
  if (agent === undefined) {
    const { didYouMean } = await import('../config/suggest.ts');
    const known = config.agents.map((one) => one.id);
    throw new IntegratorError('usage', `there is no agent "${id}"${didYouMean(id, known, 'agents are')}`, {
      hint: 'correct --as, or $INTEGRATOR_AGENT',
    });
  }
  const mailboxes = config.connections.flatMap((connection) =>
    connection.mailboxes.filter((mailbox) => mailbox.agents.includes(id)).map((mailbox) => mailbox.address),
  );
  return { kind: 'agent', unixUser, id, role: agent.role, mailboxes };
}
