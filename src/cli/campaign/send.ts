import { resolve } from 'node:path';
import { openCsv } from '../../content/csv-source.ts';
import { loadTemplate } from '../../content/template.ts';
import { planCampaign, type CampaignPlan } from '../../outgoing/campaign/plan.ts';
import { readRecipients } from '../../outgoing/campaign/recipients.ts';
import { type CampaignRow, type CampaignRun, sendCampaign } from '../../outgoing/campaign/send.ts';
import type { CommandContext } from '../context.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { filesToSend } from '../outgoing/send-plan.ts';
import { type Outgoing, withOutgoing } from '../outgoing/with-outgoing.ts';
import { progressLine } from './progress.ts';
import { planDocument, previewLines, rowJson, rowLines, runWords, summaryWords, tenantLimitWords } from './words.ts';

export interface CampaignFlags {
  readonly template: string;
  readonly name?: string;
  readonly action: string;
  readonly from?: string;
  readonly ticket?: string;
  readonly attach?: readonly string[];
  readonly skipBad?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export async function sendFile(context: CommandContext, file: string, flags: CampaignFlags): Promise<void> {
  const files = await filesToSend(context, flags.attach ?? []);
  const progress = progressLine(context.output);
  await withOutgoing(
    context,
    async (outgoing) => {
      const { name = flags.template, action, from = null, ticket = null } = flags;
      const template = await loadTemplate(outgoing.config.outgoing.templates_dir, flags.template);
      const source = await openCsv(file === '-' ? file : resolve(context.cwd, file), process.stdin);
      const { rows, ignoredColumns } = await readRecipients(source);
      for (const column of ignoredColumns) {
        context.output.warn(`the column "${column}" cannot be a variable: its name is not a word`);
      }
      const plan = await planCampaign(outgoing, { name, template, rows, action, from, ticket, files });
      if (await mayStart(context, plan, flags)) await send(context, outgoing, plan, progress);
    },
    { onWait: (_, untilMs) => progress.wait(untilMs) },
  );
}

/** Shows what would be sent; false where it is not to be: a rehearsal, a wrong row, nobody left, or a person said no. */
async function mayStart(context: CommandContext, plan: CampaignPlan, flags: CampaignFlags): Promise<boolean> {
  const { output } = context;
  const toSend = plan.rows.filter(({ state }) => state === 'to_send').length;
  const bad = plan.rows.filter(({ state }) => state === 'bad').length;
  const refused = bad > 0 && flags.skipBad !== true;
  if (plan.templateChanged) {
    output.warn(`the template was another one when the campaign began; --name makes a new campaign, to everybody`);
  }
  if (flags.dryRun === true || refused || toSend === 0) {
    const rows = plan.rows.map((row) => rowJson(asPlanned(row, flags.dryRun === true && !refused)));
    const document = { dry_run: flags.dryRun === true, ...planDocument(plan), rows, stopped: null };
    output.print(document, () => [
      ...rowLines(
        plan.rows.map((row) => asPlanned(row, true)),
        output.verbose,
      ),
      ...previewLines(plan),
    ]);
    output.say(summaryWords(plan));
    const limit = flags.dryRun === true ? tenantLimitWords(plan) : '';
    if (limit !== '') output.say(limit);
    if (refused) output.warn('nothing is sent while rows are wrong: mend them, or send to the others with --skip-bad');
    if (refused) context.setExitCode(exitCodes.usage);
    return false;
  }
  if (!output.interactive || flags.yes === true) return true;
  output.say(previewLines(plan).join('\n'));
  output.say(summaryWords(plan));
  const { ask } = await import('../inbox/ask.ts');
  const sure = await ask(`Send ${toSend === 1 ? 'this mail' : `these ${toSend} mails`} from ${plan.from.address}?`);
  if (!sure) output.say('nothing was sent');
  return sure;
}

/** A row before anything was sent. */
function asPlanned(row: CampaignPlan['rows'][number], wouldSend: boolean) {
  const place = { row: row.row, to: row.to, outboxId: null, error: row.state === 'bad' ? row.error : null };
  if (row.state !== 'to_send') return { ...place, state: row.state };
  return { ...place, state: wouldSend ? ('would_send' as const) : ('not_sent' as const) };
}

async function send(
  context: CommandContext,
  outgoing: Outgoing,
  plan: CampaignPlan,
  progress: ReturnType<typeof progressLine>,
): Promise<void> {
  const { output, signal } = context;
  progress.start(plan.rows.filter(({ state }) => state === 'to_send').length);
  const run = await sendCampaign(outgoing, plan, { deliver: outgoing.deliver, onRow: progress.row, signal });
  output.progress('');
  const stopped = run.stopped === null || run.stopped === 'signal' ? run.stopped : run.stopped.message;
  const document = { dry_run: false, ...planDocument(plan), rows: run.rows.map(rowJson), stopped };
  output.print(document, () => rowLines(run.rows, output.verbose));
  output.say(runWords(plan, run));
  setExit(context, run);
}

const unfinished: ReadonlySet<CampaignRow['state']> = new Set(['pending', 'failed', 'unsure', 'under_way', 'not_sent']);

function setExit(context: CommandContext, { rows, stopped }: CampaignRun): void {
  if (!rows.some(({ state }) => unfinished.has(state))) return;
  const sent = rows.some(({ state }) => state === 'sent');
  const whole = stopped !== null && stopped !== 'signal' && !sent;
  context.setExitCode(whole ? exitCodeOf(stopped.kind) : exitCodes.tryAgain);
}
