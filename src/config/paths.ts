/** Fills in what depends on where the configuration lies and on the machine: absolute paths, state directory, zone. */
import { isAbsolute, join, resolve } from 'node:path';
import { IntegratorError } from '../domain/errors.ts';
import type { Environment } from './find.ts';
import type { Config, ParsedConfig, SecretRef } from './schema.ts';

export interface Surroundings {
  /** Of the configuration file; what relative paths are relative to. */
  readonly directory: string;
  readonly env: Environment;
}

export function placeConfig(parsed: ParsedConfig, { directory, env }: Surroundings): Config {
  const absolute = (path: string) => resolve(directory, path);
  return {
    ...parsed,
    state_dir: parsed.state_dir === undefined ? defaultStateDirectory(env) : absolute(parsed.state_dir),
    timezone: parsed.timezone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    connections: parsed.connections.map((connection) => placeConnection(connection, absolute)),
    ticket_system: placeTicketSystem(parsed.ticket_system, absolute),
    outgoing: { ...parsed.outgoing, templates_dir: absolute(parsed.outgoing.templates_dir) },
  };
}

type Absolute = (path: string) => string;

function placeConnection(connection: Config['connections'][number], absolute: Absolute): Config['connections'][number] {
  const { client_secret: secret, certificate, endpoints } = connection;
  const placed = {
    ...(secret === undefined ? {} : { client_secret: placeSecret(secret, absolute) }),
    ...(certificate === undefined ? {} : { certificate: placeFile(certificate, absolute) }),
    endpoints: endpoints.ca_file === undefined ? endpoints : { ...endpoints, ca_file: absolute(endpoints.ca_file) },
  };
  if (connection.type === 'graph' || connection.password === undefined) return { ...connection, ...placed };
  return { ...connection, ...placed, password: placeSecret(connection.password, absolute) };
}

function placeTicketSystem(system: Config['ticket_system'], absolute: Absolute): Config['ticket_system'] {
  switch (system.type) {
    case 'local':
      return system;
    case 'halo':
      return { ...system, client_secret: placeSecret(system.client_secret, absolute) };
    case 'rt':
      return { ...system, token: placeSecret(system.token, absolute) };
    case 'rest':
      return system.token === undefined ? system : { ...system, token: placeSecret(system.token, absolute) };
  }
}

function placeSecret(secret: SecretRef, absolute: Absolute): SecretRef {
  return typeof secret === 'string' ? secret : placeFile(secret, absolute);
}

function placeFile(secret: Exclude<SecretRef, string>, absolute: Absolute): Exclude<SecretRef, string> {
  return 'file' in secret ? { file: absolute(secret.file) } : secret;
}

/** $STATE_DIRECTORY is systemd's, and may list several directories; the first is ours. */
function defaultStateDirectory(env: Environment): string {
  const fromSystemd = env['STATE_DIRECTORY']?.split(':')[0];
  if (fromSystemd !== undefined && isAbsolute(fromSystemd)) return fromSystemd;
  const xdgState = env['XDG_STATE_HOME'];
  if (xdgState !== undefined && isAbsolute(xdgState)) return join(xdgState, 'integrator');
  const home = env['HOME'];
  if (home !== undefined && home !== '') return join(home, '.local', 'state', 'integrator');
  throw new IntegratorError('config', 'there is no place for the state: neither state_dir nor $HOME is set', {
    hint: 'set state_dir in the configuration',
  });
}
