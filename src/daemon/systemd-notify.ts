import { spawn } from 'node:child_process';

/**
 * Tells systemd how the service is doing (Type=notify). Node cannot speak to a datagram socket, so the system's own
 * `systemd-notify` does it; the unit needs NotifyAccess=all. Without systemd it does nothing.
 */
export interface Notifier {
  ready(): void;
  /** Keeps the watchdog quiet; call it as often as you like. */
  alive(): void;
  stopping(): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function systemdNotifier(env: Environment, now: () => number): Notifier {
  if (env['NOTIFY_SOCKET'] === undefined) return { ready: () => {}, alive: () => {}, stopping: () => {} };
  const everyMs = Number(env['WATCHDOG_USEC'] ?? 0) / 1000 / 2;
  let lastMs = now();
  return {
    ready: () => notify('--ready'),
    alive: () => {
      if (everyMs <= 0 || now() - lastMs < everyMs) return;
      lastMs = now();
      notify('WATCHDOG=1');
    },
    stopping: () => notify('STOPPING=1'),
  };
}

function notify(message: string): void {
  // The helper may be missing or fail: the service works without it.
  spawn('systemd-notify', [message], { stdio: 'ignore' }).on('error', () => {});
}
