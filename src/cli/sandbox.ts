import { once } from 'node:events';
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from './commander.ts';
import { terminalText } from '../content/terminal.ts';
import { IntegratorError } from '../domain/errors.ts';
import type { SandboxDocument } from '../sandbox/describe.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { CommandContext } from './context.ts';
import { count } from './format.ts';
import type { Asked, Serving } from './rehearsal/serving.ts';

interface SandboxFlags {
  readonly port?: number;
  readonly eml?: string;
  readonly seed?: number;
  readonly init?: string;
}

export function register(sandbox: Command, context: CommandContext): void {
  sandbox
    .option('--port <port>', 'port on loopback; default: any free one', portNumber)
    .option('--eml <dir>', 'serve a folder of .eml files: each sub-folder is a mailbox <folder>@sandbox.test')
    .option('--seed <n>', 'another seed, another tenant', wholeNumber)
    .option(
      '--init <dir>',
      'also write a configuration that fits it, to rehearse a set-up guide; once written, it starts the same sandbox again',
    )
    .action((flags: SandboxFlags) => serve(flags, context));
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}

function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError('a port is 1 to 65535');
  return port;
}

async function serve(flags: SandboxFlags, context: CommandContext): Promise<void> {
  const asked = { ...flags, eml: flags.eml === undefined ? undefined : resolve(context.cwd, flags.eml) };
  const { init } = flags;
  const rehearsal = init === undefined ? null : await rehearsalIn(init, asked, context);
  const sandbox = await start(rehearsal?.again ?? asked);
  context.takeOverSignals();
  try {
    const config = rehearsal?.write(sandbox) ?? null;
    const { writeDescription } = await import('../sandbox/describe.ts');
    const document = await writeDescription(sandbox, resolve(context.cwd, 'sandbox.json'), config);
    context.output.print(document, () => render(document));
    context.output.say(wordsAfterStart(document, flags));
    if (!context.signal.aborted) await once(context.signal, 'abort');
  } finally {
    await sandbox.close();
  }
}

interface Rehearsal {
  /** How the sandbox has to be started that the directory was written for; null: it is written now. */
  readonly again: Serving | null;
  /** Gives the path of the configuration. */
  readonly write: (sandbox: Sandbox) => string;
}

async function rehearsalIn(init: string, asked: Asked, { cwd }: CommandContext): Promise<Rehearsal> {
  if (init.trim() === '') throw new IntegratorError('usage', '--init: a directory is needed');
  const { findPlace, fillPlace } = await import('./rehearsal/place.ts');
  const place = findPlace(resolve(cwd, init), asked);
  return { again: place.written, write: (sandbox) => fillPlace(place, sandbox, asked) };
}

async function start({ port, seed, eml }: Asked): Promise<Sandbox> {
  if (typeof eml === 'string' && !isDirectory(eml)) {
    throw new IntegratorError('usage', `--eml: ${eml} is not a directory`);
  }
  const { startSandbox } = await import('../sandbox/sandbox.ts');
  return startSandbox({
    ...(typeof eml === 'string' ? { world: 'empty', emlDir: eml } : { world: 'sample' }),
    ...(port === undefined ? {} : { port }),
    ...(seed === undefined ? {} : { seed }),
  }).catch((cause: unknown) => {
    throw portTaken(cause, port);
  });
}

function wordsAfterStart({ config }: SandboxDocument, { port }: SandboxFlags): string {
  const stop = 'stop with Ctrl-C';
  if (config !== null) {
    return [
      `written to sandbox.json and ${dirname(config)}; ${stop}`,
      'Then follow a guide (docs/microsoft-365.md, docs/exchange.md) in another terminal, beginning with:',
      `  cd ${dirname(config)}`,
      '  integrator config check',
    ].join('\n');
  }
  const written = `written to sandbox.json; ${stop}`;
  if (port === undefined) return written;
  return `${written}\nIts certificate is new: a configuration that --init wrote fits again after integrator sandbox --init <dir>.`;
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
