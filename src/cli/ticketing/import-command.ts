import { resolve } from 'node:path';
import type { Command } from 'commander';
import { terminalText } from '../../content/terminal.ts';
import type { RowImporter, RowReport } from '../../tickets/local/import/import-csv.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { count } from '../format.ts';
import { dryRunOption } from '../program.ts';
import { withStore } from '../with-store.ts';
import { changeText, editBasis } from './edit-store.ts';
import type { DryRunFlag } from './edit-store.ts';

const cellRules = `They come in any order. An empty cell leaves what is there; any other replaces it. Several values in one
cell are separated by semicolons (in quotes where semicolons separate the cells). Each row is imported as a whole or not at all; exit 1 when one failed.`;

export interface Importing {
  /** The columns as the help lists them. */
  readonly columns: string;
  readonly verb: 'ticket.open' | 'client.write';
  readonly loadRows: () => Promise<RowImporter>;
}

/** `import <file.csv>` of a noun; exits 1 where a row failed (trying again would not help it). */
export function addImport(noun: Command, context: CommandContext, { columns, verb, loadRows }: Importing): void {
  noun
    .command('import')
    .description('create and update them from a CSV file')
    .argument('<file.csv>', 'UTF-8, commas or semicolons, a header line; - is standard input')
    .addOption(dryRunOption())
    .addHelpText('after', `\nColumns: ${columns}.\n${cellRules}`)
    .action((file: string, flags: DryRunFlag) =>
      importFile(context, { file, dryRun: flags.dryRun === true, verb, loadRows }),
    );
}

async function importFile(
  context: CommandContext,
  { file, dryRun, verb, loadRows }: Omit<Importing, 'columns'> & { readonly file: string; readonly dryRun: boolean },
): Promise<void> {
  const { output } = context;
  const { openCsv } = await import('../../content/csv-source.ts');
  const { importCsv } = await import('../../tickets/local/import/import-csv.ts');
  const rows: RowReport[] = [];
  const onRow = (report: RowReport): void => {
    if (output.json) rows.push(report);
    else output.stream(report, () => rowText(report));
    output.progress(`row ${report.row}`);
  };
  const { ignoredColumns, totals } = await withStore(context, verb, async ({ store, config, actor }) => {
    const edit = editBasis(config, actor);
    const source = await openCsv(file === '-' ? file : resolve(context.cwd, file), process.stdin);
    return importCsv({ store, source, importer: await loadRows(), edit, dryRun, onRow });
  });
  output.progress('');
  if (output.json) output.print({ file, dry_run: dryRun, ignored_columns: ignoredColumns, totals, rows }, () => []);
  for (const column of ignoredColumns) output.warn(`the column "${column}" is not known and was ignored`);
  const { created, updated, unchanged, failed } = totals;
  const done = `${count(created + updated + unchanged + failed, 'row')}: ${created} created, ${updated} updated, ${unchanged} unchanged, ${failed} failed`;
  if (!output.json) output.say(dryRun ? `${done} (dry run: nothing was changed)` : done);
  if (failed > 0) context.setExitCode(exitCodes.failure);
}

function rowText({ row, outcome, id, changes, error }: RowReport): string {
  const start = `row ${String(row).padEnd(5)} ${outcome.padEnd(9)}`;
  if (error !== null) return terminalText(`${start}  ${error.message}${error.hint === null ? '' : `; ${error.hint}`}`);
  const what = outcome === 'updated' ? `  ${changes.map(changeText).join('; ')}` : '';
  return terminalText(`${start}  ${id ?? ''}${what}`);
}
