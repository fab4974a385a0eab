/** zod's issues in our own words, with the key a person probably meant. */
import type { z } from 'zod';
import type { KeyPath, Problem } from './problem.ts';
import { configJsonSchema } from './schema.ts';
import { didYouMean, oneOf } from './suggest.ts';

type Issue = z.core.$ZodIssue;

export function toProblems(issues: readonly Issue[], raw: unknown): Problem[] {
  return issues.flatMap((issue): Problem[] => {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, path, raw) }));
    }
    return [{ path, message: describe(issue, path, raw) }];
  });
}

function unknownKey(key: string, path: KeyPath, raw: unknown): string {
  const known = keysAt(path, raw).filter((name) => name !== '$schema');
  if (keysAt(path, anyType).includes(key)) {
    const type = valueAt(raw, [...path, 'type']);
    return `is not a key of type: ${String(type)}; remove it, or correct the type`;
  }
  return `is not a known key${didYouMean(key, known, 'known are')}`;
}

function describe(issue: Issue, path: KeyPath, raw: unknown): string {
  const value = valueAt(raw, path);
  if (issue.code === 'invalid_type') return wrongType(issue.expected, value);
  if (issue.code === 'invalid_value') return choose(issue.values.map(String), value);
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)) {
    return choose(issue.options.map(String), value);
  }
  if (issue.code === 'too_small') {
    return value === '' || Array.isArray(value) ? 'must not be empty' : `must be at least ${String(issue.minimum)}`;
  }
  if (issue.code === 'too_big') return `must be at most ${String(issue.maximum)}`;
  const complete = issue.message.startsWith('"');
  return complete ? issue.message : `${shown(value, path)}${issue.message}`;
}

/** YAML reads 123 as a number and true as a boolean; a person who wants text must say so. */
function wrongType(expected: string, value: unknown): string {
  if (value === undefined) return 'is missing';
  const scalar = typeof value === 'number' || typeof value === 'boolean';
  const quoting = expected === 'string' && scalar ? '; put it in quotes' : '';
  return `must be ${article(expected)}, not ${typeName(value)}${quoting}`;
}

function choose(values: readonly string[], value: unknown): string {
  if (value === undefined) return `is missing; write ${oneOf(values)}`;
  const hint = typeof value === 'string' ? didYouMean(value, values, 'possible are') : `; write ${oneOf(values)}`;
  return `cannot be ${JSON.stringify(value)}${hint}`;
}

function article(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    boolean: 'true or false',
    object: 'a set of keys',
    record: 'a set of keys',
    array: 'a list',
    int: 'a whole number',
    number: 'a number',
    string: 'a text',
  };
  return names[expected] ?? expected;
}

function typeName(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return article(typeof value);
}

const secretKeys = new Set(['client_secret', 'password', 'token', 'certificate', 'store']);

/** What stands there, for messages that continue it ("is not …"); never where a secret could stand. */
function shown(value: unknown, path: KeyPath): string {
  const secret = path.some((part) => secretKeys.has(String(part)));
  const scalar = typeof value === 'string' || typeof value === 'number';
  return secret || !scalar ? '' : `${JSON.stringify(value)} `;
}

export function valueAt(raw: unknown, path: KeyPath): unknown {
  let value = raw;
  for (const part of path) {
    value = isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string | number, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The keys the schema knows at a place; of a choice by `type` only those of the type chosen. */
function keysAt(path: KeyPath, raw: unknown): readonly string[] {
  let schemas = branches(configJsonSchema(), raw);
  let value = raw;
  for (const part of path) {
    value = value === anyType ? anyType : valueAt(value, [part]);
    schemas = schemas.flatMap((schema) => {
      const inner = typeof part === 'number' ? schema['items'] : valueAt(schema, ['properties', part]);
      return branches(inner ?? schema['additionalProperties'], value);
    });
  }
  return schemas.flatMap((schema) => (isRecord(schema['properties']) ? Object.keys(schema['properties']) : []));
}

/** Stands for a value of every type at once. */
const anyType = Symbol('any type');

function branches(schema: unknown, value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!isRecord(schema)) return [];
  const choices = schema['oneOf'] ?? schema['anyOf'];
  if (!Array.isArray(choices)) return [schema];
  const chosen = value === anyType ? anyType : valueAt(value, ['type']);
  return choices.flatMap((choice: unknown) => {
    const type = valueAt(choice, ['properties', 'type', 'const']);
    return type === undefined || chosen === anyType || type === chosen ? branches(choice, value) : [];
  });
}
