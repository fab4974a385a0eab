import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { Client, graphScope, round } from './client.ts';
import type { Answer, Json } from './client.ts';

/** Every answer is checked against the published schemas, which are not part of the project. */
const specs = fileURLToPath(new URL('../../../shared/specs/graph', import.meta.url));

describe.skipIf(!existsSync(specs))(
  'answers against the published schemas (skipped: ../shared/specs is not there)',
  () => {
    let sandbox: Sandbox;
    let client: Client;
    let checked: Set<string>;
    let check: (method: string, template: string, answer: Answer) => void;
    const ann = 'ann@contoso.test';
    const user = `users/${ann}`;

    beforeAll(async () => {
      const openapi: Json = JSON.parse(readFileSync(`${specs}/graph-mail.openapi.json`, 'utf8'));
      const schemas: Json = JSON.parse(readFileSync(`${specs}/graph-mail.schemas.strict.json`, 'utf8'));
      const ajv = new Ajv2020({ strict: false });
      formats.default(ajv);
      ajv.addSchema(schemas);
      checked = new Set();
      const compiled = new Map<string, ReturnType<typeof ajv.compile>>();
      const validatorOf = (method: string, template: string, failed: boolean) => {
        const key = `${method} ${template} ${failed}`;
        const { responses } = openapi.paths[template][method.toLowerCase()];
        const chosen = failed ? responses.default : (responses['2XX'] ?? responses['200']);
        const response =
          chosen.$ref === undefined ? chosen : openapi.components.responses[chosen.$ref.split('/').at(-1)];
        const text = JSON.stringify(response.content['application/json'].schema)
          .replaceAll('#/components/schemas/', `${schemas.$id}#/$defs/`)
          .replaceAll(/"nullable":true,|,"nullable":true/g, '');
        const validate = compiled.get(key) ?? ajv.compile(JSON.parse(text));
        compiled.set(key, validate);
        return validate;
      };
      check = (method, template, answer) => {
        checked.add(`${method} ${template}`);
        const validate = validatorOf(method, template, answer.status >= 400);
        expect(validate(answer.json), `${method} ${template}: ${ajv.errorsText(validate.errors)}`).toBe(true);
      };
      sandbox = await startSandbox({ world: 'sample' });
      client = new Client(sandbox);
      await client.signIn();
    });
    afterAll(() => sandbox.close());

    test('reading folders and messages', async () => {
      const mailUser = '/users/{user-id}';
      check(
        'GET',
        `${mailUser}/mailFolders`,
        await client.get(`${user}/mailFolders?$top=50&includeHiddenFolders=true`),
      );
      check('GET', `${mailUser}/mailFolders/{mailFolder-id}`, await client.get(`${user}/mailFolders/inbox`));
      check(
        'GET',
        `${mailUser}/mailFolders/{mailFolder-id}/childFolders`,
        await client.get(`${user}/mailFolders/inbox/childFolders`),
      );
      check('GET', `${mailUser}/mailFolders/delta`, await client.get(`${user}/mailFolders/delta`));
      const list = await client.get(`${user}/messages?$top=100&$count=true`);
      check('GET', `${mailUser}/messages`, list);
      check(
        'GET',
        `${mailUser}/mailFolders/{mailFolder-id}/messages`,
        await client.get(`${user}/mailFolders/inbox/messages?$top=5`),
      );
      for (const { id } of list.json.value) {
        const one = await client.get(
          `${user}/messages/${id}?$select=subject,body,uniqueBody,internetMessageHeaders,from,toRecipients&$expand=attachments,singleValueExtendedProperties($filter=id eq 'String 0x001A')`,
        );
        check('GET', `${mailUser}/messages/{message-id}`, one);
        check('GET', `${mailUser}/messages/{message-id}`, await client.get(`${user}/messages/${id}`));
        const attachments = await client.get(`${user}/messages/${id}/attachments`);
        check('GET', `${mailUser}/messages/{message-id}/attachments`, attachments);
        for (const attachment of attachments.json.value) {
          check(
            'GET',
            `${mailUser}/messages/{message-id}/attachments/{attachment-id}`,
            await client.get(
              `${user}/messages/${id}/attachments/${attachment.id}?$expand=microsoft.graph.itemattachment/item`,
            ),
          );
        }
      }
      expect(list.json.value.length).toBeGreaterThan(20);
    });

    test('delta rounds with new, changed, read and removed mail', async () => {
      const template = '/users/{user-id}/mailFolders/{mailFolder-id}/messages/delta';
      const first = await round(client, `${user}/mailFolders/inbox/messages/delta`, {
        prefer: 'odata.maxpagesize=500',
      });
      const [one, two, three] = first.entries.map(({ id }: Json) => id);
      sandbox.world.markRead(ann, one);
      sandbox.world.deleteMessage(ann, two);
      sandbox.world.updateMessage(ann, three, { importance: 'high' });
      sandbox.world.addMessage(ann, 'Inbox');
      const second = await client.get(first.deltaLink);
      check('GET', template, second);
      expect(second.json.value).toHaveLength(4);
      check(
        'GET',
        template,
        await client.get(
          `${user}/mailFolders/inbox/messages/delta?$select=subject,body,uniqueBody,internetMessageHeaders,isRead&$expand=attachments`,
          { prefer: 'odata.maxpagesize=500' },
        ),
      );
      check('GET', template, await client.get(`${user}/mailFolders/inbox/messages/delta?$filter=subject eq 'x'`));
    });

    test('the account, its settings and ids', async () => {
      await client.signInAsApplication();
      check('GET', '/users/{user-id}', await client.get(user));
      check('GET', '/users/{user-id}/mailboxSettings', await client.get(`${user}/mailboxSettings`));
      await client.signIn(ann, `${graphScope} https://graph.microsoft.com/MailboxSettings.Read`);
      check('GET', '/me', await client.get('me'));
      check('GET', '/me/mailboxSettings', await client.get('me/mailboxSettings'));
      const [message] = (await client.get('me/messages?$top=1')).json.value;
      check(
        'POST',
        '/me/translateExchangeIds',
        await client.send('POST', 'me/translateExchangeIds', {
          inputIds: [message.id],
          sourceIdType: 'restId',
          targetIdType: 'restImmutableEntryId',
        }),
      );
      check(
        'POST',
        '/$batch',
        await client.send('POST', '$batch', {
          requests: [
            { id: '1', method: 'GET', url: '/me' },
            { id: '2', method: 'GET', url: '/me/messages/x' },
          ],
        }),
      );
      await client.signIn();
    });

    test('drafts, replies and uploads', async () => {
      const mailUser = '/users/{user-id}/messages';
      const created = await client.send('POST', `${user}/messages`, {
        subject: 'x',
        body: { contentType: 'HTML', content: 'y' },
        toRecipients: [{ emailAddress: { address: 'ben@contoso.test' } }],
        importance: 'High',
      });
      check('POST', mailUser, created);
      const draft = `${user}/messages/${created.json.id}`;
      check('PATCH', `${mailUser}/{message-id}`, await client.send('PATCH', draft, { subject: 'z' }));
      check(
        'POST',
        `${mailUser}/{message-id}/attachments`,
        await client.send('POST', `${draft}/attachments`, {
          '@odata.type': '#microsoft.graph.fileAttachment',
          name: 'a',
          contentBytes: 'YQ==',
        }),
      );
      check(
        'POST',
        `${mailUser}/{message-id}/attachments/createUploadSession`,
        await client.send('POST', `${draft}/attachments/createUploadSession`, {
          AttachmentItem: { attachmentType: 'file', name: 'b', size: 9 },
        }),
      );
      const [message] = (await client.get(`${user}/mailFolders/inbox/messages?$top=1`)).json.value;
      for (const name of ['createReply', 'createReplyAll', 'createForward', 'move', 'copy']) {
        const body = name === 'move' || name === 'copy' ? { destinationId: 'inbox' } : {};
        const moved = (await client.get(`${user}/mailFolders/inbox/messages?$top=1`)).json.value[0] ?? message;
        check(
          'POST',
          `${mailUser}/{message-id}/${name}`,
          await client.send('POST', `${user}/messages/${moved.id}/${name}`, body),
        );
      }
    });

    test('refusals of every kind', async () => {
      const template = '/users/{user-id}/messages';
      for (const path of [
        'users/nobody@contoso.test/messages',
        'users/fiona@contoso.test/messages',
        'users/svc-crm@contoso.test/messages',
        `${user}/messages?$select=nothing`,
      ]) {
        const answer = await client.get(path);
        expect(answer.status).toBeGreaterThanOrEqual(400);
        check('GET', template, answer);
      }
    });

    test('the check notices an invented property and a wrong type', async () => {
      const template = '/users/{user-id}/messages';
      const good = await client.get(`${user}/messages?$top=1`);
      const [message] = good.json.value;
      for (const spoiled of [
        { ...message, subjekt: 'x' },
        { ...message, isRead: 'yes' },
      ]) {
        expect(() => check('GET', template, { ...good, json: { ...good.json, value: [spoiled] } })).toThrow(template);
      }
    });

    test('at least 20 operations were looked at', () => {
      expect(checked.size).toBeGreaterThanOrEqual(20);
    });
  },
);
