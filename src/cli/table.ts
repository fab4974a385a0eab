import { displayWidth, padEnd, terminalText } from '../content/terminal.ts';

export interface Column<Row> {
  readonly title: string;
  /** Text as it is, from mail or from us: it is made safe here. */
  readonly value: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /**
   * The columns that give way when the terminal is too narrow: `first` before the others, down to a few letters, then
   * all that shrink share the loss.
   */
  readonly shrinks?: boolean | 'first';
  /** Applied after padding and cutting, so that colours do not count as width. */
  readonly paint?: (text: string, row: Row) => string;
}

export interface TableOptions {
  /** Columns of the terminal; no cutting where undefined. */
  readonly width: number | undefined;
  readonly paintTitle?: (text: string) => string;
}

const gap = '  ';
const narrowest = 8;

/** Lines of a table, aligned by what a terminal shows; no rows, no lines. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], options: TableOptions): string[] {
  if (rows.length === 0) return [];
  const cells = rows.map((row) => columns.map((column) => terminalText(column.value(row))));
  const widths = fit(columns, naturalWidths(columns, cells), options.width);
  const paintTitle = options.paintTitle ?? ((text: string) => text);
  const line = (texts: readonly string[], paint: (text: string, index: number) => string) =>
    columns.map((column, index) => paint(cell(texts[index] ?? '', widths[index] ?? 0, column.align), index)).join(gap);
  const head = line(
    columns.map((column) => column.title),
    paintTitle,
  );
  const body = rows.map((row, at) =>
    line(cells[at] ?? [], (text, index) => columns[index]?.paint?.(text, row) ?? text),
  );
  return [head, ...body].map((text) => text.trimEnd());
}

function naturalWidths<Row>(columns: readonly Column<Row>[], cells: readonly (readonly string[])[]): number[] {
  return columns.map((column, index) =>
    cells.reduce((width, row) => Math.max(width, displayWidth(row[index] ?? '')), displayWidth(column.title)),
  );
}

function fit<Row>(columns: readonly Column<Row>[], natural: readonly number[], width: number | undefined): number[] {
  const widths = [...natural];
  if (width === undefined) return widths;
  const excess = () => widths.reduce((sum, one) => sum + one, gap.length * (widths.length - 1)) - width;
  const shrink = (may: (column: Column<Row>) => boolean) => {
    for (let over = excess(); over > 0; over -= 1) {
      const widest = columns.reduce((best, column, index) => {
        return may(column) && (widths[index] ?? 0) > (widths[best] ?? narrowest) ? index : best;
      }, -1);
      if (widest < 0) return;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  };
  shrink(({ shrinks }) => shrinks === 'first');
  shrink(({ shrinks = false }) => shrinks !== false);
  return widths;
}

function cell(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = displayWidth(text) > width ? terminalText(text, { width }) : text;
  return align === 'left' ? padEnd(cut, width) : ' '.repeat(Math.max(0, width - displayWidth(cut))) + cut;
}
