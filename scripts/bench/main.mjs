// npm run bench: every figure is a ratio (or a count) within this one run, so that a slow machine changes nothing.
import { benchAttachment, benchEws } from './ews.mjs';
import { benchGrowth } from './growth.mjs';
import { benchImport } from './import.mjs';
import { benchMatching } from './matching.mjs';
import { benchStartup } from './startup.mjs';
import { benchInbox } from './inbox.mjs';

const sections = {
  import: benchImport,
  ews: benchEws,
  attachment: benchAttachment,
  inbox: benchInbox,
  matching: benchMatching,
  startup: benchStartup,
  growth: benchGrowth,
};
const asked = process.argv.slice(2);
let failed = false;
for (const [name, section] of Object.entries(sections)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  for (const { what, figure, target, detail } of await section()) {
    const met = figure <= target;
    failed ||= !met;
    console.log(
      `${met ? 'ok  ' : 'MISS'}  ${figure.toFixed(2).padStart(8)}  target ≤ ${String(target).padEnd(6)}  ${what}${detail ? ` (${detail})` : ''}`,
    );
  }
}
process.exitCode = failed ? 1 : 0;
