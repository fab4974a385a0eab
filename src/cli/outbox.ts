import type { Command } from 'commander';
import { type ErrorReport, IntegratorError, toErrorReport } from '../domain/errors.ts';
import { confirm } from './confirm.ts';
import type { YesFlag } from './confirm.ts';
import type { CommandContext } from './context.ts';
import { exitCodeOfFailures } from './exit-codes.ts';
import { outboxTable } from './outgoing/outbox-table.ts';
import type { OutboxRow } from '../store/outbox.ts';
import { dryRunOption } from './program.ts';
import { withStore } from './with-store.ts';

export function register(noun: Command, context: CommandContext): void {
  noun
    .command('list')
    .description('what is still to be delivered, failed, or unsure, with what to check')
    .option('--all', 'delivered ones too')
    .action((flags: { readonly all?: boolean }) => list(context, flags.all === true));
  noun
    .command('retry')
    .description('try again; what is unsure is looked for first and never sent blindly')
    .argument('[id...]', 'numbers of `outbox list`; default: all that wait or are unsure')
    .addOption(dryRunOption())
    .action((ids: readonly string[], flags: { readonly dryRun?: boolean }) =>
      retry(context, ids, flags.dryRun === true),
    );
  noun
    .command('drop')
    .description('take an entry out for good (administrators)')
    .argument('<id...>', 'numbers of `outbox list`')
    .option('-y, --yes', 'do not ask; needed where nobody can be asked')
    .addOption(dryRunOption())
    .action((ids: readonly string[], flags: DropFlags) => drop(context, ids, flags));
}

interface DropFlags extends YesFlag {
  readonly dryRun?: boolean;
}

async function list(context: CommandContext, done: boolean): Promise<void> {
  const { listOutbox } = await import('../outgoing/outbox.ts');
  const { noteForeignReading } = await import('../inbox/access.ts');
  await withStore(context, 'outbox.read', async ({ store, config, actor }) => {
    const lines = await listOutbox({ store, actor }, { done });
    const mailboxes = lines.flatMap(({ from }) => from ?? []);
    await noteForeignReading(
      { store, config, actor, now: Date.now },
      { command: 'outbox.list', object: 'outbox', mailboxes },
    );
    context.output.print(lines, (page) => outboxTable(lines, page));
    if (lines.length === 0) context.output.say('the outbox is empty');
  });
}

async function retry(context: CommandContext, ids: readonly string[], dryRun: boolean): Promise<void> {
  const { lineOf, listOutbox, requireRow, retryPlan } = await import('../outgoing/outbox.ts');
  const { withOutgoing } = await import('./outgoing/with-outgoing.ts');
  await withOutgoing(context, async (outgoing) => {
    const waiting = (await listOutbox(outgoing, { done: false, kind: 'mail' })).filter(({ state }) => state !== 'dead');
    const rows = [];
    // Oldest first: of a thread, the question before the answer.
    for (const id of ids.length > 0 ? ids : waiting.map((line) => line.id).toReversed())
      rows.push(await requireRow(outgoing, id));
    if (dryRun) {
      const plans = rows.map((row) => ({ id: String(row.id), state: row.state, would: retryPlan(row) }));
      context.output.print(plans, () => plans.map(({ id, would }) => `${id}: ${wouldText[would]}`));
      return;
    }
    const results: Result[] = [];
    for (const row of rows) {
      context.output.progress(`outbox ${row.id}`);
      const delivery = retryPlan(row) === 'nothing' ? lineOf(row) : await outgoing.deliver(row.id);
      const error = 'error' in delivery ? reportOf(delivery.error) : null;
      results.push({ id: String(row.id), state: delivery.state, error });
    }
    context.output.print(results, () => results.map(({ id, state }) => `${id}: ${state}`));
    report(context, results);
  });
}

interface Result {
  readonly id: string;
  readonly state: string;
  readonly error: ErrorReport | null;
}

function reportOf(error: IntegratorError | ErrorReport | null): ErrorReport | null {
  return error instanceof IntegratorError ? toErrorReport(error) : error;
}

function report({ output, setExitCode }: CommandContext, results: readonly Result[]): void {
  for (const { id, error } of results) {
    if (error !== null) output.warn(`${id}: ${[error.message, error.hint ?? []].flat().join('; ')}`);
  }
  const failed = results.filter(({ state }) => state !== 'done' && state !== 'dropped');
  const reasons = failed.map(({ error }) => error?.kind ?? null);
  if (reasons.length > 0) setExitCode(exitCodeOfFailures(reasons, results.length));
}

const wouldText = {
  send: 'would be sent',
  look: 'would be looked for in Sent Items and Drafts, and not sent twice',
  nothing: 'there is nothing to do',
};

async function drop(context: CommandContext, ids: readonly string[], flags: DropFlags): Promise<void> {
  const dryRun = flags.dryRun === true;
  const { dropRow, lineOf, mayHaveDraft, requireRow } = await import('../outgoing/outbox.ts');
  const { usualLeaseMs } = await import('../outgoing/deliver.ts');
  const { openPresence } = await import('../store/presence.ts');
  await withStore(context, 'outbox.drop', async ({ store, config, actor }) => {
    if (!dryRun && !(await confirm(context.output, flags, `Drop ${ids.join(', ')} for good, unsent?`))) {
      context.output.say('nothing was done');
      return;
    }
    const sender = () => Promise.reject(new IntegratorError('bug', 'dropping sends nothing'));
    const presence = openPresence(config.state_dir, store.dialect);
    const deps = { store, config, actor, now: Date.now, sender, presence };
    const rows: OutboxRow[] = [];
    const results: Result[] = [];
    for (const id of ids) {
      try {
        const row = await requireRow(deps, id);
        await dropRow(deps, row, { leaseMs: usualLeaseMs, dryRun });
        rows.push(row);
        results.push({ id, state: 'dropped', error: null });
      } catch (thrown) {
        if (ids.length === 1) throw thrown;
        results.push({ id, state: 'failed', error: toErrorReport(thrown) });
      }
    }
    const lines = rows.map((row) => ({ ...lineOf(row), draft_may_remain: mayHaveDraft(row) }));
    const failed = results.flatMap(({ id, error }) => (error === null ? [] : [{ id, error }]));
    context.output.print({ dry_run: dryRun, dropped: lines, failed }, (page) => outboxTable(lines, page));
    for (const { id, from } of lines.filter(({ draft_may_remain: may }) => may)) {
      context.output.say(`${id}: it was begun, so a draft of it may lie in Drafts of ${from ?? 'its mailbox'}`);
    }
    report(context, results);
  });
}
