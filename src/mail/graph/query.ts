import type { Answer, Refusal } from './answer.ts';
import { mapiIds } from './mapi.ts';

/** Parts of a query that a service may refuse with 400; each is worth having and none is needed. */
export type Piece = 'orderby' | 'uniqueBody' | 'headers' | 'mapi' | 'contentId' | 'floor';

/**
 * What this connection's service understands, learned from its refusals and kept for the life of the process. The
 * documents are silent or wrong on several of these (uniqueBody and headers in a delta among them).
 */
export class Dialect {
  readonly #refused = new Set<Piece>();

  without(pieces: readonly Piece[]): readonly Piece[] {
    return pieces.filter((piece) => !this.#refused.has(piece));
  }

  refuse(pieces: Iterable<Piece>): void {
    for (const piece of pieces) this.#refused.add(piece);
  }
}

/** Asks with all pieces, and on a 400 with fewer and fewer, until the service takes it; remembers which it refused. */
export async function askWithPieces<T>(
  dialect: Dialect,
  wanted: readonly Piece[],
  ask: (pieces: ReadonlySet<Piece>) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  const pieces = dialect.without(wanted);
  const first = await ask(new Set(pieces));
  for (const fewer of fewerPieces(first, pieces)) {
    const answer = await ask(new Set(fewer));
    if (answer.kind === 'ok') dialect.refuse(pieces.filter((piece) => !fewer.includes(piece)));
    if (answer.kind === 'ok' || !isRefusedQuery(answer)) return answer;
  }
  return first;
}

/** What to try after a refusal: all ways to leave some out, the fewest first. */
function fewerPieces<T>(answer: Answer<T>, pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  if (answer.kind === 'ok') return [];
  // Expanding on a delta was seen to end in 500 rather than 400.
  const suspect = answer.status === 500 && pieces.includes('mapi');
  if (suspect) return [pieces.filter((piece) => piece !== 'mapi')];
  if (!isRefusedQuery(answer)) return [];
  const ways: Piece[][] = [];
  for (let bits = 1; bits < 2 ** pieces.length; bits += 1) {
    ways.push(pieces.filter((_piece, index) => (bits & (1 << index)) === 0));
  }
  return ways.toSorted((left, right) => right.length - left.length);
}

const notTheQuery = new Set(['errorinvalididmalformed', 'errorinvaliduser']);

function isRefusedQuery(refusal: Refusal): boolean {
  return refusal.problem === 'status' && refusal.status === 400 && !notTheQuery.has(refusal.code);
}

/** What an entry must carry (as a key, be it null) to be a whole mail. */
export const neededFields = [
  'id',
  'subject',
  'from',
  'toRecipients',
  'ccRecipients',
  'receivedDateTime',
  'sentDateTime',
  'body',
  'internetMessageId',
  'hasAttachments',
  'isDraft',
] as const;
const furtherFields = ['sender', 'replyTo', 'bccRecipients', 'conversationId', 'parentFolderId'];

export interface MessageQuery {
  /** Sent mail that never travelled has no headers; what they would say is asked for by MAPI properties. */
  readonly sentItems: boolean;
  /** Only what tells that a mail is there; each is then read on its own. */
  readonly light: boolean;
}

/** The pieces worth asking for; isRead is left out on purpose: with it, every reading would come as a change. */
export function piecesOf(query: MessageQuery, uniqueBody: boolean): readonly Piece[] {
  if (query.light) return ['orderby'];
  return [
    'orderby',
    ...(uniqueBody ? (['uniqueBody'] as const) : []),
    'headers',
    ...(query.sentItems ? (['mapi'] as const) : []),
  ];
}

/** `$select` and `$expand` as they go out, without leading "&". */
export function messageSelect(query: MessageQuery, pieces: ReadonlySet<Piece>): string {
  if (query.light) return '$select=id,receivedDateTime';
  const fields: string[] = [...neededFields, ...furtherFields];
  if (pieces.has('headers')) fields.push('internetMessageHeaders');
  if (pieces.has('uniqueBody')) fields.push('uniqueBody');
  const select = `$select=${fields.join(',')}`;
  return pieces.has('mapi') ? `${select}&$expand=${encodeURIComponent(mapiProperties)}` : select;
}

const mapiProperties = `singleValueExtendedProperties($filter=${mapiIds.map((id) => `id eq '${id}'`).join(' or ')})`;

export interface Window {
  readonly fromMs: number;
  /** Inclusive, to the second; null: open. */
  readonly untilMs: number | null;
}

/**
 * `$filter` and `$orderby`, with leading "&"; the property of the order must come first in the filter, or Graph calls it
 * too complex. Without a window: everything.
 */
export function receivedWithin(window: Window | null, pieces: ReadonlySet<Piece>): string {
  const order = pieces.has('orderby') ? `&$orderby=${encodeURIComponent('receivedDateTime desc')}` : '';
  return window === null ? order : `&$filter=${encodeURIComponent(within(window))}${order}`;
}

function within(window: Window): string {
  const from = `receivedDateTime ge ${instant(window.fromMs)}`;
  // Exchange keeps fractions of a second and shows whole ones: what shows as :00 can be later than :00.
  const until = window.untilMs === null ? '' : ` and receivedDateTime le ${instant(window.untilMs + 1000)}`;
  return from + until;
}

function instant(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** A path segment: everything escaped but "@", which is plain in addresses. */
export function segment(text: string): string {
  return encodeURIComponent(text).replaceAll('%40', '@').replaceAll("'", '%27');
}
