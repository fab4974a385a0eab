import { ensureKeyRing } from '../../auth/key.ts';
import type { SendingDeps } from '../../incidents/deps.ts';
import type { CommandContext } from '../context.ts';
import type { Outgoing } from '../outgoing/with-outgoing.ts';

/** With the key that references are signed with; where there is none yet it is made when something is signed. */
export function withKey(context: CommandContext, outgoing: Outgoing): Outgoing & SendingDeps {
  const sources = { env: context.env, stateDir: outgoing.config.state_dir };
  return { ...outgoing, key: () => ensureKeyRing(sources).current.bytes };
}
