import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Runs a script of this folder with one JSON argument and resolves with the one message it sends. */
export function runProcess(name, argument, execArgv = []) {
  return new Promise((resolve, reject) => {
    const child = fork(script(name), [JSON.stringify(argument)], { execArgv });
    let message;
    child.on('message', (sent) => {
      message = sent;
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0 && message !== undefined) resolve(message);
      else reject(new Error(`${name} ended with ${code}`));
    });
  });
}

/** Starts the sandbox process; `stop` ends it. */
export function startSandboxProcess(argument) {
  return new Promise((resolve, reject) => {
    const child = fork(script('sandbox-process.mjs'), [JSON.stringify(argument)]);
    child.once('message', (sandbox) => resolve({ sandbox, stop: () => child.disconnect() }));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
  });
}
