/*
 * What a spreadsheet skips before it decides whether a cell is a formula: spaces of every kind, controls, byte order
 * marks and other characters without a glyph. Full-width signs count, since spreadsheets set to East Asian languages
 * read them as the plain ones.
 */
const formula = /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}"']*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]/u;
const leadingControl = /^[\t\r\n\0]/u;
/** A CSV file is also looked at in a terminal. */
// oxlint-disable-next-line no-control-regex -- removing them is the point
const controls = /[\0-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/gu;
const needsQuotes = /[",;\r\n\t]|^[\s\ufeff]|[\s\ufeff]$/u;

/**
 * One cell of a CSV file (RFC 4180) that no spreadsheet runs: text that would be a formula gets a leading apostrophe
 * (OWASP ASVS 5.0, 1.2.10). Numbers are ours and stay numbers; null and undefined are an empty cell.
 */
export function csvCell(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = value.replace(controls, '');
  const safe = formula.test(text) || leadingControl.test(value) ? `'${text}` : text;
  return needsQuotes.test(safe) ? `"${safe.replace(/"/gu, '""')}"` : safe;
}

/** One line with its line end. */
export function csvRow(cells: readonly (string | number | boolean | null | undefined)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}
