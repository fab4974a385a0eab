import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { filesToSend, sendPlan } from './outgoing/send-plan.ts';
import type { SendingFlags } from './outgoing/send-plan.ts';
import { withOutgoing } from './outgoing/with-outgoing.ts';
import { dryRunOption, secondMailOption } from './program.ts';
import { collect } from './ticketing/edit-store.ts';

export function register(noun: Command, context: CommandContext): void {
  noun
    .command('send')
    .description('send a quotation; the client, quotation_from and quotation_fallback say from which mailbox')
    .requiredOption('--ticket <ticket>', 'its number (OPP-12) or its reference')
    .requiredOption('--file <file>', 'the quotation; can be given several times', collect)
    .requiredOption('--to <address>', 'Name <address> or an address; can be given several times', collect)
    .option('--cc <address>', 'can be given several times', collect)
    .option('--subject <text>', 'default: the template’s, else the ticket’s summary')
    .option('--from <address>', 'where the rules leave the choice')
    .option('--body <file>', 'text, or HTML where its name ends in .html')
    .option('--template <name>', 'a template of outgoing.templates_dir')
    .option('--set <name=value>', 'a variable of the template; can be given several times', collect)
    .addOption(secondMailOption())
    .addOption(dryRunOption())
    .action((flags: QuoteFlags) => send(context, flags));
}

interface QuoteFlags extends SendingFlags {
  readonly ticket: string;
  readonly file: readonly string[];
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly subject?: string;
  readonly from?: string;
  readonly body?: string;
  readonly template?: string;
  readonly set?: readonly string[];
}

async function send(context: CommandContext, flags: QuoteFlags): Promise<void> {
  const { planSend } = await import('../outgoing/send-mail.ts');
  const { requireTicket } = await import('../tickets/local/edit-ticket.ts');
  const { mailContent } = await import('./outgoing/mail-content.ts');
  const files = await filesToSend(context, flags.file);
  await withOutgoing(context, async (outgoing) => {
    const { ticket, to, cc = [], from = null } = flags;
    const { subject: said, body } = await mailContent(context, outgoing, flags);
    const subject = said ?? (await requireTicket(outgoing.store.db, ticket)).summary;
    const request = { ticket, action: 'send_quote', quotation: true, to, cc, bcc: [], subject, from, body, files };
    await sendPlan(context, outgoing, await planSend(outgoing, request), flags);
  });
}
