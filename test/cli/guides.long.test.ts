import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { emptyDirectory, runCli, startCli } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';
import { serveSandbox, signInInBrowser } from './sandbox-rehearsal.ts';
import type { ServedSandbox } from './sandbox-rehearsal.ts';

const read = (name: string) => readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), 'utf8');
const cloud = read('microsoft-365.md');
const onPremises = read('exchange.md');

/** The text below a heading, up to the next heading that is not below it. */
function section(guide: string, heading: string): string {
  const [, text] = guide.split(`\n${heading}\n`);
  if (text === undefined) throw new Error(`the guide has no heading "${heading}"`);
  return text.split(/\n## /)[0] ?? '';
}

/** The commands of integrator in the code blocks, without their comments. */
function inBlocks(text: string): string[] {
  return [...text.matchAll(/```sh\n(.*?)```/gs)]
    .flatMap(([, block = '']) => block.split('\n'))
    .filter((line) => line.startsWith('integrator '))
    .map((line) => line.replace(/\s+#.*$/, ''));
}

/** Those that the points of the checklist name. */
function inPoints(text: string): string[] {
  return [...text.matchAll(/`(integrator [^`]+)`/g)].map(([, command = '']) => command);
}

/** The first text that the guide has in the place of the group. */
function said(guide: string, pattern: RegExp): string {
  const found = pattern.exec(guide)?.[1];
  if (found === undefined) throw new Error(`the guide does not say ${pattern.source}`);
  return found;
}

interface Guide {
  readonly text: string;
  readonly steps: readonly string[];
  /** The file that the guide names for its rehearsal; null: the one that is found by itself. */
  readonly config: string | null;
  readonly kind: string;
}

const checklist = inPoints(section(cloud, '## Checklist'));
const guides: readonly (readonly [string, Guide])[] = [
  [
    'A, a service account',
    {
      text: cloud,
      steps: inBlocks(section(cloud, '## A. Service account')),
      config: null,
      kind: 'unknown',
    },
  ],
  [
    'B, an application whose Exchange roles have a scope',
    {
      text: cloud,
      steps: inBlocks(section(cloud, '## B. Application')),
      config: said(cloud, /For B also `export INTEGRATOR_CONFIG=([^`]+)`/),
      kind: 'user',
    },
  ],
  [
    'C, Exchange on premises',
    {
      text: onPremises,
      steps: inBlocks(section(onPremises, '## 3. Configure')),
      config: said(onPremises, /`export INTEGRATOR_CONFIG=([^`]+)`/),
      kind: 'unknown',
    },
  ],
];

let sandbox: ServedSandbox | undefined;
afterEach(() => sandbox?.stop());

interface Rehearsal {
  readonly directory: string;
  readonly run: (command: string) => Promise<CliResult>;
}

/** Starts as the guide says to rehearse; commands then run as its replacements have them. */
async function rehearse({ text, config }: Guide): Promise<Rehearsal> {
  const served = await serveSandbox(
    said(text, /```sh\nintegrator sandbox ([^#\n]+)/)
      .trim()
      .split(/\s+/),
  );
  sandbox = served;
  const directory = join(served.cwd, said(text, /`cd ([^`]+)`/));
  const env: Record<string, string> = config === null ? {} : { INTEGRATOR_CONFIG: config };
  const closed = said(text, /must stay closed is not `([^`]+)`/);
  const instead = said(text, /must stay closed is not `[^`]+` but `([^`]+)`/);
  const caPem = readFileSync(join(served.cwd, 'sandbox-ca.pem'), 'utf8');
  return {
    directory,
    run: (command) => {
      const args = command.replaceAll(closed, instead).split(' ').slice(1);
      const { child, result } = startCli(args, { cwd: directory, env });
      if (args.slice(0, 2).join(' ') !== 'auth login') return result;
      let words = '';
      child.stderr?.on('data', (chunk: string) => {
        const before = words;
        words += chunk;
        const url = /\n(https:\S+)\n/;
        const [, address] = url.exec(words) ?? [];
        if (address !== undefined && !url.test(before)) signInInBrowser(address, caPem).catch(() => child.kill());
      });
      return result;
    },
  };
}

/** The cells of a printed table, row by row, by title. */
function rows(printed: string, firstTitle: string): Record<string, string>[] {
  const lines = printed.split('\n');
  const head = lines.findIndex((line) => line.startsWith(firstTitle));
  const titles = (lines[head] ?? '').trim().split(/ {2,}/);
  const end = lines.findIndex((line, at) => at > head && !/ {2,}/.test(line));
  return lines.slice(head + 1, end === -1 ? undefined : end).map((line) => {
    const cells = line.trim().split(/ {2,}/);
    return Object.fromEntries(titles.map((title, at) => [title, cells[at] ?? '']));
  });
}

/** What the checklist says of a command's output, where it says something. */
function checkPrinted(command: string, stdout: string, kind: string): void {
  if (command.startsWith('integrator config check')) {
    expect(stdout).toMatch(/is right: 1 connection, \d+ mailboxes, \d+ agents/);
  } else if (command.startsWith('integrator auth status')) {
    expect(rows(stdout, 'CONNECTION')).toMatchObject([{ STATE: 'ok' }]);
  } else if (command.includes('--outside')) {
    expect(stdout).toContain('refused, as it should be');
  } else if (command.startsWith('integrator test-mailboxes')) {
    const mailboxes = rows(stdout, 'MAILBOX');
    const good = { KIND: kind, READ: 'yes', FOLDERS: 'Inbox ✓', VERDICT: 'ok' };
    expect(mailboxes.length).toBeGreaterThan(3);
    for (const row of mailboxes) expect(row).toMatchObject(good);
    if (command.includes('--send')) for (const row of mailboxes) expect(row['SEND AS']).toBe('ok');
  } else if (command.startsWith('integrator status')) {
    expect(stdout).toContain(said(cloud, /`integrator status` says `([^`]+)`/));
  }
}

describe('a set-up guide, followed on the sandbox from an empty directory by its own commands', () => {
  test.each(guides)(
    '%s: to tested mailboxes, and through the checklist',
    { timeout: 300_000 },
    async (_name, guide) => {
      const { run } = await rehearse(guide);
      const written = said(cloud, /Instead of `(integrator init [^`]+)`/);
      const commands = new Set([...guide.steps.filter((step) => step !== written), ...checklist]);
      for (const wanted of ['config check', 'test-mailboxes', 'test-mailboxes --outside ceo@contoso.com']) {
        expect(guide.steps).toContain(`integrator ${wanted}`);
      }
      for (const command of commands) {
        const { code, stdout, stderr } = await run(command);
        expect({ command, code, stderr }).toMatchObject({ command, code: 0 });
        checkPrinted(command, stdout, guide.kind);
      }
    },
  );
});

test('the checklist goes through signing in, reading, what must stay closed, sending and importing', () => {
  expect(checklist).toEqual([
    'integrator config check',
    'integrator auth status --probe',
    'integrator test-mailboxes',
    'integrator test-mailboxes --outside ceo@contoso.com',
    'integrator test-mailboxes --send',
    'integrator run --once --dry-run',
    'integrator run --once',
    'integrator status',
  ]);
});

test('the configuration that the guide for Exchange shows is right as it stands', async () => {
  const cwd = emptyDirectory();
  const shown = said(onPremises, /```yaml\n(.*?)```/s).replace(/^ *endpoints: .*\n/m, '');
  writeFileSync(join(cwd, 'integrator.yaml'), shown, { mode: 0o600 });
  writeFileSync(join(cwd, 'exchange-password'), 'secret\n', { mode: 0o600 });
  const { code, stdout } = await runCli(['config', 'check'], { cwd });
  expect([code, stdout]).toEqual([0, expect.stringContaining('1 connection, 1 mailbox, 1 agent')]);
});
