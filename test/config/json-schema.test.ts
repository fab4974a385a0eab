import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/schema.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const validate = new Ajv2020({ strict: false }).compile(JSON.parse(read('config/integrator.schema.json')));

test('the JSON schema in the package is the one the program checks by', () => {
  // After a change: npm run build && node scripts/schema.mjs
  expect(JSON.parse(read('config/integrator.schema.json'))).toEqual(configJsonSchema());
});

test.each(['integrator.example.yaml', 'test/fixtures/config/full.yaml'])(
  'an editor finds nothing wrong in %s',
  (path) => {
    validate(parse(read(path)));
    expect(validate.errors ?? []).toEqual([]);
  },
);

test.each([
  ['an unknown key', 'schedul: every 5m'],
  ['a key of another connection type', 'connections: [{ name: a, type: graph, server: x }]'],
  ['a choice that does not exist', 'connections: [{ name: a, type: graph, matching: subject }]'],
  ['a missing name', 'connections: [{ type: graph }]'],
])('an editor marks %s', (_what, text) => {
  expect(validate(parse(text))).toBe(false);
});

test('every key at the top explains itself', () => {
  const { properties } = JSON.parse(read('config/integrator.schema.json'));
  for (const [key, schema] of Object.entries(properties))
    expect([key, schema]).toEqual([key, expect.objectContaining({ description: expect.any(String) })]);
});
