import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEwsProvider } from '../../../src/mail/ews/provider.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { canValidate, validate } from '../../sandbox/ews-schema.ts';
import { at, collect, ewsToken, floorMs, never, quick, readOptions, tokensOf } from './fixtures.ts';
import { recordEws } from './recorder.ts';
import type { Recorder } from './recorder.ts';

const address = 'ann&friends@contoso.test';
let sandbox: Sandbox;
let recorder: Recorder;

beforeAll(async () => {
  sandbox = await startSandbox();
  recorder = await recordEws(sandbox);
  sandbox.world.addMailbox({ address, displayName: 'Ann & Friends' });
});
afterAll(async () => {
  await recorder.close();
  await sandbox.close();
});

function fill(): void {
  const message = { subject: 'Attached', from: 'Bob <bob@acme.example>' };
  for (const folder of ['Inbox', 'IR/Units & <others>']) {
    sandbox.world.addMessage(address, folder, {
      subject: 'A & <B>',
      html: '<p>text</p>',
      receivedAt: at(1),
      attachments: [
        { kind: 'file', name: 'a.txt', content: 'a' },
        { kind: 'item', name: 'mail', message },
        { kind: 'reference', name: 'Plan.docx', url: 'https://files.example/1' },
      ],
    });
    sandbox.world.addMessage(address, folder, { subject: 'protected', itemClass: 'IPM.Note.SMIME', receivedAt: at(2) });
  }
}

test.skipIf(!canValidate)(
  'whatever is asked to read mailboxes is valid by the published schema (needs xmllint and ../shared/specs/ews)',
  async () => {
    fill();
    for (const impersonate of [true, false]) {
      const provider = createEwsProvider({
        url: recorder.url,
        signIn: impersonate
          ? { kind: 'token', tokens: tokensOf(await ewsToken(sandbox)), impersonate }
          : { kind: 'basic', ...sandbox.serviceAccount },
        uniqueBody: impersonate,
        clock: Date.now,
        onMutation: () => undefined,
        limits: { ...quick, syncPage: 1 },
      });
      const reader = provider.reader({ address, user: undefined });
      await reader.folders('all', never);
      const folders = [];
      for (const path of ['Inbox', 'ir/units & <others>']) folders.push(...(await reader.folders(path, never)));
      for (const folder of folders) {
        const pages = await collect(reader.changes(folder, null, { floorMs, signal: never }));
        const present = pages.flatMap((page) => page.entries.filter((entry) => entry.kind === 'present'));
        const results = await collect(reader.read(present, { ...readOptions, keepOriginal: true }));
        expect(results.map(({ kind }) => kind)).not.toContain('damaged');
        await collect(reader.list(folder, floorMs, never));
        await collect(reader.changes(folder, pages.at(-1)?.cursor ?? null, { floorMs, signal: never }));
        // Light, as after a conversion that failed, and one attachment by itself.
        const fault = { kind: 'status', status: 200, code: 'ErrorContentConversionFailed' } as const;
        sandbox.faults.add({ service: 'ews', path: '#GetItem', fault, count: 2 });
        for (const { providerId } of present) await reader.readOne(providerId, folder, readOptions);
        expect(await reader.readAttachment('x', 'no & such <id>', readOptions)).toBeNull();
      }
      await provider.close();
    }
    const operations = new Set(recorder.requests.map((one) => /Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(one)?.[1]));
    expect(operations).toEqual(
      new Set(['FindFolder', 'FindItem', 'GetAttachment', 'GetFolder', 'GetItem', 'SyncFolderItems']),
    );
    expect(recorder.requests.length).toBeGreaterThan(60);
    validate([...new Set(recorder.requests)]);
  },
);
