import { spawn } from 'node:child_process';
import type { Environment } from './context.ts';

/** Opens an address with whatever this system opens addresses with. A convenience: failures are not told. */
export function openInBrowser(url: string, env: Environment): void {
  const command = browserCommand(env);
  if (command === undefined) return;
  const child = spawn(command.file, [...command.args, url], { detached: true, stdio: 'ignore' });
  child.on('error', () => undefined);
  child.unref();
}

function browserCommand(env: Environment): { file: string; args: readonly string[] } | undefined {
  if (process.platform === 'darwin') return { file: 'open', args: [] };
  if (process.platform === 'win32') return { file: 'rundll32', args: ['url.dll,FileProtocolHandler'] };
  // Without a display xdg-open would start a text browser in the middle of our output.
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? { file: 'xdg-open', args: [] } : undefined;
}
