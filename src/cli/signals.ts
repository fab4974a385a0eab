/** SIGINT and SIGTERM: a first one asks the command to stop, a second one ends the process at once. */

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
    if (received !== null) dieOf(name);
    received = name;
    if (!takenOver) setTimeout(() => exitNow(code), graceMs).unref();
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

/**
 * Ends the process; the next signal kills it. Node waits for its threads when it exits, and one of them may be stuck in
 * a name lookup or a dead network disk.
 */
export function exitNow(code: number): never {
  for (const name of ['SIGINT', 'SIGTERM']) process.removeAllListeners(name);
  process.exit(code);
}

/** What would have happened without us: waits for nothing. A shell shows it as 130 or 143, too. */
function dieOf(name: StopSignal): void {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}
