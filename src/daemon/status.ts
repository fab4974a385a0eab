import type { Config, Connection } from '../config/schema.ts';
import type { ErrorReport } from '../domain/errors.ts';
import { mutatingRequests, readCounter } from '../store/counters.ts';
import {
  connectionStates,
  folderTroubles,
  itemNumbers,
  mailboxStates,
  outboxNumbers,
  setAsideLines,
} from '../store/status.ts';
import type {
  ConnectionNumbers,
  FolderTrouble,
  ItemNumbers,
  MailboxNumbers,
  OutboxNumbers,
  SetAsideLine,
} from '../store/status.ts';
import type { StoreToRead } from '../store/store.ts';

export interface MailboxStatus {
  readonly mailbox: string;
  readonly agents: readonly string[];
  readonly last_success_at: string | null;
  readonly age_seconds: number | null;
  readonly next_run_at: string | null;
  readonly imported_total: number;
  readonly inbox_count: number;
  readonly last_error: ErrorReport | null;
  /** Where mail is only imported from a time that is still to come: that time. */
  readonly imports_from: string | null;
  /** Where nothing has come yet because `import_from` is `now`: the time that mail is imported from. */
  readonly only_mail_since: string | null;
  readonly folders_in_trouble: readonly FolderInTrouble[];
}

/** A folder whose cursor fails, or was given up lately. */
export interface FolderInTrouble {
  readonly folder: string;
  /** Runs in a row in which the cursor failed. */
  readonly failed_runs: number;
  readonly error: ErrorReport | null;
  /** When the folder was last listed anew, because of `listed_anew_because`. */
  readonly listed_anew_at: string | null;
  readonly listed_anew_because: ErrorReport | null;
}

export interface ConnectionStatus {
  readonly name: string;
  readonly type: Connection['type'];
  readonly enabled: boolean;
  readonly signed_in: boolean;
  readonly last_success_at: string | null;
  readonly last_error: ErrorReport | null;
  readonly mailboxes: readonly MailboxStatus[];
}

export interface Status {
  readonly connections: readonly ConnectionStatus[];
  readonly ticket_system: { readonly type: string };
  readonly outbox: OutboxNumbers;
  readonly set_aside: readonly SetAsideStatus[];
  /** Requests on the import path that were not reads, for ever. */
  readonly mutating_requests: number;
}

/** A mail, or an attachment of a stored mail, that could not be imported. */
export interface SetAsideStatus {
  readonly mailbox: string;
  readonly folder: string;
  readonly what: 'mail' | 'attachment';
  /** null where nothing of the mail could be read. */
  readonly subject: string | null;
  readonly attempts: number;
  readonly since: string;
  readonly next_try_at: string;
  readonly error: ErrorReport | null;
}

export interface StatusDeps {
  readonly config: Config;
  readonly store: StoreToRead;
  readonly isSignedIn: (connection: Connection) => boolean;
  readonly nowMs: number;
}

/** How things stand: per connection ("active integration") and mailbox, what is set aside, what is still to be sent. */
export async function readStatus({ config, store, isSignedIn, nowMs }: StatusDeps): Promise<Status> {
  const states = new Map((await mailboxStates(store.reader)).map((state) => [stateKey(state), state]));
  const connections = new Map((await connectionStates(store.reader)).map((state) => [state.connection, state]));
  const items = await itemNumbers(store.reader);
  const aside = await setAsideLines(store.reader, 100);
  const troubles = await folderTroubles(store.reader, nowMs - shownMs);
  return {
    connections: config.connections.map((connection) => ({
      name: connection.name,
      type: connection.type,
      enabled: connection.enabled,
      signed_in: isSignedIn(connection),
      ...connectionPart(connections.get(connection.name)),
      mailboxes: connection.mailboxes.map(({ address, agents, import_from }) => ({
        mailbox: address,
        agents,
        ...mailboxPart(states.get(stateKey({ connection: connection.name, mailbox: address })), items.get(address), {
          import_from,
          nowMs,
        }),
        folders_in_trouble: troubles
          .filter((each) => each.connection === connection.name && each.mailbox === address)
          .map(folderInTrouble),
      })),
    })),
    ticket_system: { type: config.ticket_system.type },
    outbox: await outboxNumbers(store.reader),
    set_aside: aside.map(setAsideStatus),
    mutating_requests: await readCounter(store.reader, mutatingRequests),
  };
}

/** No name holds a line break. */
function stateKey({ connection, mailbox }: Pick<MailboxNumbers, 'connection' | 'mailbox'>): string {
  return `${connection}\n${mailbox}`;
}

/** Status tells for a week that a folder was listed anew. */
const shownMs = 7 * 24 * 3_600_000;

function setAsideStatus(line: SetAsideLine): SetAsideStatus {
  return {
    mailbox: line.mailbox,
    folder: line.folder,
    what: line.attachment ? 'attachment' : 'mail',
    subject: line.subject,
    attempts: line.attempts,
    since: new Date(line.sinceMs).toISOString(),
    next_try_at: new Date(line.nextTryAtMs).toISOString(),
    error: errorOf(line.errorJson),
  };
}

function folderInTrouble(trouble: FolderTrouble): FolderInTrouble {
  return {
    folder: trouble.folder,
    failed_runs: trouble.failedRuns,
    error: errorOf(trouble.errorJson),
    listed_anew_at: iso(trouble.restartedAtMs),
    listed_anew_because: errorOf(trouble.restartErrorJson),
  };
}

function connectionPart(state: ConnectionNumbers | undefined) {
  return { last_success_at: iso(state?.lastSuccessAtMs), last_error: errorOf(state?.lastErrorJson) };
}

interface Asked {
  readonly import_from: string;
  readonly nowMs: number;
}

function mailboxPart(state: MailboxNumbers | undefined, items: ItemNumbers = { total: 0, waiting: 0 }, asked: Asked) {
  const { import_from, nowMs } = asked;
  const successMs = state?.lastSuccessAtMs ?? null;
  return {
    last_success_at: iso(successMs),
    age_seconds: successMs === null ? null : Math.max(0, Math.round((nowMs - successMs) / 1000)),
    next_run_at: iso(state?.nextRunAtMs),
    imported_total: items.total,
    inbox_count: items.waiting,
    last_error: errorOf(state?.lastErrorJson),
    imports_from: state !== undefined && state.floorMs > nowMs ? iso(state.floorMs) : null,
    only_mail_since: import_from === 'now' && items.total === 0 ? succeededFrom(state) : null,
  };
}

/** The floor of a mailbox that a run has read. */
function succeededFrom(state: MailboxNumbers | undefined): string | null {
  return state === undefined || state.lastSuccessAtMs === null ? null : iso(state.floorMs);
}

/** As we wrote it down ourselves. */
function errorOf(json: string | null | undefined): ErrorReport | null {
  if (json === null || json === undefined) return null;
  const { kind, message, hint }: ErrorReport = JSON.parse(json);
  return { kind, message, hint };
}

function iso(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : new Date(ms).toISOString();
}
