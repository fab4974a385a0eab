/** The text of a configuration file as a value, with the place of every key in it. */
import { LineCounter, type Document, isAlias, isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';
import { type KeyPath, type Position, placedError } from './problem.ts';
import { encodingProblem, syntaxError } from './syntax.ts';

export interface ConfigSource {
  readonly file: string;
  readonly value: unknown;
  /** Of the deepest part of the path that is in the file; null for the file as a whole. */
  locate(path: KeyPath): Position | null;
}

// A hundred uses of anchors is more than a person writes, and far less than an alias bomb needs.
const maxAliases = 100;

/** YAML 1.2 in UTF-8, of which JSON is a part. Throws `config` for everything a YAML parser refuses or warns about. */
export function parseSource(file: string, text: string): ConfigSource {
  const encoding = encodingProblem(text);
  if (encoding !== null) throw placedError(file, [encoding]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) throw syntaxError(file, text, faults, positionAt);
  return {
    file,
    value: readValue(file, document),
    locate: (path) => {
      const offset = offsetOf(document, path);
      return offset === null ? null : positionAt(offset);
    },
  };
}

function readValue(file: string, document: Document.Parsed): unknown {
  try {
    return withoutEmptyKeys(document.toJS({ maxAliasCount: maxAliases }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw placedError(file, [{ path: [], message: `cannot be read: ${reason}`, position: null }]);
  }
}

/** `agents:` with nothing behind it means the same as no `agents:` at all. */
function withoutEmptyKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmptyKeys);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutEmptyKeys(inner)]));
}

function offsetOf(document: Document.Parsed, path: KeyPath): number | null {
  let node: unknown = document.contents;
  let offset: number | null = null;
  for (const part of path) {
    const step = stepInto(isAlias(node) ? node.resolve(document) : node, part);
    if (step === null) return offset;
    offset = step.offset ?? offset;
    node = step.value;
  }
  return offset;
}

interface Step {
  /** Of the key in a map, of the item in a list. */
  readonly offset: number | null;
  readonly value: unknown;
}

function stepInto(node: unknown, part: string | number): Step | null {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
    return pair === undefined ? null : { offset: startOf(pair.key), value: pair.value };
  }
  if (isSeq(node)) {
    const item = node.items[Number(part)];
    return item === undefined ? null : { offset: startOf(item), value: item };
  }
  return null;
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
