// The floor: the same pages fetched with undici, parsed, and one prepared insert per message, all of it, in page
// transactions that are as durable as ours. Nothing is decided, checked, deduplicated or found again. With `attachments`, the bytes of attachments are fetched too,
// and each content is written once. argv: JSON { sandbox, stateDir, concurrency, attachments }.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import Database from 'better-sqlite3';
import pLimit from 'p-limit';
import { Agent, request } from 'undici';
import { reportUsage } from './usage.mjs';

const { sandbox, stateDir, concurrency, attachments = false } = JSON.parse(process.argv[2]);
mkdirSync(stateDir, { recursive: true });
const agent = new Agent({ connect: { ca: sandbox.caPem } });
const token = await fetchToken();
const database = new Database(join(stateDir, 'floor.db'));
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec(
  `create table message (id text, message_id text, subject text, received text, sent text, people text, flags text,
    conversation text, body_kind text, body text, headers text)`,
);
const insert = database.prepare('insert into message values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
const insertPage = database.transaction((messages) => {
  for (const message of messages) {
    const { from, sender, replyTo, toRecipients, ccRecipients, bccRecipients } = message;
    insert.run(
      message.id,
      message.internetMessageId,
      message.subject,
      message.receivedDateTime,
      message.sentDateTime,
      JSON.stringify({ from, sender, replyTo, toRecipients, ccRecipients, bccRecipients }),
      JSON.stringify([message.hasAttachments, message.isDraft]),
      message.conversationId,
      message.body.contentType,
      message.body.content,
      JSON.stringify(message.internetMessageHeaders),
    );
  }
});

let imported = 0;
let requests = 0;
const limit = pLimit(concurrency);
await Promise.all(sandbox.addresses.map((address) => limit(() => importMailbox(address))));
reportUsage({ imported, requests });

async function importMailbox(address) {
  const select =
    'id,subject,from,toRecipients,ccRecipients,receivedDateTime,sentDateTime,body,internetMessageId,hasAttachments,isDraft,sender,replyTo,bccRecipients,conversationId,parentFolderId,internetMessageHeaders';
  const filter = encodeURIComponent('receivedDateTime ge 2000-01-01T00:00:00Z');
  let url = `${sandbox.graph}v1.0/users/${address}/mailFolders/inbox/messages/delta?$filter=${filter}&$select=${select}`;
  while (url !== undefined) {
    const page = await fetchJson(url);
    if (attachments) await fetchAttachments(address, page.value);
    insertPage(page.value);
    imported += page.value.length;
    url = page['@odata.nextLink'];
  }
}

async function fetchJson(url, encoding = 'gzip') {
  requests += 1;
  const { body } = await request(url, {
    dispatcher: agent,
    headers: {
      authorization: `Bearer ${token}`,
      prefer: 'odata.maxpagesize=150, outlook.body-content-type="html"',
      'accept-encoding': encoding,
    },
  });
  return JSON.parse(await text(encoding === 'gzip' ? body.pipe(createGunzip({ chunkSize: 65_536 })) : body));
}

async function fetchAttachments(address, messages) {
  for (const { id, hasAttachments } of messages) {
    if (!hasAttachments) continue;
    const { value } = await fetchJson(`${sandbox.graph}v1.0/users/${address}/messages/${id}/attachments`, 'identity');
    for (const { contentBytes } of value) {
      const bytes = Buffer.from(contentBytes, 'base64');
      const file = join(stateDir, createHash('sha256').update(bytes).digest('hex'));
      if (!existsSync(file)) writeFileSync(file, bytes, { flush: true });
    }
  }
}

async function fetchToken() {
  const { body } = await request(`${sandbox.authority}${sandbox.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    dispatcher: agent,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: sandbox.clientId,
      client_secret: sandbox.clientSecret,
      scope: 'https://graph.microsoft.com/.default',
    }).toString(),
  });
  const { access_token: accessToken } = await body.json();
  return accessToken;
}
