import type { Command } from 'commander';
import { IntegratorError } from '../domain/errors.ts';
import type { CommandContext } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { outboxTable } from './outgoing/outbox-table.ts';
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
    .addOption(dryRunOption())
    .action((ids: readonly string[], flags: { readonly dryRun?: boolean }) =>
      drop(context, ids, flags.dryRun === true),
    );
}

async function list(context: CommandContext, done: boolean): Promise<void> {
  const { listOutbox } = await import('../outgoing/outbox.ts');
  await withStore(context, 'outbox.read', async ({ store, actor }) => {
    const lines = await listOutbox({ store, actor }, { done });
    context.output.print(lines, (page) => outboxTable(lines, page));
    if (lines.length === 0) context.output.say('the outbox is empty');
  });
}

async function retry(context: CommandContext, ids: readonly string[], dryRun: boolean): Promise<void> {
  const { listOutbox, requireRow, retryPlan } = await import('../outgoing/outbox.ts');
  const { withOutgoing } = await import('./outgoing/with-outgoing.ts');
  await withOutgoing(context, async (outgoing) => {
    const waiting = (await listOutbox(outgoing, { done: false, kind: 'mail' })).filter(({ state }) => state !== 'dead');
    const rows = [];
    for (const id of ids.length > 0 ? ids : waiting.map((line) => line.id)) rows.push(await requireRow(outgoing, id));
    if (dryRun) {
      const plans = rows.map((row) => ({ id: String(row.id), state: row.state, would: retryPlan(row) }));
      context.output.print(plans, () => plans.map(({ id, would }) => `${id}: ${wouldText[would]}`));
      return;
    }
    const results: { readonly id: string; readonly state: string }[] = [];
    for (const { id, state } of rows) {
      context.output.progress(`outbox ${id}`);
      const delivery = state === 'done' ? { state } : await outgoing.deliver(id);
      results.push({ id: String(id), state: delivery.state });
      if ('error' in delivery) context.output.warn([delivery.error.message, delivery.error.hint].join('; '));
    }
    context.output.print(results, () => results.map(({ id, state }) => `${id}: ${state}`));
    if (results.some(({ state }) => state !== 'done')) context.setExitCode(exitCodes.tryAgain);
  });
}

const wouldText = {
  send: 'would be sent',
  look: 'would be looked for in Sent Items and Drafts, and not sent twice',
  nothing: 'there is nothing to do',
};

async function drop(context: CommandContext, ids: readonly string[], dryRun: boolean): Promise<void> {
  const { dropRow, lineOf, requireRow } = await import('../outgoing/outbox.ts');
  const { usualLeaseMs } = await import('../outgoing/deliver.ts');
  const { openPresence } = await import('../store/presence.ts');
  await withStore(context, 'outbox.drop', async ({ store, config, actor }) => {
    const sender = () => Promise.reject(new IntegratorError('bug', 'dropping sends nothing'));
    const presence = openPresence(config.state_dir, store.dialect);
    const deps = { store, config, actor, now: Date.now, sender, presence };
    const rows = [];
    for (const id of ids) rows.push(await requireRow(deps, id));
    for (const row of rows) await dropRow(deps, row, { leaseMs: usualLeaseMs, dryRun });
    const lines = rows.map(lineOf);
    context.output.print({ dry_run: dryRun, dropped: lines }, (page) => outboxTable(lines, page));
  });
}
