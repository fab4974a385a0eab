import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { CommanderError, type Command } from './commander.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';
import { type Program, createProgram } from './program.ts';
import { exitNow, watchSignals } from './signals.ts';

/** Runs one command line and ends the process with its exit code. */
export async function main(args: readonly string[]): Promise<void> {
  process.umask(0o077);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', (error) => endOnFailedWrite(stream, error));
  const code = await runCommand(args);
  await Promise.all([written(process.stdout), written(process.stderr)]);
  exitNow(code);
}

async function runCommand(args: readonly string[]): Promise<number> {
  const interruption = watchSignals();
  const version = readVersion();
  const program = createProgram(version);
  let code: ExitCode = exitCodes.ok;
  // What help does without is loaded when there is a command to run.
  const context = async () => {
    const { createContext } = await import('./context.ts');
    return createContext({
      version,
      env: process.env,
      cwd: process.cwd(),
      unixUser: unixUser(),
      streams: process,
      interruption,
      flags: () => ({ ...program.flags(), color: program.flags().color && wantsColor() }),
      setExitCode: (wanted) => {
        code = wanted;
      },
    });
  };
  try {
    await program.run(args, context);
    return interruption.exitCode() ?? code;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return exitCodes.ok;
    const stopped = interruption.exitCode();
    if (stopped !== null) return stopped;
    return fail(thrown, args, program);
  }
}

/** What failed may be the parsing: flags that it did not come to still count. */
async function fail(thrown: unknown, args: readonly string[], program: Program): Promise<number> {
  const before = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined);
  const parsed = program.flags();
  const flags = {
    json: parsed.json || before.includes('--json'),
    quiet: parsed.quiet,
    verbose: parsed.verbose || before.includes('-v') || before.includes('--verbose'),
    color: false,
  };
  // The help was printed instead of a message.
  if (thrown instanceof CommanderError && thrown.code === 'commander.help' && !flags.json) return exitCodes.usage;
  const { printFailure, toFailure } = await import('./errors.ts');
  const { createOutput } = await import('./output.ts');
  const error = toFailure(thrown, commandPath(program.command, before));
  printFailure(error, createOutput(flags, process));
  return exitCodeOf(error.kind);
}

function commandPath(command: Command, args: readonly string[]): string {
  let current = command;
  const names = [command.name()];
  for (const arg of args) {
    const next = current.commands.find((one) => one.name() === arg);
    if (next === undefined) continue;
    current = next;
    names.push(next.name());
  }
  return names.join(' ');
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version }: { version: string } = JSON.parse(text);
  return version;
}

/** https://no-color.org, and terminals that say they cannot. */
function wantsColor(): boolean {
  return (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
}

function unixUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no entry in passwd.
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** A reader that closed its end has seen enough (`integrator inbox list | head`); else the result is lost. */
function endOnFailedWrite(stream: NodeJS.WriteStream, error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok);
  if (stream === process.stdout) {
    const reason = error.code === 'ENOSPC' ? 'no space is left' : (error.code ?? error.message);
    process.stderr.write(`standard output cannot be written: ${reason}\n`, () => process.exit(exitCodes.failure));
  } else process.exit(exitCodes.failure);
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
