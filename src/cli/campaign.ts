import type { Command } from 'commander';
import type { CampaignLine } from '../store/campaigns.ts';
import { addOptOut } from './campaign/opt-out.ts';
import type { CampaignFlags } from './campaign/send.ts';
import type { CommandContext } from './context.ts';
import { formatTime, isoTime } from './format.ts';
import { dryRunOption } from './program.ts';
import { table } from './table.ts';
import { collect } from './ticketing/edit-store.ts';
import { withStore } from './with-store.ts';

const aboutFile = `
The file: UTF-8, commas, a header line. The column email (or address) says whom to write to; all columns are variables
of the template, "First name" as {{ first_name }}. A template has {{ agent.name }}, {{ agent.email }} and
{{ unsubscribe }} (a mailto: link), too.

A campaign writes to each address once: stopped, it goes on where it was when it is started again, and a changed file
or template reaches only those who were not written to before. --name makes it another campaign.`;

export function register(noun: Command, context: CommandContext): void {
  noun
    .command('send')
    .description('send a template to everybody in a CSV file, each by a mail of their own')
    .argument('<file.csv>', 'the recipients; - is standard input')
    .requiredOption('--template <name>', 'a template of outgoing.templates_dir')
    .option('--name <name>', 'of the campaign; default: the template’s name')
    .option('--action <action>', 'an action of outgoing.actions', 'campaign')
    .option('--from <address>', 'where the rules leave the choice')
    .option('--ticket <ticket>', 'each mail becomes an action of this ticket')
    .option('--attach <file>', 'can be given several times', collect)
    .option('--skip-bad', 'send to the others although some rows are wrong')
    .option('-y, --yes', 'do not ask')
    .addOption(dryRunOption())
    .addHelpText('after', aboutFile)
    .action(async (file: string, flags: CampaignFlags) => {
      const { sendFile } = await import('./campaign/send.ts');
      await sendFile(context, file, flags);
    });
  noun
    .command('list')
    .description('campaigns that were begun, newest first')
    .action(() => list(context));
  addOptOut(noun, context);
}

async function list(context: CommandContext): Promise<void> {
  const { listCampaigns } = await import('../store/campaigns.ts');
  await withStore(context, 'outbox.read', async ({ store, config }) => {
    const campaigns = await listCampaigns(store.db);
    const document = campaigns.map(({ name, template, started_by, started_at, recipients, done }) => {
      return { name, template, started_by, started_at: isoTime(started_at), recipients, sent: done };
    });
    const columns = [
      { title: 'CAMPAIGN', value: ({ name }: CampaignLine) => name, shrinks: true },
      { title: 'TEMPLATE', value: ({ template }: CampaignLine) => template, shrinks: true },
      { title: 'SENT', value: ({ done, recipients }: CampaignLine) => `${done}/${recipients}` },
      { title: 'BEGUN', value: ({ started_at }: CampaignLine) => formatTime(started_at, config.timezone) },
      { title: 'BY', value: ({ started_by }: CampaignLine) => started_by },
    ];
    context.output.print(document, (page) =>
      table(columns, campaigns, { width: page.width, paintTitle: page.style.dim }),
    );
    if (campaigns.length === 0) context.output.say('no campaign was sent yet');
  });
}
