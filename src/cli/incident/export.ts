import { resolve } from 'node:path';
import { terminalText } from '../../content/terminal.ts';
import { exportIncident, planExport } from '../../incidents/export/export-incident.ts';
import type { ExportPlan, ExportReport } from '../../incidents/export/export-incident.ts';
import { verifyExport } from '../../incidents/export/verify.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { count, formatBytes } from '../format.ts';
import { withStore } from '../with-store.ts';

export interface ExportFlags {
  readonly out?: string;
  readonly verify?: string;
  readonly dryRun?: boolean;
}

export async function exportTo(
  context: CommandContext,
  incident: string,
  { out, dryRun }: { readonly out: string; readonly dryRun: boolean },
): Promise<void> {
  const { output, signal } = context;
  const directory = resolve(context.cwd, out);
  await withStore(context, null, async ({ store, config, actor }) => {
    const deps = { store, config, actor, now: Date.now };
    const onMail = (number: number, of: number) => output.progress(`mail ${number} of ${of}`);
    if (dryRun) sayPlan(context, await planExport(deps, { incident, directory }));
    else report(context, await exportIncident(deps, { incident, directory, signal, onMail }));
  });
}

function sayPlan({ output }: CommandContext, plan: ExportPlan): void {
  const { incident, outcome, directory, mails, originals } = plan;
  const what = `${count(mails, 'mail')} (${count(originals, 'original')})`;
  const would =
    outcome === 'would_write'
      ? `would be written into ${directory}`
      : `would be compared with the export in ${directory}, which is not written over`;
  output.print(plan, () => [terminalText(`${incident}: ${what} ${would}`)]);
  warnOfUnfinished(output, plan);
}

function report({ output, setExitCode }: CommandContext, done: ExportReport): void {
  output.progress('');
  output.print(done, () => [terminalText(`${done.manifest_sha256}  ${done.directory}/manifest.json`)]);
  const what = `${count(done.mails, 'mail')} (${count(done.originals, 'original')}), ${count(done.files, 'file')}, ${formatBytes(done.bytes)}`;
  if (done.outcome === 'present') output.say(`${done.incident} is there already, whole and unchanged: ${what}`);
  else output.say(`${done.incident}: ${what}; write down the hash above, and check the files with sha256sum -c`);
  warnOfUnfinished(output, done);
  for (const problem of done.problems) output.warn(problem);
  if (done.problems.length > 0) setExitCode(exitCodes.failure);
}

function warnOfUnfinished(output: CommandContext['output'], { unfinished }: Pick<ExportPlan, 'unfinished'>): void {
  for (const path of unfinished) {
    output.warn(`${path} holds mail of an export that was killed, or still runs; if none runs, remove it`);
  }
}

export async function verify(context: CommandContext, directory: string): Promise<void> {
  const { output } = context;
  const found = await verifyExport(resolve(context.cwd, directory));
  const ok = found.problems.length === 0;
  output.print({ ok, ...found }, () => [
    terminalText(`${found.manifest_sha256}  ${found.directory}/manifest.json`),
    ...found.problems.map(({ path, problem }) => terminalText(`${path} ${problem}`)),
  ]);
  const by = `exported by ${found.exported_by} at ${found.exported_at}`;
  const result = ok ? 'whole and unchanged' : count(found.problems.length, 'problem');
  output.say(`${found.incident}, ${by}: ${count(found.mails, 'mail')}, ${count(found.files, 'file')}: ${result}`);
  if (!ok) context.setExitCode(exitCodes.failure);
}
