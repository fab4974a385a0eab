import { resolve } from 'node:path';
import type { Command } from 'commander';
import { IntegratorError } from '../../domain/errors.ts';
import { actorName } from '../../domain/policy.ts';
import type { OptOut } from '../../store/opt-outs.ts';
import type { CommandContext } from '../context.ts';
import { count, formatTime, isoTime } from '../format.ts';
import { dryRunOption } from '../program.ts';
import { table } from '../table.ts';
import { type StoreAccess, withStore } from '../with-store.ts';

/** Who wants no campaign mail. */
export function addOptOut(noun: Command, context: CommandContext): void {
  const optOut = noun
    .command('opt-out')
    .description('who wants no campaign mail: add, list, remove')
    .helpCommand(false);
  optOut
    .command('add')
    .description('no campaign writes to them any more')
    .argument('[address...]')
    .option('--file <file.csv>', 'those in its column email or address; - is standard input')
    .addOption(dryRunOption())
    .action((addresses: readonly string[], flags: ChangeFlags) => change(context, 'add', addresses, flags));
  optOut
    .command('remove')
    .description('campaigns may write to them again')
    .argument('<address...>')
    .addOption(dryRunOption())
    .action((addresses: readonly string[], flags: ChangeFlags) => change(context, 'remove', addresses, flags));
  optOut
    .command('list')
    .description('everybody on the list')
    .action(() => list(context));
}

interface ChangeFlags {
  readonly file?: string;
  readonly dryRun?: boolean;
}

async function change(
  context: CommandContext,
  verb: 'add' | 'remove',
  written: readonly string[],
  { file, dryRun = false }: ChangeFlags,
): Promise<void> {
  const { recipientsOf } = await import('../../outgoing/compose.ts');
  const people = recipientsOf([...written, ...(file === undefined ? [] : await addressesIn(context, file))]);
  if (people.length === 0) throw new IntegratorError('usage', 'no address is given: name some, or --file');
  const addresses = people.map(({ address }) => address);
  const changed = await withStore(context, 'ticket.write', (access) => changeList(access, verb, addresses, dryRun));
  context.output.print({ dry_run: dryRun, [verb === 'add' ? 'added' : 'removed']: changed }, () => changed);
  const words = verb === 'add' ? 'added to the list' : 'taken off the list';
  const same = addresses.length - changed.length;
  const rest = same === 0 ? '' : `, ${same} ${verb === 'add' ? 'stood on it before' : 'did not stand on it'}`;
  context.output.say(`${count(changed.length, 'address', 'addresses')} ${words}${rest}${dryRun ? ' (dry run)' : ''}`);
}

async function changeList(
  { store, actor }: StoreAccess,
  verb: 'add' | 'remove',
  addresses: readonly string[],
  dryRun: boolean,
): Promise<string[]> {
  const { addOptOuts, removeOptOuts } = await import('../../store/opt-outs.ts');
  const { audit } = await import('../../store/audit.ts');
  const { rehearse } = await import('../../store/rehearse.ts');
  const work = async (trx: Parameters<typeof addOptOuts>[0]) => {
    const at = Date.now();
    const changed =
      verb === 'add'
        ? await addOptOuts(
            trx,
            addresses.map((address) => ({ address, added_by: actorName(actor), at })),
          )
        : await removeOptOuts(trx, addresses);
    for (const address of changed) await audit(trx, actor, at, { verb: `campaign.opt_out.${verb}`, object: address });
    return changed;
  };
  return dryRun ? rehearse(store, work) : store.write(work);
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
  await withStore(context, 'ticket.read', async ({ store, config }) => {
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
