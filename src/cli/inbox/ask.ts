import { createInterface } from 'node:readline/promises';
import { terminalText } from '../../content/terminal.ts';

/** A question on the terminal; only y and yes are a yes. The question may hold text from anywhere. */
export async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${terminalText(question)} [y/N] `);
    return /^\s*y(?:es)?\s*$/iu.test(answer);
  } finally {
    terminal.close();
  }
}
