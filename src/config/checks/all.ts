import type { Problem } from '../problem.ts';
import type { Config } from '../schema.ts';
import { checkMailboxes } from './mailboxes.ts';
import { checkNames } from './names.ts';
import { checkOutgoing } from './outgoing.ts';
import { checkSignIn } from './sign-in.ts';
import { checkTicketing } from './ticketing.ts';

/** What single values cannot tell: names that must be unique, names that must exist, keys that need each other. */
export function checkConfig(config: Config): Problem[] {
  return [
    ...checkNames(config),
    ...config.connections.flatMap((connection, index) => checkSignIn(connection, ['connections', index])),
    ...checkMailboxes(config),
    ...checkTicketing(config),
    ...checkOutgoing(config),
  ];
}
