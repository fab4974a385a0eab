import pLimit from 'p-limit';
import type { Connection } from '../config/schema.ts';
import { toIntegratorError } from '../domain/errors.ts';
import type { IntegratorError } from '../domain/errors.ts';
import type { MailboxReader } from '../mail/provider.ts';
import type { MailboxVerdict, TestDeps } from './test-mailboxes.ts';

/** A mailbox that this connection must not be able to read. */
export interface OutsideMailbox {
  readonly connection: Connection;
  readonly address: string;
}

/** Each address with each enabled connection, or with the one named. */
export function outsideMailboxes(
  connections: readonly Connection[],
  addresses: readonly string[],
  connection: string | undefined,
): OutsideMailbox[] {
  return connections
    .filter((each) => each.enabled && (connection === undefined || each.name === connection))
    .flatMap((each) => addresses.map((address) => ({ connection: each, address })));
}

/**
 * Tries to read mailboxes that must not be readable. One question for ids of mail received from now on tells; nothing
 * of the mailbox is read, changed or stored. Only a refusal of Microsoft's own is `ok`: an address that is not there, a
 * service that is away or a proxy in between prove nothing.
 */
export function testOutside(
  asked: readonly OutsideMailbox[],
  deps: Pick<TestDeps, 'provider' | 'now' | 'onMailbox'>,
  options: { readonly concurrency: number; readonly signal: AbortSignal },
): Promise<MailboxVerdict[]> {
  const limit = pLimit(options.concurrency);
  return Promise.all(
    asked.map((each) =>
      limit(async () => {
        const verdict = verdictOf(each, await tryToRead(each, deps, options.signal));
        deps.onMailbox?.(verdict);
        return verdict;
      }),
    ),
  );
}

/** null: it can be read. */
async function tryToRead(
  { connection, address }: OutsideMailbox,
  { provider, now }: Pick<TestDeps, 'provider' | 'now'>,
  signal: AbortSignal,
): Promise<IntegratorError | null> {
  try {
    const reader = (await provider(connection)).reader({ address, user: undefined });
    await askInbox(reader, now(), signal);
    return null;
  } catch (thrown) {
    signal.throwIfAborted();
    return toIntegratorError(thrown);
  }
}

async function askInbox(reader: MailboxReader, nowMs: number, signal: AbortSignal): Promise<void> {
  for (const folder of await reader.folders('Inbox', signal)) {
    await reader.list(folder, nowMs, signal)[Symbol.asyncIterator]().next();
  }
}

/**
 * By which Graph and Exchange refuse one mailbox (Graph: all under HTTP 403). A bare 403 may be a proxy's, or EWS that
 * is switched off; a 404 may be an address that is not there.
 */
const refusals: ReadonlySet<string> = new Set([
  'erroraccessdenied',
  'accessdenied',
  'authorization_requestdenied',
  'errorimpersonateuserdenied',
  'errorimpersonationdenied',
]);

function isRefusal({ kind, code }: IntegratorError): boolean {
  return kind === 'access_denied' && refusals.has((code ?? '').toLowerCase());
}

function verdictOf({ connection, address }: OutsideMailbox, error: IntegratorError | null): MailboxVerdict {
  return {
    connection: connection.name,
    mailbox: address,
    agents: [],
    kind: 'unknown',
    read: error === null,
    folders: [{ folder: 'Inbox', ok: error === null }],
    sent_items: false,
    send_as: 'not_tried',
    ...judgement(connection, address, error),
  };
}

function judgement(
  connection: Connection,
  address: string,
  error: IntegratorError | null,
): Pick<MailboxVerdict, 'verdict' | 'code' | 'reason' | 'advice'> {
  if (error === null) {
    return { verdict: 'failed', code: 'readable', reason: null, advice: cureOf(connection, address) };
  }
  if (isRefusal(error)) return { verdict: 'ok', code: null, reason: null, advice: 'refused, as it should be' };
  const hint = error.hint === undefined ? '' : `; ${error.hint}`;
  return {
    verdict: 'unknown',
    code: error.code ?? error.kind,
    reason: error.kind,
    advice: `whether it can be read is not known: ${error.message}${hint}`,
  };
}

function cureOf(connection: Connection, address: string): string {
  const configured = connection.mailboxes.some((mailbox) => mailbox.address === address);
  if (configured) return 'it can be read: it is a mailbox of this connection in the configuration';
  return `it can be read, and must not be: ${connection.auth === 'delegated' ? ofPerson(connection, address) : ofProgram(connection, address)}`;
}

function ofPerson({ service_account: account }: Connection, address: string): string {
  const user = account ?? 'SERVICE_ACCOUNT';
  return `take the right away: Remove-MailboxPermission ${address} -User ${user} -AccessRights FullAccess (also where a group has it); it can take hours`;
}

function ofProgram({ type, auth, client_id: clientId }: Connection, address: string): string {
  if (auth === 'basic' || auth === 'ntlm') {
    return 'take Full Access on it away (Remove-MailboxPermission), or the management role ApplicationImpersonation';
  }
  const id = clientId ?? 'CLIENT_ID';
  const consent = type === 'ews' ? 'full_access_as_app' : 'Mail.…';
  return `remove the application permissions (${consent}) from the application in Entra: such a consent reaches every mailbox, whatever the scope of its Exchange roles. If there is none, narrow that scope: Test-ServicePrincipalAuthorization -Identity ${id} -Resource ${address} shows it. A change takes 30 minutes to 2 hours`;
}
