import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LoadedConfig } from './load.ts';
import type { Problem } from './problem.ts';
import type { Config } from './schema.ts';

/** The settings that can run and are probably not meant, each with its place; for `config check`. */
export function configWarnings({ config, problems }: LoadedConfig): string[] {
  const found = [
    ...allDisabled(config),
    ...emptyConnections(config),
    ...missingTemplates(config),
    ...stateDirectory(config),
  ];
  return found.map((problem) => problems([problem]).message);
}

function allDisabled({ connections }: Config): Problem[] {
  if (connections.some(({ enabled }) => enabled)) return [];
  return [{ path: ['connections'], message: 'has none that is enabled: nothing is imported' }];
}

function emptyConnections({ connections, outgoing }: Config): Problem[] {
  if (connections.every(({ mailboxes }) => mailboxes.length === 0)) return [];
  return connections.flatMap(({ name, enabled, mailboxes }, index): Problem[] => {
    const sends = outgoing.mailboxes.some(({ connection }) => connection === name);
    if (!enabled || mailboxes.length > 0 || sends) return [];
    return [{ path: ['connections', index, 'mailboxes'], message: 'has no mailbox: this connection does nothing' }];
  });
}

/** The default place is not worth a word before something is sent. */
function missingTemplates({ outgoing }: Config): Problem[] {
  const sends = outgoing.mailboxes.length > 0 || Object.keys(outgoing.actions).length > 0;
  if (!sends || existsSync(outgoing.templates_dir)) return [];
  const message = `${outgoing.templates_dir} does not exist: --template will find nothing there`;
  return [{ path: ['outgoing', 'templates_dir'], message }];
}

/** A warning only, because the person who checks may be another user than the service runs as. */
function stateDirectory({ state_dir: directory }: Config): Problem[] {
  const there = nearestThatIs(directory);
  if (isWritable(there)) return [];
  const what = there === directory ? directory : `${there}, where ${directory} would be made,`;
  return [{ path: ['state_dir'], message: `${what} cannot be written by this user` }];
}

function nearestThatIs(directory: string): string {
  let there = directory;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  return there;
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
