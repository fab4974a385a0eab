import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { count } from './format.ts';
import { withInbox } from './inbox/with-inbox.ts';
import { dryRunOption } from './program.ts';
import { wholeNumber } from './ticketing/edit-store.ts';

export function register(noun: Command, context: CommandContext): void {
  noun
    .command('test')
    .description('decide stored mail again and say what would be different; changes nothing')
    .option('--with <file>', 'under this configuration instead of the present one')
    .option('--since <time>', 'only mail received since then (30d, 12h, 2026-11-01)')
    .option('--examples <n>', 'so many of each kind', wholeNumber, 10)
    .action((flags: TestFlags) => test(context, flags));
  noun
    .command('apply')
    .description('file what waits in My Inbox and fits one of today\u2019s tickets')
    .option('--since <time>', 'only mail received since then (30d, 12h, 2026-11-01)')
    .addOption(dryRunOption())
    .action((flags: ApplyFlags) => apply(context, flags));
}

interface TestFlags {
  readonly with?: string;
  readonly since?: string;
  readonly examples: number;
}

async function test(context: CommandContext, flags: TestFlags): Promise<void> {
  const { testRules } = await import('../inbox/rules-test.ts');
  const { rulesReportLines } = await import('./inbox/rules-lines.ts');
  const { loadConfig } = await import('../config/load.ts');
  const { env, cwd, output } = context;
  const path = flags.with === undefined ? undefined : resolve(cwd, flags.with);
  const other = path === undefined ? null : (await loadConfig({ path, env, cwd })).config;
  await withInbox(context, async (deps) => {
    const report = await testRules(deps, {
      other,
      sinceMs: await since(flags.since, deps.config.timezone),
      examples: flags.examples,
      signal: context.signal,
      onProgress: (decided) => output.progress(`${decided} mails decided again`),
    });
    output.progress('');
    output.print({ with: path ?? null, ...report }, (page) => rulesReportLines(report, page));
    const found = other === null && report.counts.newly_matched > 0;
    output.say(found ? 'integrator rules apply files these' : 'nothing was changed');
  });
}

interface ApplyFlags {
  readonly since?: string;
  readonly dryRun?: boolean;
}

async function apply(context: CommandContext, flags: ApplyFlags): Promise<void> {
  const { applyRules } = await import('../inbox/rules-apply.ts');
  const { appliedLines } = await import('./inbox/rules-lines.ts');
  const { output } = context;
  await withInbox(context, async (deps) => {
    const report = await applyRules(deps, {
      sinceMs: await since(flags.since, deps.config.timezone),
      dryRun: flags.dryRun === true,
      signal: context.signal,
    });
    output.print(report, (page) => appliedLines(report, page));
    const done = `${count(report.filed.length, 'mail')} of ${report.looked_at} that waited ${report.dry_run ? 'would be filed' : 'filed'}`;
    output.say(done);
  });
}

/** Everything, where no time is given. */
async function since(text: string | undefined, timezone: string): Promise<number> {
  if (text === undefined) return 0;
  const { timeFlag } = await import('./time-flag.ts');
  return timeFlag('--since', text, timezone);
}
