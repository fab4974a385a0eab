import pLimit from 'p-limit';
import { serviceHost } from '../auth/cloud.ts';
import { ewsRetirement } from '../domain/ews-retirement.ts';
import { toIntegratorError } from '../domain/errors.ts';
import type { ErrorKind, IntegratorError } from '../domain/errors.ts';
import type { MailboxKind, MailboxReader, MailProvider } from '../mail/provider.ts';
import type { Config, Connection, MailboxConfig } from '../config/schema.ts';
import { sharedMailbox } from './refuse-shared.ts';

export type SendAs = 'ok' | 'on_behalf' | 'denied' | 'not_tried';

/** What `test-mailboxes` found out about one mailbox; the names are those of its JSON. */
export interface MailboxVerdict {
  readonly connection: string;
  readonly mailbox: string;
  readonly agents: readonly string[];
  readonly kind: MailboxKind;
  readonly read: boolean;
  readonly folders: readonly { readonly folder: string; readonly ok: boolean }[];
  readonly sent_items: boolean;
  readonly send_as: SendAs;
  /** unknown: the service could not be asked. */
  readonly verdict: 'ok' | 'failed' | 'refused' | 'unknown';
  /** The service's or our own word for what is wrong; null where nothing is. */
  readonly code: string | null;
  /** The kind of error where what failed is not the mailbox itself: nobody signed in, the service away. */
  readonly reason: ErrorKind | null;
  readonly advice: string | null;
}

/** A mailbox to try: one of a connection, or one that mail only goes out from. */
export interface MailboxToTest {
  readonly connection: Connection;
  readonly mailbox: Pick<MailboxConfig, 'address' | 'user' | 'agents' | 'folders' | 'import_sent_items'>;
  readonly use: 'import' | 'incidents' | 'send_only';
}

/** Those of enabled connections, and those of `outgoing.mailboxes`. Only those asked for. */
export function mailboxesToTest(
  { connections, outgoing }: Config,
  only: { readonly connection?: string | undefined; readonly mailbox?: string | undefined },
): MailboxToTest[] {
  const asked = (address: string) => only.mailbox === undefined || address === only.mailbox;
  return connections
    .filter((each) => each.enabled && (only.connection === undefined || each.name === only.connection))
    .flatMap((connection): MailboxToTest[] => {
      const own = new Set(connection.mailboxes.map(({ address }) => address));
      const sendOnly = outgoing.mailboxes.filter((each) => each.connection === connection.name);
      return [
        ...connection.mailboxes.map((mailbox) => ({ connection, mailbox, use: useOf(mailbox) })),
        ...sendOnly
          .filter(({ address }) => !own.has(address))
          .map((each) => ({
            connection,
            mailbox: { ...each, user: each.user, folders: [], import_sent_items: false },
            use: 'send_only' as const,
          })),
      ];
    })
    .filter(({ mailbox }) => asked(mailbox.address));
}

function useOf({ matched_to: matchedTo }: MailboxConfig): MailboxToTest['use'] {
  return matchedTo === 'incidents' ? 'incidents' : 'import';
}

export interface TestDeps {
  readonly provider: (connection: Connection) => Promise<MailProvider>;
  readonly now: () => number;
  /** Really tries to send from the mailbox to itself; absent: not tried. */
  readonly trySend?: (job: MailboxToTest, signal: AbortSignal) => Promise<SendAs>;
  readonly onMailbox?: (verdict: MailboxVerdict) => void;
}

/** Tries each mailbox: can it be reached and read, what is it, is every folder there. Reads only, unless asked to send. */
export function testMailboxes(
  jobs: readonly MailboxToTest[],
  deps: TestDeps,
  options: { readonly concurrency: number; readonly signal: AbortSignal },
): Promise<MailboxVerdict[]> {
  const limit = pLimit(options.concurrency);
  return Promise.all(
    jobs.map((job) =>
      limit(async () => {
        const verdict = await testMailbox(job, deps, options.signal);
        deps.onMailbox?.(verdict);
        return verdict;
      }),
    ),
  );
}

async function testMailbox(job: MailboxToTest, deps: TestDeps, signal: AbortSignal): Promise<MailboxVerdict> {
  const trial = new Trial(job, deps.now());
  try {
    const provider = await deps.provider(job.connection);
    const { address, user } = job.mailbox;
    await trial.run(provider.reader({ address, user }), deps, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    trial.fail(toIntegratorError(thrown));
  }
  return trial.verdict();
}

/** Kinds of error that say nothing about the mailbox. */
const couldNotAsk: ReadonlySet<ErrorKind> = new Set(['throttled', 'unreachable', 'protocol']);
/** Kinds of error that are found out by asking for the mailbox, and are its own. */
const ownKinds: ReadonlySet<ErrorKind> = new Set(['access_denied', 'not_found']);

class Trial {
  readonly #job: MailboxToTest;
  readonly #retirement: string | null;
  #kind: MailboxKind = 'unknown';
  readonly #folders: { folder: string; ok: boolean }[] = [];
  #sentItems = false;
  #sendAs: SendAs = 'not_tried';
  #error: IntegratorError | null = null;

  constructor(job: MailboxToTest, nowMs: number) {
    this.#job = job;
    this.#retirement = ewsRetirement(ewsHost(job.connection) ?? '', nowMs);
  }

  async run(reader: MailboxReader, deps: TestDeps, signal: AbortSignal): Promise<void> {
    for (const path of this.#job.mailbox.folders) {
      const error = await tryFolder(reader, path, deps.now(), signal);
      this.#folders.push({ folder: path, ok: error === null });
      if (error !== null) this.fail(error);
      if (error !== null && error.kind !== 'not_found') return;
    }
    const sentItems = await tryFolder(reader, 'Sent Items', deps.now(), signal);
    this.#sentItems = sentItems === null;
    // What was sent from it is looked for there.
    const needed = this.#job.mailbox.import_sent_items || this.#job.use === 'send_only';
    if (sentItems !== null && needed) this.fail(sentItems);
    if (sentItems !== null && this.#job.use === 'send_only') return;
    this.#kind = await reader.kind(signal);
    if (deps.trySend !== undefined) this.#sendAs = await deps.trySend(this.#job, signal);
  }

  /** The first error is the one to mend. */
  fail(error: IntegratorError): void {
    this.#error ??= error;
  }

  verdict(): MailboxVerdict {
    const { connection, mailbox } = this.#job;
    return {
      connection: connection.name,
      mailbox: mailbox.address,
      agents: mailbox.agents,
      kind: this.#kind,
      read: this.#folders.some((folder) => folder.ok) || (this.#job.use === 'send_only' && this.#sentItems),
      folders: this.#folders,
      sent_items: this.#sentItems,
      send_as: this.#sendAs,
      reason: this.#error === null || ownKinds.has(this.#error.kind) ? null : this.#error.kind,
      ...this.#named(this.#judgement()),
    };
  }

  /** Commands in an advice are there to be copied: with the names of this very mailbox, account and application. */
  #named(judgement: Judgement): Judgement {
    const { connection, mailbox } = this.#job;
    const names = new Map([
      ['MAILBOX', mailbox.address],
      ['SERVICE_ACCOUNT', accountOf(connection) ?? 'SERVICE_ACCOUNT'],
      ['CLIENT_ID', connection.client_id ?? 'CLIENT_ID'],
    ]);
    const named = judgement.advice?.replace(
      /\b(?:MAILBOX|SERVICE_ACCOUNT|CLIENT_ID)\b/g,
      (one) => names.get(one) ?? one,
    );
    return { ...judgement, advice: named ?? null };
  }

  #judgement(): Judgement {
    const error = this.#error;
    if (error !== null) {
      const advice = error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
      const verdict = couldNotAsk.has(error.kind) ? 'unknown' : 'failed';
      const told = advice.includes('1 April 2027') ? advice : both(advice, this.#retirement);
      return { verdict, code: error.code ?? error.kind, advice: told };
    }
    if (this.#kind === 'shared' && this.#job.use === 'import') {
      const { message, hint } = sharedMailbox(this.#job.mailbox.address);
      return { verdict: 'refused', code: 'shared_mailbox', advice: `${message}; ${hint ?? ''}` };
    }
    if (this.#sendAs === 'denied') return { verdict: 'failed', code: 'send_as_denied', advice: sendAdvice.denied };
    if (this.#sendAs === 'on_behalf') {
      return { verdict: 'ok', code: 'on_behalf', advice: both(sendAdvice.on_behalf, this.#retirement) };
    }
    const unknown = this.#kind === 'unknown' ? unknownKindAdvice(this.#job) : null;
    return { verdict: 'ok', code: null, advice: both(this.#retirement, unknown) };
  }
}

function accountOf(connection: Connection): string | undefined {
  return connection.service_account ?? (connection.type === 'ews' ? connection.username : undefined);
}

type Judgement = Pick<MailboxVerdict, 'verdict' | 'code' | 'advice'>;

const sendAdvice = {
  denied: 'grant Send As: Add-RecipientPermission MAILBOX -Trustee SERVICE_ACCOUNT -AccessRights SendAs',
  on_behalf:
    'mail goes out "on behalf of": recipients see both names; grant Send As: Add-RecipientPermission MAILBOX -Trustee SERVICE_ACCOUNT -AccessRights SendAs',
} as const;

function unknownKindAdvice({ connection, mailbox }: MailboxToTest): string {
  const why = connection.type === 'ews' ? 'cannot be determined over EWS' : 'cannot be told with these permissions';
  return `whether it is shared ${why}; check it in Exchange PowerShell: Get-Mailbox ${mailbox.address} | select PrimarySmtpAddress,RecipientTypeDetails`;
}

/** Where the connection goes over EWS. Without server it is Exchange Online. */
function ewsHost(connection: Connection): string | null {
  if (connection.type !== 'ews') return null;
  const { endpoints, server, cloud } = connection;
  if (endpoints.ews !== undefined) return new URL(endpoints.ews).hostname;
  return server ?? new URL(serviceHost(cloud, 'ews')).hostname;
}

function both(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return `${one}; ${other}`;
}

/** Asks for what is in the folder since now: a real read that brings next to nothing. */
async function tryFolder(
  reader: MailboxReader,
  path: string,
  nowMs: number,
  signal: AbortSignal,
): Promise<IntegratorError | null> {
  try {
    for (const folder of await reader.folders(path, signal)) {
      await reader.list(folder, nowMs, signal)[Symbol.asyncIterator]().next();
      if (path === 'all') break;
    }
    return null;
  } catch (thrown) {
    signal.throwIfAborted();
    return toIntegratorError(thrown);
  }
}
