import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyFile, newKeyText, writeKeyFile } from '../../auth/key.ts';
import { IntegratorError } from '../../domain/errors.ts';
import { certify } from '../../sandbox/app-certificate.ts';
import { defaultSeed } from '../../sandbox/sandbox.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { freeId } from '../agents-from-csv.ts';
import type { FirstAgent } from '../first-config.ts';
import { makeDirectory } from '../make-directory.ts';
import { named, rehearsalConfigs } from './configs.ts';
import type { RehearsalAgent } from './configs.ts';
import { readMark } from './serving.ts';
import type { Asked, Serving } from './serving.ts';

/** A directory for a configuration that fits the sandbox, before the sandbox is started. */
export interface Place {
  readonly directory: string;
  /** How the sandbox was started that the directory was written for; null: nothing was written there yet. */
  readonly written: Serving | null;
}

const mainConfig = 'integrator.yaml';
const configs = [mainConfig, 'application.yaml', 'exchange.yaml'];

/** Throws `usage` where something lies in the way, or where the directory is for another sandbox than asked for. */
export function findPlace(directory: string, asked: Asked): Place {
  if (existsSync(directory) && !statSync(directory).isDirectory()) {
    throw new IntegratorError('usage', `${directory} is not a directory; nothing was written`, {
      hint: 'name another one: integrator sandbox --init <dir>',
    });
  }
  const config = join(directory, mainConfig);
  const written = existsSync(config) ? readMark(readConfig(config)) : null;
  if (written !== null) {
    refuseAnother(directory, written, asked);
    return { directory, written };
  }
  const files = [...configs, ...Object.values(named)].map((name) => join(directory, name));
  for (const file of [...files, keyFile(join(directory, 'state'))]) {
    if (!existsSync(file)) continue;
    throw new IntegratorError('usage', `${file} exists already; nothing was written`, {
      hint: 'name another directory: integrator sandbox --init <dir>',
    });
  }
  return { directory, written: null };
}

function refuseAnother(directory: string, written: Serving, asked: Asked): void {
  const { port, seed, eml } = { ...written, ...given(asked) };
  const differs = [
    ...(port === written.port || port === 0 ? [] : [`--port ${written.port}`]),
    ...(seed === written.seed ? [] : [`--seed ${written.seed}`]),
    ...(eml === written.eml ? [] : [written.eml === null ? 'the sample mailboxes' : `--eml ${written.eml}`]),
  ];
  if (differs.length === 0) return;
  const message = `${directory} was written for a sandbox with ${differs.join(', ')}; nothing was written`;
  throw new IntegratorError('usage', message, {
    hint: `integrator sandbox --init ${directory} starts that one again; for another one name another directory`,
  });
}

function given({ port, seed, eml }: Asked): Partial<Serving> {
  return {
    ...(port === undefined ? {} : { port }),
    ...(seed === undefined ? {} : { seed }),
    ...(eml === undefined ? {} : { eml }),
  };
}

/**
 * Writes the configurations, the key and the files they name. In a directory that was written before, the
 * configurations stay as they are, and what is new at every start (certificates) is written anew.
 */
export function fillPlace({ directory, written }: Place, sandbox: Sandbox, { seed, eml }: Asked): string {
  const agents = agentsOf(sandbox);
  narrowToScope(sandbox, agents);
  const port = Number(new URL(sandbox.origin).port);
  const serving = written ?? { port, seed: seed ?? defaultSeed, eml: eml ?? null };
  const key = keyFile(join(directory, 'state'));
  write(directory, () => {
    for (const made of [directory, join(directory, 'templates')]) makeDirectory(made, 0o700);
    for (const [name, text] of Object.entries(rehearsalConfigs({ sandbox, serving, agents }))) {
      if (written === null || !existsSync(join(directory, name))) {
        writeFileSync(join(directory, name), text, { mode: 0o600, flag: 'wx' });
      }
    }
    for (const [name, text] of Object.entries(secretsOf(sandbox))) {
      writeFileSync(join(directory, name), text, { mode: 0o600, flag: written === null ? 'wx' : 'w' });
    }
  });
  if (!existsSync(key)) writeKeyFile(key, newKeyText());
  return join(directory, mainConfig);
}

function secretsOf(sandbox: Sandbox): Readonly<Record<string, string>> {
  return {
    [named.ca]: sandbox.caPem,
    [named.secret]: `${sandbox.clientSecret}\n`,
    [named.certificate]: certify(sandbox.app),
    [named.password]: `${sandbox.serviceAccount.password}\n`,
  };
}

const exchangeRoles = [
  'Application Mail.ReadWrite',
  'Application Mail.Send',
  'Application MailboxSettings.Read',
  'Application EWS.AccessAsApp',
];

/** As guide B has it: nothing of mail is consented to in Entra, and Exchange's roles are for the agents' mailboxes. */
function narrowToScope(sandbox: Sandbox, agents: readonly RehearsalAgent[]): void {
  const mailboxes = agents.map(({ address }) => address);
  sandbox.app.roles = [];
  sandbox.app.exchangeRoles = exchangeRoles.map((role) => ({ role, mailboxes }));
}

/** Everybody with a mailbox of their own that was given to the service account. */
function agentsOf({ accounts, world }: Sandbox): readonly RehearsalAgent[] {
  const agents: RehearsalAgent[] = [];
  for (const { address, displayName, kind, userPrincipalName } of accounts) {
    if (kind !== 'user' || world.mailbox(address).access !== 'full') continue;
    const agent: FirstAgent = { id: freeId(address, agents), name: displayName, address, role: 'agent' };
    agents.push({ ...agent, user: userPrincipalName === address ? null : userPrincipalName });
  }
  return agents;
}

function readConfig(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw unusable(file, 'read', cause);
  }
}

function write(directory: string, writing: () => void): void {
  try {
    writing();
  } catch (cause) {
    throw unusable(directory, 'write into', cause);
  }
}

function unusable(path: string, doing: string, cause: unknown): IntegratorError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IntegratorError('usage', `cannot ${doing} ${path}: ${reason}`, { hint: 'name another directory', cause });
}
