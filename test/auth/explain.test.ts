import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { meaningByCode } from '../../src/auth/codes/table.ts';
import { emptyDirectory } from '../cli/run-cli.ts';
import { runHere } from './in-process.ts';

let directory: string;
beforeEach(() => {
  directory = emptyDirectory();
});

const explain = (...words: string[]) => runHere(['explain', ...words], directory);

function configure(...connections: string[]): void {
  const yaml = `state_dir: ./state
agents:
  - { id: ann, name: Ann Archer, email: ann@contoso.test }
connections:
${connections.join('\n')}
`;
  writeFileSync(join(directory, 'integrator.yaml'), yaml, { mode: 0o600 });
}

const ids = 'tenant_id: 11111111-2222-4333-8444-555555555555, client_id: 99999999-2222-4333-8444-555555555555';
const person = `  - { name: sales, type: graph, ${ids}, client_secret: { file: ./s }, service_account: svc@contoso.test, mailboxes: [{ address: ann@contoso.test, agent: ann }] }`;
const app = `  - { name: robot, type: graph, auth: application, ${ids}, certificate: { file: ./app.pem }, mailboxes: [{ address: bob@contoso.test, agent: ann }] }`;

test('without a configuration a number is explained for every kind of sign-in', async () => {
  const { code, stdout } = await explain('AADSTS50105');
  expect(code).toBe(0);
  expect(stdout).toMatch(/AADSTS50105.*stays until somebody does something/);
  expect(stdout).toMatch(/person with a secret.*not assigned/);
  expect(stdout).toContain('managed identity');
});

test('with one it is explained for the connections that are there, with their names filled in', async () => {
  configure(person, app);
  const { code, stdout } = await runHere(['explain', '700024', '--json'], directory);
  expect(code).toBe(0);
  const [told] = JSON.parse(stdout);
  expect(told).toMatchObject({ code: 'AADSTS700024', known: true, kind: 'config', passing: false });
  expect(JSON.stringify(told)).toMatch(/NTP/);
  configure(app);
  const { stdout: robot } = await explain('65001');
  expect(robot).toContain('Test-ServicePrincipalAuthorization -Identity 99999999-2222-4333-8444-555555555555');
  expect(robot).not.toMatch(/auth login|secret/i);
});

test('a configuration that is wrong does not stand in the way', async () => {
  writeFileSync(join(directory, 'integrator.yaml'), 'connections: 7\n', { mode: 0o600 });
  expect(await explain('50011')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('http://localhost/authcallback'),
  });
});

test('several numbers, in whatever was pasted, are explained one after the other', async () => {
  const { code, stdout } = await explain('Sorry … aadsts50011: The redirect URI', 'and', 'AADSTS90033');
  expect(code).toBe(0);
  expect(stdout).toMatch(/AADSTS50011[^]*AADSTS90033: Entra is busy\n {2}It passes by itself/);
});

test('a number that is not known is said to be unknown, with where to look: exit 1', async () => {
  const { code, stdout } = await explain('AADSTS999999');
  expect([code, stdout]).toEqual([
    1,
    expect.stringMatching(/does not know this number.*login\.microsoftonline\.com\/error\?code=999999/),
  ]);
  const { stdout: json } = await runHere(['explain', 'AADSTS999999', 'AADSTS50011', '--json'], directory);
  expect(JSON.parse(json)).toMatchObject([
    { code: 'AADSTS999999', known: false, meaning: null, passing: null, cures: [] },
    { code: 'AADSTS50011', known: true, passing: false },
  ]);
});

test('what holds no number is wrong usage: exit 64', async () => {
  expect(await explain('help', 'me')).toMatchObject({ code: 64, stderr: expect.stringContaining('AADSTS50011') });
});

test('an agent may not: exit 77', async () => {
  configure(person);
  expect((await runHere(['explain', '50011', '--as', 'ann'], directory)).code).toBe(77);
});

test('every number of the table is explained without a name left open', async () => {
  configure(person, app);
  const { code, stdout } = await explain(...[...meaningByCode.keys()].map((one) => `AADSTS${one}`));
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/[{}]|undefined/);
});
