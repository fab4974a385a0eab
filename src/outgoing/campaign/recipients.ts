import type { CsvSource } from '../../content/csv-source.ts';
import { readCsvTable } from '../../content/csv-table.ts';
import { headerText } from '../../content/header-line.ts';
import { IntegratorError, toIntegratorError } from '../../domain/errors.ts';
import type { Person } from '../../domain/message.ts';
import { recipientOf } from '../compose.ts';

/** `row` counts as spreadsheets do. */
export type RecipientRow =
  | {
      readonly kind: 'recipient';
      readonly row: number;
      readonly person: Person;
      /** All cells that are not empty, by the name of their column. */
      readonly variables: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'bad'; readonly row: number; readonly to: string; readonly error: IntegratorError };

export interface RecipientFile {
  readonly rows: readonly RecipientRow[];
  /** Columns whose names no template can write. */
  readonly ignoredColumns: readonly string[];
}

const columns = {
  required: ['email'],
  optional: ['name'],
  aliases: new Map([
    ['e_mail', 'email'],
    // Beside a column of e-mail addresses it is where somebody lives.
    ['address', 'email'],
  ]),
  others: true,
};

/** The recipients of a campaign. Throws `usage` where the file as a whole is of no use. */
export async function readRecipients(source: CsvSource): Promise<RecipientFile> {
  const table = await readCsvTable(source, columns);
  const rows: RecipientRow[] = [];
  for await (const row of table.rows) {
    if (row.kind === 'broken') {
      rows.push({ kind: 'bad', row: row.row, to: '', error: new IntegratorError('usage', row.problem) });
      continue;
    }
    rows.push(recipientIn(row.row, row.cells));
  }
  return { rows, ignoredColumns: table.ignoredColumns };
}

function recipientIn(row: number, cells: ReadonlyMap<string, string>): RecipientRow {
  const to = cells.get('email') ?? '';
  try {
    if (to === '') throw new IntegratorError('usage', 'there is no address');
    const { name, address } = recipientOf(to);
    const person = { name: headerText(cells.get('name') ?? name, 'the name'), address };
    return { kind: 'recipient', row, person, variables: { ...Object.fromEntries(cells), email: address } };
  } catch (error) {
    return { kind: 'bad', row, to, error: toIntegratorError(error) };
  }
}
