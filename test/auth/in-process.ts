import { Writable } from 'node:stream';
import { Command } from 'commander';
import { register } from '../../src/cli/auth.ts';
import { createContext } from '../../src/cli/context.ts';
import { printFailure, toFailure } from '../../src/cli/errors.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import type { CliResult } from '../cli/run-cli.ts';

/** Runs a command of `auth` in this process: the same code without the start of a program, which takes a second. */
export async function runHere(args: readonly string[], cwd: string): Promise<CliResult> {
  const texts = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        texts[name] += chunk.toString();
        done();
      },
    });
  let code: number = 0;
  const program = new Command('integrator').option('--json').option('--as <agent>').option('-v, --verbose');
  const flags = () => {
    const { json = false, verbose = false, as }: { json?: boolean; verbose?: boolean; as?: string } = program.opts();
    return { config: undefined, as, json, verbose, quiet: false, color: false };
  };
  const context = createContext({
    version: '0.0.0',
    env: { HOME: '/nonexistent' },
    cwd,
    unixUser: 'tester',
    streams: { stdin: {}, stdout: sink('stdout'), stderr: sink('stderr') },
    interruption: { signal: new AbortController().signal, exitCode: () => null, takeOver: () => undefined },
    flags,
    setExitCode: (wanted) => {
      code = wanted;
    },
  });
  register(program.command('auth'), context);
  try {
    await program.exitOverride().parseAsync(['auth', ...args], { from: 'user' });
  } catch (thrown) {
    const error = toFailure(thrown, 'integrator auth');
    printFailure(error, context.output);
    code = exitCodeOf(error.kind);
  }
  return { code, ...texts };
}
