import { normalizeAddress } from '../config/addresses.ts';
import type { Config } from '../config/schema.ts';
import { didYouMean } from '../config/suggest.ts';
import { IntegratorError } from '../domain/errors.ts';

export interface Narrowing {
  readonly connection?: string | undefined;
  readonly mailbox?: string | undefined;
}

/**
 * Checks which connection or mailbox a command is narrowed to: an unknown name is a slip (`usage`), not an empty run.
 * `further` are addresses that this command knows beside those of the connections.
 */
export function narrowing(
  { connection, mailbox }: Narrowing,
  config: Config,
  further: readonly string[] = [],
): Narrowing {
  const names = config.connections.map((each) => each.name);
  if (connection !== undefined && !names.includes(connection)) {
    const hint = didYouMean(connection, names, 'connections are');
    throw new IntegratorError('usage', `there is no connection "${connection}"${hint}`);
  }
  const address = mailbox === undefined ? undefined : (normalizeAddress(mailbox) ?? mailbox);
  const imported = config.connections.flatMap((each) => each.mailboxes.map((one) => one.address));
  const known = [...imported, ...further];
  if (address !== undefined && !known.includes(address)) {
    const hint = didYouMean(address, known, 'mailboxes are');
    throw new IntegratorError('usage', `there is no mailbox "${mailbox}" in the configuration${hint}`);
  }
  return { connection, mailbox: address };
}
