import type { CampaignRow } from '../../outgoing/campaign/send.ts';
import type { Output } from '../output.ts';

const width = 24;
const tried: ReadonlySet<CampaignRow['state']> = new Set(['sent', 'pending', 'failed', 'unsure', 'under_way']);

/** How far a campaign came, on a terminal: a bar, counts, and why nothing moves. */
export function progressLine(output: Output) {
  let total = 0;
  let done = 0;
  let sent = 0;
  const show = (more: string) => {
    const filled = total === 0 ? 0 : Math.round((width * done) / total);
    const bar = `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]`;
    const failed = done === sent ? '' : `, ${done - sent} not sent`;
    output.progress(`${bar} ${done}/${total}${failed}${more}`);
  };
  return {
    start: (mails: number): void => {
      total = mails;
      show('');
    },
    row: ({ state }: CampaignRow): void => {
      if (!tried.has(state)) return;
      done += 1;
      if (state === 'sent') sent += 1;
      show('');
    },
    /** For the mailbox's turn under outgoing.max_per_minute. */
    wait: (untilMs: number): void => {
      show(`, the next one in ${Math.max(1, Math.ceil((untilMs - Date.now()) / 1000))} s`);
    },
  };
}
