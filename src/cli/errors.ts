import { CommanderError } from './commander.ts';
import { IntegratorError, toErrorReport, toIntegratorError } from '../domain/errors.ts';
import { redactText } from '../log/redact.ts';
import type { Output } from './output.ts';

/** commander's own complaints become usage errors; `commandPath` ("integrator inbox list") is where help can be had. */
export function toFailure(thrown: unknown, commandPath: string): IntegratorError {
  if (!(thrown instanceof CommanderError)) return toIntegratorError(thrown);
  const help = `${commandPath} --help`;
  if (thrown.code === 'commander.help') {
    return new IntegratorError('usage', 'a command is missing', { hint: help });
  }
  const [message = '', ...suggestion] = thrown.message.replace(/^error: /, '').split('\n');
  const meant = suggestion.join(' ').replace(/^\(|\)$/g, '');
  return new IntegratorError('usage', meant === '' ? message : `${message}; ${lowerFirst(meant)}`, { hint: help });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** With --json the error is the document on stdout; else message and hint are words. A stack is for --verbose and bugs. */
export function printFailure(error: IntegratorError, output: Output): void {
  const { kind, message, hint } = toErrorReport(error);
  const report = { kind, message: redactText(message) || kind, hint: hint === null ? null : redactText(hint) };
  if (output.json) {
    output.print({ error: report }, () => []);
  } else {
    output.warn(report.message);
    const advice = report.hint ?? (kind === 'bug' ? 'this is a bug; --verbose shows where it happened' : null);
    if (advice !== null) output.warn(advice);
  }
  if (output.verbose) output.warn(redactText(stackOf(error)));
}

function stackOf(error: IntegratorError): string {
  const stacks: string[] = [];
  let current: unknown = error;
  for (let depth = 0; current instanceof Error && depth < 8; depth += 1) {
    stacks.push(current.stack ?? current.message);
    current = current.cause;
  }
  return stacks.join('\ncaused by: ');
}
