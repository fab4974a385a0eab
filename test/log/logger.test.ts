import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { IntegratorError } from '../../src/domain/errors.ts';
import { type LogFields, type LogLevel, createLogger } from '../../src/log/logger.ts';

async function logged(message: string, fields?: LogFields, level: LogLevel = 'debug'): Promise<string> {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  const logger = await createLogger({ level, stream });
  logger.info(message, fields);
  await new Promise((resolve) => setImmediate(resolve));
  return chunks.join('');
}

const canary = 'CANARYsecretCANARY';
const jwt = `eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiIwMDAwMDAwMyIsImNhbmFyeSI6${canary}.c2lnbmF0dXJl${canary}`;

test.each<[string, string, LogFields]>([
  ['an access token in a message', `request failed with ${jwt}`, {}],
  ['an access token in a nested field', 'x', { request: { headers: [{ Authorization: `Bearer ${jwt}` }] } }],
  ['an opaque bearer token', `Authorization: Bearer ${canary}`, {}],
  ['a client secret in a form body', `grant_type=client_credentials&client_secret=${canary}&scope=x`, {}],
  ['a client secret in a JSON body', `{"client_secret": "${canary}"}`, {}],
  ['a client secret as a field', 'x', { client_secret: canary, connection: { clientSecret: canary } }],
  ['a refresh token', 'x', { body: `refresh_token=0.AXo${canary}`, refresh_token: canary }],
  ['a refresh token without a name', `0.AXoAbcdefghijklmnopqrstuvwx${canary}`, {}],
  ['an authorization code in a redirect', `GET /authcallback?code=0.AXoAbcdefgh${canary}&state=1`, {}],
  ['an authorization code as a field', 'x', { code: `M.C5_Abcdefgh${canary}` }],
  ['a client assertion', `client_assertion=${canary}&assertion=${canary}`, {}],
  ['a password in a database URL', `cannot reach postgres://integrator:${canary}@db.example/x`, {}],
  ['a private key', `-----BEGIN PRIVATE KEY-----\nMII${canary}\n-----END PRIVATE KEY-----`, {}],
  ['a private key that is cut off', `-----BEGIN RSA PRIVATE KEY-----\nMII${canary}`, {}],
  ['the cause of an error', 'x', { error: new Error('outer', { cause: new Error(`password=${canary}`) }) }],
])('%s never reaches the log', async (_what, message, fields) => {
  const line = await logged(message, fields);
  expect(line).toContain('***');
  expect(line).not.toContain(canary);
});

test('error codes, request ids and counts stay readable', async () => {
  const error = new IntegratorError('access_denied', 'no access to ann@contoso.test', {
    hint: 'integrator test-mailboxes',
    code: 'ErrorAccessDenied',
  });
  const fields = { error, request_id: '5d7a1f1e-8c0a-4a51-9f3f-3c6c0b1d2e3f', requests: 12, status_code: 403 };
  expect(JSON.parse(await logged('mailbox failed', fields))).toMatchObject({
    level: 'info',
    message: 'mailbox failed',
    error: { kind: 'access_denied', code: 'ErrorAccessDenied', hint: 'integrator test-mailboxes' },
    request_id: '5d7a1f1e-8c0a-4a51-9f3f-3c6c0b1d2e3f',
    requests: 12,
    status_code: 403,
  });
});

test('a line stays one line and holds nothing that a terminal acts upon', async () => {
  const hostile = 'a\u001b[31mred\u009b31m\u202etxt.exe\r\n{"level":"error","message":"forged"}\u2028end\u200b';
  const line = await logged(hostile, { subject: hostile });
  expect(line.match(/[^\u0020-\u007e]/gu)).toEqual(['\n']);
  expect(JSON.parse(line)).toMatchObject({ level: 'info', message: hostile, subject: hostile });
});

test('fields cannot pass themselves off as the level or the time of a line', async () => {
  const line = await logged('true', { level: 'error', message: 'forged', time: 'never' });
  expect(JSON.parse(line)).toMatchObject({ level: 'info', message: 'true' });
});

test('a field that refers to itself is cut, not endless', async () => {
  const loop: Record<string, unknown> = { name: 'loop' };
  loop['self'] = loop;
  expect(await logged('x', { loop })).toContain('…');
});

test('what is below the level is not written', async () => {
  expect(await logged('x', {}, 'warn')).toBe('');
});
