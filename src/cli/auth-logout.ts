import { delegatedSettings, withAuth } from './auth-session.ts';
import type { CommandContext } from './context.ts';

export function logout(context: CommandContext, name: string, dryRun: boolean): Promise<void> {
  return withAuth(context, 'auth.logout', async (session) => {
    const { connection } = delegatedSettings(session, name);
    const { store } = session.world;
    const row = store.read(connection);
    const account = row === undefined || row.box === null ? null : row.username;
    const signedOut = !dryRun && store.signOut(connection);
    if (signedOut) await session.record('auth.logout', connection, { account });
    context.output.print({ connection, account, signed_out: signedOut }, () =>
      account === null
        ? `nobody was signed in for connection ${connection}`
        : `${account} ${dryRun ? 'would be' : 'is'} signed out of connection ${connection}`,
    );
    if (!signedOut) return;
    context.output.say(
      'The tokens are gone from this machine. Microsoft keeps honouring copies until the sessions of the account are revoked (Entra admin centre, Users, Revoke sessions).',
    );
  });
}
