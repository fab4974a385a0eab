import type { Command } from 'commander';
import { IntegratorError } from '../domain/errors.ts';
import type { CommandContext } from './context.ts';
import type { ExportFlags } from './incident/export.ts';
import type { NotifyFlags } from './incident/notify.ts';
import type { ReplyFlags } from './incident/reply.ts';
import { dryRunOption, secondMailOption } from './program.ts';
import { collect } from './ticketing/edit-store.ts';

const incidentArgument = 'its number (INC-7) or its reference';

export function register(noun: Command, context: CommandContext): void {
  noun
    .command('notify')
    .description('send a template to business units, one mail each; who was written to already is left alone')
    .argument('<incident>', incidentArgument)
    .requiredOption('--template <name>', 'a template of outgoing.templates_dir')
    .option('--units <a,b>', 'business units; default: those the incident has')
    .option('--unit <name>', 'the same, one at a time; can be given several times', collect)
    .option('--from <address>', 'where you may use several mailboxes that track incidents')
    .addOption(dryRunOption())
    .action(async (incident: string, flags: NotifyFlags) => {
      const { notify } = await import('./incident/notify.ts');
      await notify(context, incident, flags);
    });
  noun
    .command('mails')
    .description('mail on an incident, oldest first: of which unit, in or out, sender verified or not')
    .argument('<incident>', incidentArgument)
    .action((incident: string) => mails(context, incident));
  noun
    .command('reply')
    .description('answer a mail on an incident in its thread, from the team mailbox that has it')
    .argument('<incident>', incidentArgument)
    .option('--to <unit or mail>', 'a unit, whose newest mail is answered, or the id of a mail (m12)')
    .requiredOption('--body <file>', 'the new part: text, or HTML where its name ends in .html')
    .option('--all', 'also to all others who got it')
    .option('--to-reply-address', 'also where its Reply-To is outside the unit that is answered')
    .option('--cc <address>', 'can be given several times', collect)
    .option('--attach <file>', 'can be given several times', collect)
    .addOption(secondMailOption())
    .addOption(dryRunOption())
    .action(async (incident: string, flags: ReplyFlags) => {
      const { reply } = await import('./incident/reply.ts');
      await reply(context, incident, flags);
    });
  noun
    .command('export')
    .description('write all that is on an incident into a directory, with hashes; or check such a directory')
    .argument('[incident]', incidentArgument)
    .option('--out <dir>', 'a directory that is not there yet, or empty')
    .option('--verify <dir>', 'compare an export with its manifest; exit 1 where anything was changed')
    .addOption(dryRunOption())
    .action((incident: string | undefined, flags: ExportFlags) => exportOrVerify(context, incident, flags));
}

async function mails(context: CommandContext, name: string): Promise<void> {
  const { incidentMails } = await import('../incidents/mails.ts');
  const { mailsTable } = await import('./incident/mails-table.ts');
  const { withStore } = await import('./with-store.ts');
  await withStore(context, null, async ({ store, config, actor }) => {
    const found = await incidentMails({ store, config, actor, now: Date.now }, name);
    context.output.print(found.mails, (page) => mailsTable(found.mails, page, config.timezone));
    if (found.mails.length === 0) context.output.say(`there is no mail on ${found.incident} yet`);
    if (found.hidden > 0) context.output.warn(`${found.hidden} more in mailboxes that are not yours`);
  });
}

async function exportOrVerify(context: CommandContext, name: string | undefined, flags: ExportFlags): Promise<void> {
  const { exportTo, verify } = await import('./incident/export.ts');
  if (flags.verify !== undefined) {
    if (name !== undefined || flags.out !== undefined || flags.dryRun === true) {
      throw new IntegratorError('usage', '--verify checks a directory and takes nothing else');
    }
    await verify(context, flags.verify);
    return;
  }
  if (name === undefined || flags.out === undefined) {
    throw new IntegratorError('usage', name === undefined ? 'which incident?' : '--out is missing', {
      hint: 'integrator incident export INC-7 --out evidence, or --verify evidence',
    });
  }
  await exportTo(context, name, { out: flags.out, dryRun: flags.dryRun === true });
}
