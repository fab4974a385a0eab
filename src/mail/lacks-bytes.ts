/** More than what Exchange adds to the size of a file for its name and the like. */
const overheadBytes = 1_024;

/** Whether nothing came of a file that was announced as something; both in bytes. */
export function lacksBytes(announced: number, came: number): boolean {
  return came === 0 && announced > overheadBytes;
}
