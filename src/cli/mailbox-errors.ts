import { terminalText } from '../content/terminal.ts';
import type { ErrorReport } from '../domain/errors.ts';
import { toldAlike } from './alike.ts';
import type { Page } from './output.ts';

interface Outcome {
  readonly mailbox: string;
  readonly error: ErrorReport | null;
}

/** What went wrong with mailboxes, each with the next step to take. */
export function mailboxErrors(outcomes: readonly Outcome[], { style }: Page): string[] {
  const told = outcomes.flatMap(({ mailbox, error }) => {
    if (error === null) return [];
    const hint = error.hint === null ? [] : [`  → ${terminalText(error.hint)}`];
    return [{ mailbox, lines: [terminalText(error.message), ...hint] }];
  });
  return toldAlike(told, outcomes.length).flatMap(({ who, lines: [message, ...hint] }) => [
    style.red(`${who}: ${message}`),
    ...hint,
  ]);
}
