import type { WriteStream } from 'node:tty';
import { safeJson } from '../content/safe-json.ts';
import { terminalText } from '../content/terminal.ts';
import { type Style, createStyle } from './style.ts';

export interface OutputFlags {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

/** What a human rendering may need to know of the place it is printed at. */
export interface Page {
  readonly style: Style;
  /** Columns of the terminal; undefined where output is no terminal, and nothing is cut. */
  readonly width: number | undefined;
}

/** Data goes to stdout, words go to stderr. */
export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Standard input and output are a terminal: a question may be asked. */
  readonly interactive: boolean;
  readonly page: Page;
  /**
   * The result of the command: with --json the document, else the lines that `render` makes of it. Text from mail must
   * have gone through `terminalText` or `table` before it is returned from `render`.
   */
  readonly print: (document: unknown, render: (page: Page) => readonly string[] | string) => void;
  /** One line of JSON lines output, or of a human stream. */
  readonly stream: (document: unknown, render: (page: Page) => string) => void;
  /** Words for a person: what was done, what to do next. Silent with --quiet. May hold text from anywhere. */
  readonly say: (message: string) => void;
  /** As `say`, but also with --quiet. */
  readonly warn: (message: string) => void;
  /** Replaces the progress line on a terminal; '' takes it away. Nothing elsewhere. */
  readonly progress: (message: string) => void;
}

type Stream = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;

export interface Streams {
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: Stream;
  readonly stderr: Stream;
}

export function createOutput(flags: OutputFlags, streams: Streams): Output {
  const { stdout, stderr } = streams;
  const page: Page = {
    style: createStyle(flags.color && stdout.isTTY === true),
    width: stdout.isTTY === true ? columnsOf(stdout) : undefined,
  };
  const showsProgress = stderr.isTTY === true && !flags.quiet && !flags.json;
  let progressShown = false;
  const progress = (message: string) => {
    if (!showsProgress) return;
    const line = terminalText(message, { width: columnsOf(stderr) - 1 });
    if (progressShown || line !== '') stderr.write(`\r\u001b[K${line}`);
    progressShown = line !== '';
  };
  const write = (stream: Stream, text: string) => {
    progress('');
    stream.write(text.endsWith('\n') || text === '' ? text : `${text}\n`);
  };
  const words = (message: string) => write(stderr, terminalText(message, { multiline: true }));
  return {
    json: flags.json,
    quiet: flags.quiet,
    verbose: flags.verbose,
    interactive: streams.stdin.isTTY === true && stdout.isTTY === true && !flags.json,
    page,
    print: (document, render) => {
      write(stdout, flags.json ? safeJson(document, 2) : joined(render(page)));
    },
    stream: (document, render) => {
      write(stdout, flags.json ? safeJson(document) : render(page));
    },
    say: (message) => {
      if (!flags.quiet) words(message);
    },
    warn: words,
    progress,
  };
}

/** A terminal that does not know its size (0 columns) is taken for one of the usual width. */
function columnsOf({ columns = 0 }: Stream): number {
  return columns > 0 ? columns : 80;
}

function joined(lines: readonly string[] | string): string {
  return typeof lines === 'string' ? lines : lines.join('\n');
}
