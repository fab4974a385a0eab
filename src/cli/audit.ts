import type { Command } from 'commander';
import { addAuditMailboxes } from './audit/mailboxes.ts';
import type { CommandContext } from './context.ts';
import { isoTime } from './format.ts';
import { wholeNumber } from './ticketing/edit-store.ts';
import { withStore } from './with-store.ts';

export function register(noun: Command, context: CommandContext): void {
  noun
    .command('log')
    .description('who changed what, and what was refused; newest first')
    .option('--object <name>', 'only about this: m12, OPP-3, a client, a mailbox')
    .option('--since <time>', 'only since then (30d, 12h, 2026-11-01)')
    .option('--limit <n>', 'at most so many', wholeNumber, 100)
    .action((flags: LogFlags) => printLog(context, flags));
  addAuditMailboxes(noun, context);
}

interface LogFlags {
  readonly object?: string;
  readonly since?: string;
  readonly limit: number;
}

async function printLog(context: CommandContext, flags: LogFlags): Promise<void> {
  const { readAudit } = await import('../store/audit.ts');
  const { timeFlag } = await import('./time-flag.ts');
  const { historyLine } = await import('../inbox/explain.ts');
  const { historyText } = await import('./inbox/explain-lines.ts');
  await withStore(context, 'audit.read', async ({ store, config }) => {
    const lines = await readAudit(store.db, {
      limit: flags.limit,
      ...(flags.object === undefined ? {} : { about: flags.object }),
      ...(flags.since === undefined ? {} : { sinceMs: timeFlag('--since', flags.since, config.timezone) }),
    });
    const document = lines.map((line) => {
      const { verb, object, outcome, who, unixUser: unix_user } = line;
      return {
        id: String(line.id),
        at: isoTime(line.at),
        who,
        unix_user,
        verb,
        object,
        outcome,
        detail: historyLine(line).detail,
      };
    });
    context.output.print(document, () => lines.map((line) => historyText(historyLine(line), config.timezone)));
    if (lines.length === 0) context.output.say('nothing is in the log');
    else if (lines.length === flags.limit) context.output.say(`the newest ${lines.length}; --limit shows more`);
  });
}
