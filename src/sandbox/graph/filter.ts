import type { Item } from '../world/types.ts';
import { badRequest } from './errors.ts';

/** One comparison of a `$filter`; several are joined by `and`. */
export type Condition =
  | { readonly kind: 'compare'; readonly property: string; readonly operator: Operator; readonly value: string }
  | { readonly kind: 'extended'; readonly id: string; readonly value: string };

type Operator = 'eq' | 'ne' | 'ge' | 'gt' | 'le' | 'lt';

const compare = /^([A-Za-z/]+)\s+(eq|ne|ge|gt|le|lt)\s+(?:'((?:[^']|'')*)'|([^\s']+))$/i;
const extended =
  /^singleValueExtendedProperties\/any\(\s*(\w+)\s*:\s*\1\/id\s+eq\s+'((?:[^']|'')*)'\s+and\s+\1\/value\s+eq\s+'((?:[^']|'')*)'\s*\)$/i;

/** Understands what mail clients send: comparisons joined by `and`, and the extended property form. */
export function parseFilter(text: string): readonly Condition[] {
  return splitByAnd(text).map((part) => {
    const any = extended.exec(part);
    if (any !== null) return { kind: 'extended', id: unquote(any[2]), value: unquote(any[3]) };
    const match = compare.exec(part);
    if (match === null) throw badRequest(`Invalid filter clause: ${part}`, 'ErrorInvalidUrlQueryFilter');
    const value = match[3] === undefined ? (match[4] ?? '') : unquote(match[3]);
    return { kind: 'compare', property: match[1] ?? '', operator: operatorOf(match[2] ?? 'eq'), value };
  });
}

/** Top-level `and` only: not the one inside quotes or parentheses. */
function splitByAnd(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "'") quoted = !quoted;
    if (quoted) continue;
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth === 0 && /^\sand\s/i.test(text.slice(at, at + 5))) {
      parts.push(text.slice(start, at).trim());
      start = at + 5;
    }
  }
  return [...parts, text.slice(start).trim()];
}

function unquote(text: string | undefined): string {
  return (text ?? '').replaceAll("''", "'");
}

function operatorOf(text: string): Operator {
  const found = (['eq', 'ne', 'ge', 'gt', 'le', 'lt'] as const).find((operator) => operator === text.toLowerCase());
  return found ?? 'eq';
}

const properties: ReadonlyMap<string, (item: Item) => string | number | boolean> = new Map<
  string,
  (item: Item) => string | number | boolean
>([
  ['receiveddatetime', (item) => seconds(item.receivedAt)],
  ['sentdatetime', (item) => seconds(item.sentAt)],
  ['createddatetime', (item) => seconds(item.createdAt)],
  ['lastmodifieddatetime', (item) => seconds(item.modifiedAt)],
  ['internetmessageid', (item) => item.internetMessageId ?? ''],
  ['subject', (item) => item.subject ?? ''],
  ['isread', (item) => item.isRead],
  ['isdraft', (item) => item.isDraft],
  ['hasattachments', (item) => item.attachments.some(({ inline }) => !inline)],
  ['importance', (item) => item.importance],
  ['from/emailaddress/address', (item) => (item.from?.address ?? '').toLowerCase()],
  ['sender/emailaddress/address', (item) => (item.sender?.address ?? '').toLowerCase()],
]);

/** Times in Graph have whole seconds. */
function seconds(at: number): number {
  return Math.floor(at / 1000) * 1000;
}

export function fitsFilter(conditions: readonly Condition[], item: Item): boolean {
  return conditions.every((condition) => {
    if (condition.kind === 'extended') return item.extendedProperties[condition.id] === condition.value;
    const read = properties.get(condition.property.toLowerCase());
    if (read === undefined) {
      throw badRequest(
        `Could not find a property named '${condition.property}' on type 'Microsoft.OutlookServices.Message'.`,
      );
    }
    return holds(condition.operator, order(read(item), condition.value));
  });
}

function order(actual: string | number | boolean, wanted: string): number {
  if (typeof actual === 'number') {
    const at = Date.parse(wanted);
    if (Number.isNaN(at))
      throw badRequest(`Invalid filter clause: ${wanted} is no time.`, 'ErrorInvalidUrlQueryFilter');
    return actual - at;
  }
  const [one, other] = [String(actual), wanted];
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function holds(operator: Operator, difference: number): boolean {
  switch (operator) {
    case 'eq':
      return difference === 0;
    case 'ne':
      return difference !== 0;
    case 'ge':
      return difference >= 0;
    case 'gt':
      return difference > 0;
    case 'le':
      return difference <= 0;
    case 'lt':
      return difference < 0;
  }
}
