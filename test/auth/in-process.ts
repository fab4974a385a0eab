import { Writable } from 'node:stream';
import { CommanderError } from 'commander';
import { createContext } from '../../src/cli/context.ts';
import { printFailure, toFailure } from '../../src/cli/errors.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { createProgram } from '../../src/cli/program.ts';
import type { CliResult } from '../cli/run-cli.ts';

/** Runs a command line in this process: the same commands, without a second for each new process. */
export async function runHere(args: readonly string[], cwd: string): Promise<CliResult> {
  const program = createProgram('0');
  const texts = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        texts[name] += chunk.toString();
        done();
      },
    });
  let code: number = 0;
  const context = createContext({
    env: { HOME: '/nonexistent' },
    cwd,
    unixUser: 'tester',
    streams: { stdin: {}, stdout: sink('stdout'), stderr: sink('stderr') },
    interruption: { signal: new AbortController().signal, exitCode: () => null, takeOver: () => undefined },
    flags: () => program.flags(),
    setExitCode: (wanted) => {
      code = wanted;
    },
  });
  try {
    await program.run(args, context);
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return { code: 0, ...texts };
    const error = toFailure(thrown, 'integrator');
    printFailure(error, context.output);
    code = exitCodeOf(error.kind);
  }
  return { code, ...texts };
}
