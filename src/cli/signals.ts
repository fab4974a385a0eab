/** SIGINT and SIGTERM: ask nicely first, stop at once when asked a second time. */

const exitCodeOfSignal = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof exitCodeOfSignal;

/** How long a command that was asked to stop may take to finish what it is in the middle of. */
const graceMs = 2_000;

export interface Interruption {
  readonly signal: AbortSignal;
  /** 130 or 143 once a signal came, unless the command handles signals itself. */
  readonly exitCode: () => number | null;
  /** From now on a signal only aborts: the command (a service) stops in its own time, with its own exit code. */
  readonly takeOver: () => void;
}

export function watchSignals(): Interruption {
  const controller = new AbortController();
  let takenOver = false;
  let received: StopSignal | null = null;
  const onSignal = (name: StopSignal) => {
    const code = exitCodeOfSignal[name];
    if (received !== null) process.exit(code);
    received = name;
    if (!takenOver) setTimeout(() => process.exit(code), graceMs).unref();
    controller.abort(new Error(`stopped by ${name}`));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    exitCode: () => (received === null || takenOver ? null : exitCodeOfSignal[received]),
    takeOver: () => {
      takenOver = true;
    },
  };
}
