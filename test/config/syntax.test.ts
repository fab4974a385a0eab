import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { environment, load, refusal, temporaryDirectory } from './temporary-config.ts';

async function messageOf(text: string): Promise<string> {
  return (await refusal(load(text))).message.replaceAll(/^.*integrator\.yaml:\s?/gm, '');
}

const colon = 'not valid YAML: the value holds a colon with a space behind it; put the value in quotes';
const quotes = 'a value cannot begin with this character; put the value in quotes';
const conflict = '<<<<<<< HEAD\nstate_dir: a\n=======\nstate_dir: b\n>>>>>>> other\n';

test.each<[string, string, string, string?]>([
  ['a colon in a name', 'agents:\n  - id: ann\n    name: Ann: Archer\n', `3:11: ${colon}`, '    name: Ann: Archer'],
  ['a colon in the first key of an item', 'agents:\n  - name: Ann: Archer\n', `2:11: ${colon}`],
  ['a colon behind typographic quotes', 'timezone: “a: b”\n', `1:11: ${colon}`],
  ['a tab', 'agents:\n\t- id: ann\n', '2:1: a tab is used for indentation; use spaces'],
  ['a tab after spaces', 'agents:\n  - id: ann\n    \tname: x\n', '3:5: a tab is used for indentation; use spaces'],
  [
    'one space too many',
    'agents:\n  - id: ann\n     name: Ann\n',
    '3:6: not valid YAML: the line is indented by 5 spaces, the one above it by 2 spaces',
    '     name: Ann\n       ^',
  ],
  [
    'one space too many at the top',
    'state_dir: ./s\n schedule: every 10m\n',
    '2:2: not valid YAML: the line is indented by 1 space',
  ],
  [
    'one space too few',
    'agents:\n  - id: ann\n   name: Ann\n',
    '3:1: not valid YAML: the line is indented by 3 spaces',
  ],
  [
    'a list item too far left',
    'agents:\n    - id: a\n   - id: b\n',
    '3:1: not valid YAML: the line is indented by 3 spaces',
  ],
  [
    'an open quotation',
    'agents:\n  - id: "ann\n    name: x\n',
    '2:9: not valid YAML: a quotation begins here that is not closed',
  ],
  ['an address that begins with @', 'agents:\n  - { id: a, email: @contoso.test }\n', quotes],
  ['a value that begins with %', 'schedule: %x\n', quotes],
  ['a Windows path', 'state_dir: "C:\\users"\n', 'a backslash means something else in double quotes'],
  ['an open bracket', 'agents: [{ id: ann }\nschedule: every 1m\n', 'a "[" or "{" above is not closed'],
  ['no colon', 'schedule every 1m\nstate_dir: ./x\n', '1:1: not valid YAML: a colon is missing; write "key: value"'],
  [
    'no space behind the colon',
    'state_dir:./x\nschedule: every 1m\n',
    '1:1: not valid YAML: a space is missing behind the colon',
  ],
  ['no space behind the dash', 'agents:\n  - id: bob\n  -id: ann\n', 'a space is missing behind the dash'],
  ['a merge conflict', conflict, '1:1: not valid YAML: a merge conflict was left in the file; resolve it'],
])('%s: the line, an excerpt, the fix', async (_what, text, message, excerpt) => {
  const found = await messageOf(text);
  expect(found).toContain(message);
  expect(found).toContain(excerpt ?? '^');
});

test('a line that may hold a secret is not shown', async () => {
  const found = await messageOf('connections:\n  - name: a\n    client_secret: CANARY: x\n');
  expect(found).toContain(`3:20: ${colon}`);
  expect(found).not.toContain('CANARY');
});

test.each([
  ['UTF-16, little end first', Buffer.from('﻿agents: []\n', 'utf16le'), 'is UTF-16, or no text; save it as UTF-8'],
  ['UTF-16, big end first', Buffer.from('﻿agents: []\n', 'utf16le').swap16(), 'is UTF-16, or no text'],
  ['Latin-1', Buffer.from('agents:\n  - { id: m, name: Müller }\n', 'latin1'), ':2:21: a character here is not UTF-8'],
])('a file in %s is refused with the way to convert it', async (_what, bytes, message) => {
  const directory = temporaryDirectory();
  const path = join(directory, 'integrator.yaml');
  writeFileSync(path, bytes, { mode: 0o600 });
  expect((await refusal(loadConfig({ path, env: environment, cwd: directory }))).message).toContain(message);
});
