import type { Command } from 'commander';
import { IntegratorError } from '../domain/errors.ts';
import type { CommandContext } from './context.ts';
import { filesToSend, sendPlan } from './outgoing/send-plan.ts';
import type { SendingFlags } from './outgoing/send-plan.ts';
import { outboxTable } from './outgoing/outbox-table.ts';
import { withOutgoing } from './outgoing/with-outgoing.ts';
import { dryRunOption, secondMailOption } from './program.ts';
import { collect } from './ticketing/edit-store.ts';
import { withStore } from './with-store.ts';

export function register(noun: Command, context: CommandContext): void {
  noun
    .command('send')
    .description('send a mail from the mailbox the rules choose; it becomes an action of the ticket')
    .requiredOption('--ticket <ticket>', 'its number (OPP-12) or its reference')
    .option('--action <action>', 'an action of outgoing.actions', 'email_customer')
    .requiredOption('--to <address>', 'Name <address> or an address; can be given several times', collect)
    .option('--cc <address>', 'can be given several times', collect)
    .option('--bcc <address>', 'can be given several times', collect)
    .option('--subject <text>', 'default: the template’s')
    .option('--from <address>', 'where the rules leave the choice')
    .option('--body <file>', 'text, or HTML where its name ends in .html')
    .option('--template <name>', 'a template of outgoing.templates_dir in the place of --subject and --body')
    .option('--set <name=value>', 'a variable of the template; can be given several times', collect)
    .option('--attach <file>', 'up to 150 MB; can be given several times', collect)
    .addOption(secondMailOption())
    .addOption(dryRunOption())
    .action((flags: SendFlags) => send(context, flags));
  noun
    .command('reply')
    .description('answer a mail in its thread, from the mailbox it is in')
    .argument('<mail>', 'our id (m12) or its internet message id')
    .requiredOption('--body <file>', 'the new part: text, or HTML where its name ends in .html')
    .option('--all', 'also to all others who got it')
    .option('--cc <address>', 'can be given several times', collect)
    .option('--attach <file>', 'can be given several times', collect)
    .addOption(secondMailOption())
    .addOption(dryRunOption())
    .action((mail: string, flags: ReplyFlags) => reply(context, mail, flags));
  noun
    .command('list')
    .description('mail sent from here, newest first')
    .option('--ticket <ticket>', 'of this ticket')
    .action((flags: { readonly ticket?: string }) => list(context, flags.ticket));
}

interface SendFlags extends SendingFlags {
  readonly ticket: string;
  readonly action: string;
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly subject?: string;
  readonly from?: string;
  readonly body?: string;
  readonly template?: string;
  readonly set?: readonly string[];
  readonly attach?: readonly string[];
}

async function send(context: CommandContext, flags: SendFlags): Promise<void> {
  const { planSend } = await import('../outgoing/send-mail.ts');
  const { mailContent } = await import('./outgoing/mail-content.ts');
  const files = await filesToSend(context, flags.attach ?? []);
  await withOutgoing(context, async (outgoing) => {
    const { ticket, action, to, cc = [], bcc = [], from = null } = flags;
    if (flags.body === undefined && flags.template === undefined && files.length === 0) nothingToSay();
    const { subject = noSubject(), body } = await mailContent(context, outgoing, flags);
    const quotation = action === 'send_quote';
    const plan = await planSend(outgoing, { ticket, action, quotation, to, cc, bcc, subject, from, body, files });
    await sendPlan(context, outgoing, plan, flags);
  });
}

function nothingToSay(): never {
  throw new IntegratorError('usage', 'the mail is empty', { hint: 'add --body, --template or --attach' });
}

function noSubject(): never {
  throw new IntegratorError('usage', 'the mail has no subject', { hint: 'add --subject, or --template' });
}

interface ReplyFlags extends SendingFlags {
  readonly body: string;
  readonly all?: boolean;
  readonly cc?: readonly string[];
  readonly attach?: readonly string[];
}

async function reply(context: CommandContext, name: string, flags: ReplyFlags): Promise<void> {
  const { planReply } = await import('../outgoing/reply.ts');
  const { requireItem } = await import('../inbox/find-mail.ts');
  const { bodyOf } = await import('./outgoing/mail-content.ts');
  const body = await bodyOf(context, flags.body);
  const files = await filesToSend(context, flags.attach ?? []);
  await withOutgoing(context, async (outgoing) => {
    const item = await requireItem(outgoing, name);
    const plan = await planReply(outgoing, { item, name, all: flags.all === true, cc: flags.cc ?? [], body, files });
    await sendPlan(context, outgoing, plan, flags);
  });
}

async function list(context: CommandContext, name: string | undefined): Promise<void> {
  const { listOutbox } = await import('../outgoing/outbox.ts');
  const { requireTicket } = await import('../tickets/local/edit-ticket.ts');
  const { noteForeignReading } = await import('../inbox/access.ts');
  await withStore(context, 'outbox.read', async ({ store, config, actor }) => {
    const ticket = name === undefined ? undefined : (await requireTicket(store.db, name)).id;
    const filter = { done: true, kind: 'mail', ...(ticket === undefined ? {} : { ticket }) };
    const lines = await listOutbox({ store, actor }, filter);
    const seen = { command: 'mail.list', object: ticket ?? 'mail', mailboxes: lines.flatMap(({ from }) => from ?? []) };
    await noteForeignReading({ store, config, actor, now: Date.now }, seen);
    context.output.print(lines, (page) => outboxTable(lines, page));
    if (lines.length === 0) context.output.say('no mail was sent from here');
  });
}
