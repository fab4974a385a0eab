import { once } from 'node:events';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from './commander.ts';
import { terminalText } from '../content/terminal.ts';
import { IntegratorError } from '../domain/errors.ts';
import type { SandboxDocument } from '../sandbox/describe.ts';
import type { CommandContext } from './context.ts';
import { count } from './format.ts';

interface SandboxFlags {
  readonly port?: number;
  readonly eml?: string;
  readonly seed?: number;
}

export function register(sandbox: Command, context: CommandContext): void {
  sandbox
    .option('--port <port>', 'port on loopback; default: any free one', wholeNumber)
    .option('--eml <dir>', 'serve a folder of .eml files: each sub-folder is a mailbox <folder>@sandbox.test')
    .option('--seed <n>', 'another seed, another tenant', wholeNumber)
    .action((flags: SandboxFlags) => serve(flags, context));
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}

async function serve(flags: SandboxFlags, context: CommandContext): Promise<void> {
  const emlDir = flags.eml === undefined ? undefined : resolve(context.cwd, flags.eml);
  if (emlDir !== undefined && !isDirectory(emlDir)) {
    throw new IntegratorError('usage', `--eml: ${emlDir} is not a directory`);
  }
  const { startSandbox } = await import('../sandbox/sandbox.ts');
  const { writeDescription } = await import('../sandbox/describe.ts');
  const sandbox = await startSandbox({
    world: emlDir === undefined ? 'sample' : 'empty',
    ...(emlDir === undefined ? {} : { emlDir }),
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
  }).catch((cause: unknown) => {
    throw portTaken(cause, flags.port);
  });
  context.takeOverSignals();
  try {
    const document = await writeDescription(sandbox, resolve(context.cwd, 'sandbox.json'));
    context.output.print(document, () => render(document));
    context.output.say('written to sandbox.json; stop with Ctrl-C');
    if (!context.signal.aborted) await once(context.signal, 'abort');
  } finally {
    await sandbox.close();
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function portTaken(cause: unknown, port: number | undefined): unknown {
  const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
  if (!taken) return cause;
  return new IntegratorError('usage', `port ${port} is in use`, { hint: 'choose another --port, or none', cause });
}

function render(document: SandboxDocument): string[] {
  return [
    `Microsoft 365 sandbox on ${document.origin}`,
    '',
    `authority      ${document.authority}`,
    `graph          ${document.graph}`,
    `ews            ${document.ews}`,
    `ca_file        ${document.ca_file}`,
    `tenant_id      ${document.tenant_id}`,
    `client_id      ${document.client_id}`,
    `client_secret  ${document.client_secret}`,
    `sign in as     ${document.service_account.username}`,
    '',
    ...document.accounts.map(
      ({ address, name, kind, items }) =>
        `${terminalText(address).padEnd(34)} ${kind.padEnd(10)} ${count(items, 'item').padEnd(12)} ${terminalText(name)}`,
    ),
  ];
}
