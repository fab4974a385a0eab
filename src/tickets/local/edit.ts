import { Buffer } from 'node:buffer';
import type { TicketTypeConfig } from '../../config/schema.ts';
import { IntegratorError } from '../../domain/errors.ts';
import type { Person } from '../../domain/message.ts';
import type { Use } from '../../domain/ticket.ts';
import { decideAccess } from '../../domain/policy.ts';
import type { Actor } from '../../domain/policy.ts';
import { normalizeAddress, normalizeDomain } from '../../config/addresses.ts';
import { terminalText } from '../../content/terminal.ts';
import { audit } from '../../store/audit.ts';
import type { StoreWriter } from '../../store/store.ts';
import { tiesOf } from '../../store/ticket-ties.ts';

/** What every change of tickets, clients and contacts needs; it happens inside one transaction. */
export interface Edit {
  readonly trx: StoreWriter;
  readonly actor: Actor;
  readonly nowMs: number;
  readonly ticketTypes: readonly TicketTypeConfig[];
  /** Names of the configured business units. */
  readonly units: readonly string[];
  /** Ids of the configured agents. */
  readonly agents: readonly string[];
  /** Mailboxes that track incidents: their agents may change those. */
  readonly teamMailboxes: readonly string[];
}

export type FieldValue = string | readonly string[] | null;

/** One field of what was changed; for the person who asked, not for the log. */
export interface Change {
  readonly field: string;
  readonly before: FieldValue;
  readonly after: FieldValue;
}

export interface Edited {
  /** OPP-12 for a ticket, the number of a client or contact. */
  readonly id: string;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  readonly changes: readonly Change[];
  /** The id of the action that was added to a ticket. */
  readonly action?: string;
}

/** Throws `not_allowed` unless the actor may change this ticket. The caller writes that down: this transaction goes. */
export async function requireChangeable(edit: Edit, ticketId: string): Promise<void> {
  const verdict = decideAccess(edit.actor, 'ticket.write', await tiesOf(edit.trx, ticketId, edit.teamMailboxes));
  if (verdict.allowed) return;
  throw new IntegratorError('not_allowed', `${ticketId}: ${verdict.because}`, {
    hint: 'its owner, an agent with mail on it or an administrator may',
  });
}

/** Into the audit log goes which fields changed, never what they hold. */
export async function logEdit(edit: Edit, noun: 'ticket' | 'client' | 'contact', edited: Edited): Promise<Edited> {
  if (edited.outcome === 'unchanged') return edited;
  await audit(edit.trx, edit.actor, edit.nowMs, {
    verb: `${noun}.${edited.outcome === 'created' ? 'new' : 'set'}`,
    object: noun === 'ticket' ? edited.id : `${noun} ${edited.id}`,
    detail: { fields: edited.changes.map((change) => change.field) },
  });
  return edited;
}

/** The changes among these fields; `after` undefined means that nobody asked for it. */
export function changesOf(
  fields: Readonly<Record<string, readonly [before: FieldValue, after: FieldValue | undefined]>>,
): Change[] {
  return Object.entries(fields).flatMap(([field, [before, after]]) =>
    after === undefined || isSame(before, after) ? [] : [{ field, before: clipped(before), after: clipped(after) }],
  );
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 199)}…` : text.trim();
}

/** A report is no place for a whole body of text. */
function clipped(value: FieldValue): FieldValue {
  return typeof value === 'string' ? shortened(value) : value;
}

function isSame(before: FieldValue, after: FieldValue): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

const longestLine = 1_000;
const longestText = 2_000_000;

/** Names and references are keys of the database, whose indexes take no long ones. */
const longestKey = 300;

/** A line that names something: a reference, a client. Throws `usage`. */
export function keyValue(field: string, text: string): string {
  const line = lineValue(field, text);
  if (line.length > longestKey) throw tooLong(field, line.length, longestKey);
  return line;
}

/** One line: blanks and line breaks become one space. Throws `usage` where it is empty, too long or not text. */
export function lineValue(field: string, text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  if (line === '') throw new IntegratorError('usage', `${field} is empty`);
  if (line.length > longestLine) throw tooLong(field, line.length, longestLine);
  refuseControls(field, line);
  return line;
}

/** Several lines, as written. Throws `usage`. */
export function textValue(field: string, text: string): string {
  if (text.length > longestText) throw tooLong(field, text.length, longestText);
  refuseControls(field, text);
  return text.trim();
}

/** As much of a text as views show. */
const mostTextBytes = 1024 * 1024;

/**
 * A text for people to read, such as a note: what comes out of other programs is taken as it is, since every view makes
 * it safe. Line ends are "\n"; a NUL, which PostgreSQL refuses, is U+FFFD. Throws `usage` where nothing of it would show,
 * and where not all of it would.
 */
export function freeText(field: string, text: string): string {
  if (text.length > mostTextBytes) throw tooManyBytes(field);
  if (terminalText(text, { multiline: true }).trim() === '') throw new IntegratorError('usage', `${field} is empty`);
  const free = text
    .replace(/\r\n?/gu, '\n')
    .replaceAll('\0', '\ufffd')
    .replace(/^(?:[ \t]*\n)+/u, '')
    .trimEnd();
  if (Buffer.byteLength(free) > mostTextBytes) throw tooManyBytes(field);
  return free;
}

function tooManyBytes(field: string): IntegratorError {
  return new IntegratorError('usage', `${field} is too long: it may have ${mostTextBytes} bytes`);
}

function tooLong(field: string, length: number, longest: number): IntegratorError {
  return new IntegratorError('usage', `${field} has ${length} characters; ${longest} are the most`);
}

function refuseControls(field: string, text: string): void {
  const control = /[^\P{Cc}\t\n\r]/u.exec(text);
  if (control === null) return;
  const code = control[0].charCodeAt(0).toString(16).padStart(4, '0');
  throw new IntegratorError('usage', `${field} holds the control character U+${code.toUpperCase()}`);
}

/** `ann@acme.example` or `Ann Archer <ann@acme.example>`. Throws `usage`. */
export function personValue(text: string): Person {
  const [, name = '', bracketed] = /^(.*)<([^<>]*)>$/su.exec(text.trim()) ?? [];
  const address = normalizeAddress(bracketed ?? text);
  if (address === null) throw new IntegratorError('usage', `"${shortened(text)}" is not an e-mail address`);
  if (address.length > longestKey) throw tooLong('an address', address.length, longestKey);
  const plainName = name.trim().replace(/^"(.*)"$/su, '$1');
  return { address, name: plainName === '' ? '' : lineValue('name', plainName) };
}

/** Throws `usage`. */
export function domainValue(text: string): string {
  const domain = normalizeDomain(text.replace(/^@/, ''));
  if (domain === null)
    throw new IntegratorError('usage', `"${shortened(text)}" is not a domain`, { hint: 'write acme.example' });
  return domain;
}

const uses: readonly Use[] = ['opportunity', 'project', 'incident'];

/** Throws `usage`. */
export function useValue(text: string): Use {
  const use = uses.find((one) => one === text.trim().toLowerCase());
  if (use !== undefined) return use;
  throw new IntegratorError('usage', text === '' ? 'use is empty' : `"${shortened(text)}" is not a use`, {
    hint: 'it can be opportunity, project or incident',
  });
}

/** Throws `usage`. */
export function statusValue(text: string): 'open' | 'closed' {
  const status = text.trim().toLowerCase();
  if (status === 'open' || status === 'closed') return status;
  throw new IntegratorError('usage', `"${shortened(text)}" is not a status`, { hint: 'it can be open or closed' });
}
