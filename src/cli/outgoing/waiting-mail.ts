import type { App } from '../../app.ts';
import { terminalText } from '../../content/terminal.ts';
import { toErrorReport, toIntegratorError } from '../../domain/errors.ts';
import type { WaitingCounts, WaitingOptions, WaitingOutcome } from '../../outgoing/deliver-waiting.ts';
import type { CommandContext } from '../context.ts';

export interface WaitingMail {
  /** Delivers what waits in the outbox and is due. */
  round(options?: Pick<WaitingOptions, 'connection' | 'mailbox' | 'onDelivery'>): Promise<WaitingCounts>;
  close(): void;
}

/** The outbox as `run` looks after it. */
export async function openWaitingMail(context: CommandContext, app: App): Promise<WaitingMail> {
  const { deliverDeps } = await import('../../outgoing/delivering.ts');
  const { deliverWaiting } = await import('../../outgoing/deliver-waiting.ts');
  const { openPresence } = await import('../../store/presence.ts');
  const presence = openPresence(app.config.state_dir, app.store.dialect);
  const deps = deliverDeps({ ...app, presence });
  const { concurrency } = app.config;
  return {
    round: (options = {}) => deliverWaiting(deps, { ...options, concurrency, signal: context.signal }),
    close: () => presence.close(),
  };
}

/** Says of one mail how it went, where the service says everything else. */
export async function outcomeTeller(context: CommandContext, now: () => number) {
  const { output } = context;
  if (output.json || output.interactive) {
    return (outcome: WaitingOutcome): void => {
      const line = outcomeJson(outcome);
      output.stream({ at: new Date(now()).toISOString(), ...line }, () => outcomeText(outcome));
    };
  }
  const { createLogger } = await import('../../log/logger.ts');
  const logger = await createLogger({ level: output.verbose ? 'debug' : 'info', stream: process.stderr });
  return (outcome: WaitingOutcome): void => {
    const line = outcomeJson(outcome);
    if (line.error === null) logger.info('waiting mail sent', line);
    else logger.error('waiting mail not sent', line);
  };
}

function outcomeJson({ id, mailbox, delivery }: WaitingOutcome) {
  const error = 'error' in delivery ? toErrorReport(delivery.error) : null;
  return { outbox: String(id), mailbox, state: delivery.state, error };
}

function outcomeText({ id, mailbox, delivery }: WaitingOutcome): string {
  const said = 'error' in delivery ? `, ${toIntegratorError(delivery.error).message}` : '';
  return terminalText(`${mailbox}: outbox ${id} ${delivery.state === 'done' ? 'sent' : delivery.state}${said}`);
}

/** One line of the summary of `run --once`; none where nothing waited. */
export function waitingLines({ done, pending, unsure, dead }: WaitingCounts): string[] {
  const parts = [
    ...(done > 0 ? [`${done} sent`] : []),
    ...(pending > 0 ? [`${pending} tried again later`] : []),
    ...(unsure > 0 ? [`${unsure} unsure`] : []),
    ...(dead > 0 ? [`${dead} given up`] : []),
  ];
  if (parts.length === 0) return [];
  const where = pending + unsure + dead > 0 ? ': integrator outbox list' : '';
  return [`waiting mail: ${parts.join(', ')}${where}`];
}
