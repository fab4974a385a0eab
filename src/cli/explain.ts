import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { withInbox } from './inbox/with-inbox.ts';

export function register(explain: Command, context: CommandContext): void {
  explain
    .argument('<message>', 'our id (m12) or its internet message id, with or without angle brackets')
    .action((message: string) => printExplanation(context, message));
}

async function printExplanation(context: CommandContext, message: string): Promise<void> {
  const { explainMail } = await import('../inbox/explain.ts');
  const { explanationLines } = await import('./inbox/explain-lines.ts');
  await withInbox(context, async (deps) => {
    const explanation = await explainMail(deps, message);
    context.output.print(explanation, (page) => explanationLines(explanation, page, deps.config.timezone));
  });
}
