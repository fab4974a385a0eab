import { badRequest } from './errors.ts';
import { parseFilter } from './filter.ts';
import type { Condition } from './filter.ts';

/** The OData options of a request. */
export interface Query {
  /** Null: not given. */
  readonly select: readonly string[] | null;
  readonly expand: readonly Expansion[];
  readonly filter: readonly Condition[];
  readonly filterText: string | null;
  readonly orderBy: readonly { readonly property: string; readonly descending: boolean }[];
  readonly top: number | null;
  readonly skip: number;
  readonly count: boolean;
}

export interface Expansion {
  readonly property: string;
  readonly select: readonly string[] | null;
  /** Ids of extended properties asked for. */
  readonly ids: readonly string[];
}

export function parseQuery(parameters: URLSearchParams): Query {
  const filterText = parameters.get('$filter');
  if (parameters.has('$search')) throw badRequest('The sandbox has no $search.', 'SearchNotSupported');
  return {
    select: listOf(parameters.get('$select')),
    expand: expansionsOf(parameters.get('$expand')),
    filter: filterText === null ? [] : parseFilter(filterText),
    filterText,
    orderBy: (listOf(parameters.get('$orderby')) ?? []).map((part) => {
      const [property = '', direction = 'asc'] = part.split(/\s+/);
      return { property, descending: direction.toLowerCase() === 'desc' };
    }),
    top: numberOf(parameters, '$top', 1, 1000),
    skip: numberOf(parameters, '$skip', 0, Number.MAX_SAFE_INTEGER) ?? 0,
    count: parameters.get('$count')?.toLowerCase() === 'true',
  };
}

function numberOf(parameters: URLSearchParams, name: string, least: number, most: number): number | null {
  const text = parameters.get(name);
  if (text === null) return null;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw badRequest(
      `The limit of '${most}' for ${name} query has been exceeded or the value '${text}' is invalid.`,
      'ErrorInvalidUrlQuery',
    );
  }
  return value;
}

function listOf(text: string | null): readonly string[] | null {
  if (text === null || text.trim() === '') return null;
  return text.split(',').map((part) => part.trim());
}

function expansionsOf(text: string | null): readonly Expansion[] {
  if (text === null || text === '') return [];
  return splitOutsideParentheses(text).map((part) => {
    const match = /^([A-Za-z.]+(?:\/[A-Za-z]+)?)(?:\((.*)\))?$/s.exec(part.trim());
    const inner = match?.[2] ?? '';
    const select = /\$select=([^;]*)/i.exec(inner)?.[1] ?? null;
    const ids = [...inner.matchAll(/id\s+eq\s+'((?:[^']|'')*)'/gi)].map((found) =>
      (found[1] ?? '').replaceAll("''", "'"),
    );
    return { property: match?.[1] ?? part, select: listOf(select), ids };
  });
}

function splitOutsideParentheses(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (text[at] === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}
