import { resolve } from 'node:path';
import { terminalText } from '../../content/terminal.ts';
import { exportIncident } from '../../incidents/export/export-incident.ts';
import { verifyExport } from '../../incidents/export/verify.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { count, formatBytes } from '../format.ts';
import { withStore } from '../with-store.ts';

export interface ExportFlags {
  readonly out?: string;
  readonly verify?: string;
}

export async function exportTo(context: CommandContext, incident: string, out: string): Promise<void> {
  const { output } = context;
  const directory = resolve(context.cwd, out);
  const report = await withStore(context, null, ({ store, config, actor }) =>
    exportIncident(
      { store, config, actor, now: Date.now },
      { incident, directory, onMail: (number, of) => output.progress(`mail ${number} of ${of}`) },
    ),
  );
  output.progress('');
  output.print(report, () => [terminalText(`${report.manifest_sha256}  ${directory}/manifest.json`)]);
  const what = `${count(report.mails, 'mail')} (${count(report.originals, 'original')}), ${count(report.files, 'file')}, ${formatBytes(report.bytes)}`;
  if (report.outcome === 'present') output.say(`${report.incident} is there already, whole and unchanged: ${what}`);
  else output.say(`${report.incident}: ${what}; write down the hash above, and check the files with sha256sum -c`);
  for (const problem of report.problems) output.warn(problem);
  if (report.problems.length > 0) context.setExitCode(exitCodes.failure);
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
