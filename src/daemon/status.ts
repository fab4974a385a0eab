import type { Config, Connection } from '../config/schema.ts';
import type { ErrorReport } from '../domain/errors.ts';
import { mutatingRequests, readCounter } from '../store/counters.ts';
import { connectionStates, itemNumbers, mailboxStates, outboxNumbers, setAsideLines } from '../store/status.ts';
import type { ConnectionNumbers, ItemNumbers, MailboxNumbers, OutboxNumbers } from '../store/status.ts';
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
  readonly set_aside: readonly {
    readonly mailbox: string;
    readonly folder: string;
    readonly what: 'mail' | 'attachment';
    readonly attempts: number;
    readonly next_try_at: string;
    readonly error: ErrorReport | null;
  }[];
  /** Requests on the import path that were not reads, for ever. */
  readonly mutating_requests: number;
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
  return {
    connections: config.connections.map((connection) => ({
      name: connection.name,
      type: connection.type,
      enabled: connection.enabled,
      signed_in: isSignedIn(connection),
      ...connectionPart(connections.get(connection.name)),
      mailboxes: connection.mailboxes.map(({ address, agents }) => ({
        mailbox: address,
        agents,
        ...mailboxPart(
          states.get(stateKey({ connection: connection.name, mailbox: address })),
          items.get(address),
          nowMs,
        ),
      })),
    })),
    ticket_system: { type: config.ticket_system.type },
    outbox: await outboxNumbers(store.reader),
    set_aside: aside.map((line) => ({
      mailbox: line.mailbox,
      folder: line.folder,
      what: line.attachment ? 'attachment' : 'mail',
      attempts: line.attempts,
      next_try_at: new Date(line.nextTryAtMs).toISOString(),
      error: errorOf(line.errorJson),
    })),
    mutating_requests: await readCounter(store.reader, mutatingRequests),
  };
}

/** No name holds a line break. */
function stateKey({ connection, mailbox }: Pick<MailboxNumbers, 'connection' | 'mailbox'>): string {
  return `${connection}\n${mailbox}`;
}

function connectionPart(state: ConnectionNumbers | undefined) {
  return { last_success_at: iso(state?.lastSuccessAtMs), last_error: errorOf(state?.lastErrorJson) };
}

function mailboxPart(state: MailboxNumbers | undefined, items: ItemNumbers | undefined, nowMs: number) {
  const successMs = state?.lastSuccessAtMs ?? null;
  return {
    last_success_at: iso(successMs),
    age_seconds: successMs === null ? null : Math.max(0, Math.round((nowMs - successMs) / 1000)),
    next_run_at: iso(state?.nextRunAtMs),
    imported_total: items?.total ?? 0,
    inbox_count: items?.waiting ?? 0,
    last_error: errorOf(state?.lastErrorJson),
  };
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
