import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bin } from '../cli/run-cli.ts';
import { mail, openDesk } from './fixtures.ts';
import type { Desk } from './fixtures.ts';

const missing = spawnSync('tmux', ['-V']).status !== 0;
const run = promisify(execFile);
/** One server for each test: one that is ending takes no new session. */
let servers = 0;
const server = () => `integrator-test-${process.pid}-${servers}`;

async function tmux(...args: string[]): Promise<string> {
  return (
    await run('tmux', ['-L', server(), '-f', '/dev/null', ...args], {
      env: { ...process.env, LC_ALL: 'C.UTF-8', TERM: 'xterm-256color' },
    })
  ).stdout;
}

/** What the terminal shows, once it shows this. */
async function seen(wanted: string | RegExp): Promise<string> {
  let text = '';
  for (let tries = 0; tries < 300; tries += 1) {
    text = await tmux('capture-pane', '-p');
    if (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)) return text;
    await sleep(100);
  }
  throw new Error(`the terminal never showed ${String(wanted)}, but:\n${text}`);
}

const type = (...keys: string[]) => tmux('send-keys', ...keys);

// In a real terminal: what it makes of our sequences is what counts.
describe.skipIf(missing)(`inbox on a terminal${missing ? ' (skipped: tmux is not installed)' : ''}`, () => {
  let desk: Desk;
  let pidFile: string;

  beforeEach(async () => {
    servers += 1;
    desk = await openDesk();
    const acme = await desk.client('Acme', ['acme.example']);
    await desk.ticket({ summary: 'Delivery', contacts: ['carla@acme.example'], clientId: acme });
    await desk.bring([
      mail({ subject: 'Where is it?' }),
      mail({ subject: '日本語の件名 🎉', from: '山田太郎 <y@jp.example>' }),
      mail({
        subject: 'Hostile \u001b]0;owned\u0007\u001b[2J\u001b[31m',
        from: 'Eve \u001b[5m <eve@evil.example>',
        text: 'x\u001b[H\u001b[2Jgone',
      }),
    ]);
    await desk.store.close();
    pidFile = join(desk.directory, 'pid');
    const script = join(desk.directory, 'inbox.sh');
    writeFileSync(script, `echo $$ > '${pidFile}'; exec '${process.execPath}' '${bin}' inbox -c '${desk.configFile}'`);
    const command = `sh '${script}'; echo ended with $?; sleep 60`;
    await tmux('new-session', '-d', '-x', '80', '-y', '24', command);
  });
  afterEach(async () => {
    await tmux('kill-server').catch(() => undefined);
    await desk.close();
  });

  test('lists, shows, files, takes back, searches and leaves the terminal as it was', async () => {
    const first = await seen('xgone');
    expect(first.split('\n')[0]).toContain('My Inbox  ·  1 of 3');
    expect(first).toMatch(/> +m3 +11-02 \d\d:\d\d +Eve +Hostile/u);
    expect(await tmux('display-message', '-p', '#{pane_title}')).not.toContain('owned');

    await type('j');
    await seen(/from 山田太郎/u);
    await type('j');
    await seen(/1 {2}OPP-1 Delivery/u);
    await type('1');
    await seen('m1 filed on OPP-1');
    await type('u');
    await seen('taken back: m1 filed on OPP-1');
    await seen('3 of 3');

    await type('/', '日本語', 'Enter');
    expect(await seen('1 of 1  ·  search: 日本語')).toMatch(/> +m2/u);
    await type('Escape');
    await seen(/of 3/u);

    await type('?');
    await seen('any key goes back');
    await type('x');
    await seen('q quit');
    await tmux('resize-window', '-x', '50', '-y', '14');
    const small = await seen(/─{50}\n/u);
    expect(small.trimEnd().split('\n').length).toBeLessThanOrEqual(14);

    await type('q');
    const after = await seen('ended with 0');
    expect(after).not.toContain('My Inbox');
  });

  test.each([
    ['a terminal without sequences', 'export TERM=dumb'],
    ['a terminal of no size', 'stty rows 0 cols 0'],
  ])('prints a plain list on %s', async (_what, setUp) => {
    const command = `${setUp}; '${process.execPath}' '${bin}' inbox --no-color -c '${desk.configFile}'; echo ended with $?; sleep 60`;
    await tmux('respawn-pane', '-k', command);
    const shown = await seen('ended with 0');
    expect(shown).toMatch(/^ID +RECEIVED/);
    expect(shown).toMatch(/^m3 .*Eve +Hostile/m);
    expect(shown).toContain('3 mails');
  });

  test('ends cleanly on a signal, with the code of the signal', async () => {
    await seen('xgone');
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGTERM');
    expect(await seen('ended with 143')).not.toContain('My Inbox');
  });
});
