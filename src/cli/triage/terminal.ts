import { emitKeypressEvents } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import type { ScreenSize } from './look.ts';
import type { Key } from './press.ts';

/** The alternate screen, without wrapping: a line that the terminal thinks wider than we do must not push others down. */
const enter = '\u001b[?1049h\u001b[?7l\u001b[?25l\u001b[2J';
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l';

export interface TriageTerminal {
  readonly size: () => ScreenSize;
  /** Draws all rows anew; `cursor` is where something is typed, counted from 1. */
  readonly draw: (lines: readonly string[], cursor: { readonly row: number; readonly column: number } | null) => void;
  /** The next key; null where the size changed, or the signal aborted. */
  readonly key: () => Promise<Key | null>;
  /** A key waits already: what takes time may be put off. */
  readonly hasKeys: () => boolean;
  readonly close: () => void;
}

/** Takes over the terminal until `close`, which also happens by itself when the process ends. */
export function openTerminal(input: ReadStream, output: WriteStream, signal: AbortSignal): TriageTerminal {
  const waiting: (Key | null)[] = [];
  let wake: ((key: Key | null) => void) | null = null;
  const push = (key: Key | null) => {
    if (wake === null) waiting.push(key);
    else wake(key);
    wake = null;
  };
  const onKey = (text: string | undefined, key: { readonly name?: string; readonly ctrl?: boolean } | undefined) =>
    push({ text: text ?? '', name: key?.name ?? '', ctrl: key?.ctrl === true });
  const onChange = () => push(null);
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    input.off('keypress', onKey);
    output.off('resize', onChange);
    signal.removeEventListener('abort', onChange);
    process.off('exit', close);
    input.setRawMode(false);
    input.pause();
    output.write(leave);
  };
  emitKeypressEvents(input);
  input.on('keypress', onKey);
  output.on('resize', onChange);
  signal.addEventListener('abort', onChange);
  process.on('exit', close);
  input.setRawMode(true);
  input.resume();
  output.write(enter);
  return {
    size: () => ({ columns: output.columns, rows: output.rows }),
    draw: (lines, cursor) => output.write(frame(lines, cursor)),
    key: () => {
      const next = waiting.shift();
      if (next !== undefined) return Promise.resolve(next);
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
    hasKeys: () => waiting.some((key) => key !== null),
    close,
  };
}

function frame(lines: readonly string[], cursor: { readonly row: number; readonly column: number } | null): string {
  const drawn = lines.map((line, row) => `\u001b[${row + 1};1H\u001b[0m\u001b[2K${line}`).join('');
  const end = cursor === null ? '\u001b[?25l' : `\u001b[${cursor.row};${cursor.column}H\u001b[?25h`;
  return `\u001b[?25l${drawn}\u001b[0m\u001b[J${end}`;
}
