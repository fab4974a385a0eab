import { IntegratorError } from '../domain/errors.ts';
import type { Output } from './output.ts';

export interface YesFlag {
  readonly yes?: boolean;
}

/**
 * Whether the person is sure of what cannot be undone. True with --yes, else the person is asked. Throws `usage` where
 * nobody can be asked: a script has to say that it means it.
 */
export async function confirm(output: Output, flags: YesFlag, question: string): Promise<boolean> {
  if (flags.yes === true) return true;
  if (!output.interactive) {
    throw new IntegratorError('usage', 'this cannot be undone, and nobody can be asked here; nothing was done', {
      hint: 'add --yes',
    });
  }
  const { ask } = await import('./inbox/ask.ts');
  return ask(question);
}
