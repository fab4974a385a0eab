import { delegatedSettings, withAuth, withAuthChange } from './auth-session.ts';
import type { AuthSession } from './auth-session.ts';
import type { CommandContext } from './context.ts';

export function logout(context: CommandContext, connection: string, dryRun: boolean): Promise<void> {
  if (dryRun) {
    return withAuth(context, 'auth.logout', async (session) => {
      print(context, { connection, account: signedInAccount(session, connection), signedOut: false });
    });
  }
  return withAuthChange(context, 'auth.logout', async (session) => {
    const account = signedInAccount(session, connection);
    const signedOut = session.world.store.signOut(connection);
    if (signedOut) await session.record('auth.logout', connection, { account });
    print(context, { connection, account, signedOut });
  });
}

function signedInAccount(session: AuthSession, name: string): string | null {
  const { connection } = delegatedSettings(session, name);
  const row = session.world.store.read(connection);
  return row === undefined || row.box === null ? null : row.username;
}

interface Outcome {
  readonly connection: string;
  readonly account: string | null;
  readonly signedOut: boolean;
}

function print({ output }: CommandContext, { connection, account, signedOut }: Outcome): void {
  output.print({ connection, account, signed_out: signedOut }, () =>
    account === null
      ? `nobody was signed in for connection ${connection}`
      : `${account} ${signedOut ? 'is' : 'would be'} signed out of connection ${connection}`,
  );
  if (!signedOut) return;
  output.say(
    'The tokens are gone from this machine. Microsoft keeps honouring copies until the sessions of the account are revoked (Entra admin centre, Users, Revoke sessions).',
  );
}
