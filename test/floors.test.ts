import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/*
 * The floors of the house; imports go downward only, types included. A part may import every part on a lower floor, and
 * beside itself only what is listed. `mail` and `tickets` stand for the files directly in them: the two interfaces.
 */
interface Part {
  readonly floor: number;
  readonly beside?: readonly string[];
}

const parts: Readonly<Record<string, Part>> = {
  cli: { floor: 8, beside: ['sandbox'] },
  'app.ts': { floor: 7 },
  daemon: { floor: 6 },
  importer: { floor: 5 },
  inbox: { floor: 5 },
  outgoing: { floor: 5 },
  incidents: { floor: 5, beside: ['outgoing', 'inbox'] },
  filing: { floor: 4 },
  'mail/graph': { floor: 3 },
  'mail/ews': { floor: 3 },
  'tickets/local': { floor: 3 },
  'tickets/halo': { floor: 3 },
  'tickets/rt': { floor: 3 },
  'tickets/rest': { floor: 3 },
  mail: { floor: 2 },
  tickets: { floor: 2 },
  auth: { floor: 1, beside: ['config', 'http', 'store'] },
  log: { floor: 1, beside: ['content'] },
  config: { floor: 1 },
  content: { floor: 1 },
  http: { floor: 1 },
  store: { floor: 1 },
  domain: { floor: 0 },
  // A building of its own: the stand-in for Microsoft's services shares no code with their client.
  sandbox: { floor: 0 },
};

/** What speaks to the outside world is known by the one place that wires things up. The local tickets are our own. */
const connectors = ['mail/graph', 'mail/ews', 'tickets/halo', 'tickets/rt', 'tickets/rest'];

/** A package is wrapped in one place, and everybody else uses the wrapper. */
const packageHomes: Readonly<Record<string, readonly string[]>> = {
  '@azure/identity': ['auth'],
  '@azure/msal-node': ['auth'],
  '@microsoft/microsoft-graph-client': ['mail/graph'],
  '@node-ntlm/core': ['mail/ews'],
  'better-sqlite3': ['store'],
  commander: ['cli'],
  cosmiconfig: ['config'],
  'ews-javascript-api': ['mail/ews'],
  kysely: ['store'],
  pg: ['store'],
  winston: ['log'],
};

function partOf(file: string): string {
  const [first = '', second = '', third] = file.split('/');
  return third !== undefined && `${first}/${second}` in parts ? `${first}/${second}` : first;
}

const specifiers = /\b(?:from\s+|import\s*\(\s*|import\s+)['"]([^'"\s]+)['"]/g;

/** One line per import that goes where it must not. Files are given by their path below src. */
function violations(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([file, text]) =>
    [...text.matchAll(specifiers)].flatMap(([, specifier = '']) => {
      const reason = whyNot(file, specifier);
      return reason === null ? [] : [`${file} imports ${specifier}: ${reason}`];
    }),
  );
}

function whyNot(file: string, specifier: string): string | null {
  const from = partOf(file);
  const part = parts[from];
  if (part === undefined) return `${from} has no floor; give it one in this table`;
  if (from === 'domain') return specifier.startsWith('./') ? null : 'domain imports nothing';
  if (!specifier.startsWith('.')) return whyNotPackage(from, specifier);
  const to = partOf(normalize(join(dirname(file), specifier)));
  if (to === from || part.beside?.includes(to) === true) return null;
  if (from === 'sandbox') return 'the sandbox imports nothing of ours';
  if (to === 'sandbox') return 'only the command line starts the sandbox';
  if (connectors.includes(to)) return from === 'app.ts' ? null : 'only app.ts names a connector';
  const target = parts[to];
  if (target === undefined) return `${to} has no floor; give it one in this table`;
  return target.floor < part.floor ? null : `${to} is not below ${from}`;
}

function whyNotPackage(from: string, specifier: string): string | null {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const homes = packageHomes[name];
  return homes === undefined || homes.includes(from) ? null : `${name} is used in ${homes.join(' and ')} only`;
}

function readSources(): Map<string, string> {
  const src = fileURLToPath(new URL('../src/', import.meta.url));
  const names = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return new Map(names.map((name) => [name, readFileSync(join(src, name), 'utf8')]));
}

test('imports go downward only', () => {
  const files = readSources();
  expect(files.size).toBeGreaterThan(100);
  for (const part of ['cli', 'app.ts', 'importer', 'filing', 'mail/graph', 'store', 'domain', 'sandbox']) {
    expect([...files.keys()].map(partOf)).toContain(part);
  }
  expect(violations(files)).toEqual([]);
});

test.each([
  ['domain/match.ts', "import { join } from 'node:path';"],
  ['domain/match.ts', "import type { Config } from '../config/schema.ts';"],
  ['store/store.ts', "import { plan } from '../filing/plan.ts';"],
  ['config/load.ts', "import { Store } from '../store/store.ts';"],
  ['importer/run.ts', "const graph = await import('../mail/graph/provider.ts');"],
  ['importer/run.ts', "export * from '../inbox/list.ts';"],
  ['mail/provider.ts', "import { GraphReader } from './graph/reader.ts';"],
  ['mail/ews/reader.ts', "import { client } from '../graph/client.ts';"],
  ['cli/inbox.ts', "const { halo } = await import('../tickets/halo/system.ts');"],
  ['sandbox/graph/send.ts', "import { safeJson } from '../../content/safe-json.ts';"],
  ['importer/run.ts', "import { startSandbox } from '../sandbox/server.ts';"],
  ['filing/rows.ts', "import {\n  Kysely,\n} from 'kysely';"],
  ['mail/graph/client.ts', "import { ConfidentialClientApplication } from '@azure/msal-node';"],
  ['helpers/text.ts', "import { a } from './b.ts';"],
])('the guard finds a planted violation in %s: %s', (file, text) => {
  expect(violations(new Map([[file, text]]))).toHaveLength(1);
});
