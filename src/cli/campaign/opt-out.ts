import { resolve } from 'node:path';
import type { Command } from 'commander';
import { IntegratorError } from '../../domain/errors.ts';
import type { OptOutChange } from '../../outgoing/campaign/opt-out.ts';
import type { OptOut } from '../../store/opt-outs.ts';
import type { StoreWriter } from '../../store/store.ts';
import type { CommandContext } from '../context.ts';
import { count, formatTime, isoTime } from '../format.ts';
import { dryRunOption } from '../program.ts';
import { table } from '../table.ts';
import { withStore } from '../with-store.ts';

/** Who wants no campaign mail. */
export function addOptOut(noun: Command, context: CommandContext): void {
  const optOut = noun
    .command('opt-out')
    .description('who wants no campaign mail: add, list, remove')
    .helpCommand(false);
  optOut
    .command('add')
    .description('no campaign writes to them any more; mail that waits in the outbox is taken back')
    .argument('[address...]')
    .option('--file <file.csv>', 'those in its column email or address; - is standard input')
    .addOption(dryRunOption())
    .action((addresses: readonly string[], flags: ChangeFlags) => add(context, addresses, flags));
  optOut
    .command('remove')
    .description('campaigns may write to them again')
    .argument('<address...>')
    .addOption(dryRunOption())
    .action((addresses: readonly string[], flags: ChangeFlags) => remove(context, addresses, flags));
  optOut
    .command('list')
    .description('everybody on the list')
    .action(() => list(context));
}

interface ChangeFlags {
  readonly file?: string;
  readonly dryRun?: boolean;
}

async function add(context: CommandContext, written: readonly string[], flags: ChangeFlags): Promise<void> {
  const { optOut } = await import('../../outgoing/campaign/opt-out.ts');
  const { dryRun = false } = flags;
  const addresses = await namedAddresses(context, written, flags);
  const { added, dropped, underWay } = await changeList(context, { addresses, dryRun }, optOut);
  const takenBack = dropped.map(({ outboxId }) => String(outboxId));
  context.output.print({ dry_run: dryRun, added, taken_back: takenBack, under_way: underWay }, () => [...added]);
  const same = addresses.length - added.length;
  sayChange(context, `added to the list${same === 0 ? '' : `, ${same} stood on it before`}`, added, dryRun);
  if (takenBack.length > 0) {
    context.output.say(`${count(takenBack.length, 'waiting mail')} taken out of the outbox: ${takenBack.join(', ')}`);
  }
  if (underWay > 0) {
    context.output.warn(
      `${count(underWay, 'mail')} to them ${underWay === 1 ? 'is' : 'are'} being sent or may have been: integrator outbox list`,
    );
  }
}

async function remove(context: CommandContext, written: readonly string[], flags: ChangeFlags): Promise<void> {
  const { endOptOut } = await import('../../outgoing/campaign/opt-out.ts');
  const { dryRun = false } = flags;
  const addresses = await namedAddresses(context, written, flags);
  const removed = await changeList(context, { addresses, dryRun }, endOptOut);
  context.output.print({ dry_run: dryRun, removed }, () => removed);
  const same = addresses.length - removed.length;
  sayChange(context, `taken off the list${same === 0 ? '' : `, ${same} did not stand on it`}`, removed, dryRun);
}

function sayChange({ output }: CommandContext, words: string, changed: readonly string[], dryRun: boolean): void {
  output.say(`${count(changed.length, 'address', 'addresses')} ${words}${dryRun ? ' (dry run)' : ''}`);
}

async function namedAddresses(
  context: CommandContext,
  written: readonly string[],
  { file }: ChangeFlags,
): Promise<string[]> {
  const { recipientsOf } = await import('../../outgoing/compose.ts');
  const people = recipientsOf([...written, ...(file === undefined ? [] : await addressesIn(context, file))]);
  if (people.length === 0) throw new IntegratorError('usage', 'no address is given: name some, or --file');
  return people.map(({ address }) => address);
}

async function changeList<T>(
  context: CommandContext,
  { addresses, dryRun }: { readonly addresses: readonly string[]; readonly dryRun: boolean },
  work: (trx: StoreWriter, change: OptOutChange) => Promise<T>,
): Promise<T> {
  const { rehearse } = await import('../../store/rehearse.ts');
  return withStore(context, 'client.write', ({ store, actor }) => {
    const changing = (trx: StoreWriter) => work(trx, { actor, nowMs: Date.now(), addresses });
    return dryRun ? rehearse(store, changing) : store.write(changing);
  });
}

async function addressesIn(context: CommandContext, file: string): Promise<string[]> {
  const { openCsv } = await import('../../content/csv-source.ts');
  const { readRecipients } = await import('../../outgoing/campaign/recipients.ts');
  const source = await openCsv(file === '-' ? file : resolve(context.cwd, file), process.stdin);
  const { rows } = await readRecipients(source);
  return rows.map((row) => {
    if (row.kind === 'recipient') return row.person.address;
    throw new IntegratorError('usage', `${file}, row ${row.row}: ${row.error.message}; nothing was changed`);
  });
}

async function list(context: CommandContext): Promise<void> {
  const { listOptOuts } = await import('../../store/opt-outs.ts');
  await withStore(context, 'client.read', async ({ store, config }) => {
    const rows = await listOptOuts(store.db);
    const document = rows.map(({ address, added_by, at }) => ({ address, added_by, added_at: isoTime(at) }));
    const columns = [
      { title: 'ADDRESS', value: ({ address }: OptOut) => address, shrinks: true },
      { title: 'ADDED', value: ({ at }: OptOut) => formatTime(at, config.timezone) },
      { title: 'BY', value: ({ added_by }: OptOut) => added_by },
    ];
    context.output.print(document, (page) => table(columns, rows, { width: page.width, paintTitle: page.style.dim }));
    if (rows.length === 0) context.output.say('nobody has opted out');
  });
}
