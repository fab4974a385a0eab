import { resolve } from 'node:path';
import { newKeyText, parseKey, requireKeyRing, writeKeyFile } from '../auth/key.ts';
import { rekey } from '../auth/rekey.ts';
import { refuseAgents, withAuth, withAuthChange } from './auth-session.ts';
import type { CommandContext } from './context.ts';
import { count } from './format.ts';

/** Needs no configuration: the key is new, and nobody's yet. */
export async function keygen(context: CommandContext, out: string | undefined, dryRun: boolean): Promise<void> {
  await refuseAgents(context, 'auth.keygen');
  const { output, cwd } = context;
  const text = newKeyText();
  const { id } = parseKey(text, 'the new key');
  if (out === undefined) {
    output.print({ key: text, key_id: id }, () => text);
    output.say('Keep it in a systemd credential named integrator-key, or in a 0600 file named by INTEGRATOR_KEY_FILE.');
    return;
  }
  const file = resolve(cwd, out);
  if (!dryRun) writeKeyFile(file, text);
  output.print({ file, key_id: dryRun ? null : id, written: !dryRun }, () => file);
}

export function rekeyAll(context: CommandContext, newKey: string | undefined, dryRun: boolean): Promise<void> {
  const { output, cwd } = context;
  if (dryRun) {
    return withAuth(context, 'auth.rekey', async ({ world }) => {
      const { source, current } = requireKeyRing(world);
      output.print({ key_source: source, old_key_id: current.id, rekeyed: false }, () => `the key is ${source}`);
    });
  }
  return withAuthChange(context, 'auth.rekey', async ({ world, record }) => {
    const done = rekey({ ...world, newKeyFile: newKey === undefined ? undefined : resolve(cwd, newKey) });
    await record('auth.rekey', 'auth', { old_key: done.oldKeyId, new_key: done.newKeyId });
    const document = { sign_ins: done.signIns, old_key_id: done.oldKeyId, new_key_id: done.newKeyId, rekeyed: true };
    output.print(document, () => `${count(done.signIns, 'sign-in')} sealed with the new key ${done.newKeyId}`);
    if (done.todo !== undefined) output.warn(done.todo);
  });
}
