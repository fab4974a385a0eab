import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { type Splitter, startSplitter } from '../../src/content/splitter.ts';

const moody = new URL('./workers/moody-worker.mjs', import.meta.url);
const compiled = new URL('../../dist/content/splitter-worker.js', import.meta.url);
const text = (content: string) => ({ kind: 'text', content }) as const;

let splitter: Splitter | undefined;
const start = (deadlineMs: number, workerUrl = moody) => {
  splitter = startSplitter({ deadlineMs, workerUrl });
  return splitter;
};

afterEach(async () => {
  await splitter?.close();
});

describe('the splitter in its worker', () => {
  test('answers each of many mails with its own split', async () => {
    const { split } = bound(start(5000));
    const contents = Array.from({ length: 50 }, (_, index) => `mail ${index}`);
    const splits = await Promise.all(contents.map((content) => split(text(content), null)));
    expect(splits.map(({ fresh }) => fresh.content)).toEqual(contents.map((content) => content.toUpperCase()));
  });

  test('keeps a mail whole that takes too long, and serves the next', async () => {
    const { split } = bound(start(100));
    const [hung, next] = await Promise.all([split(text('hang'), null), split(text('next'), null)]);
    expect(hung).toMatchObject({ fresh: text('hang'), chain: null, reason: 'deadline' });
    expect(next.fresh.content).toBe('NEXT');
  });

  test('lets the program go on while a mail hangs', async () => {
    let settled = false;
    const hung = start(300)
      .split(text('hang'), null)
      .then(() => (settled = true));
    await new Promise(setImmediate);
    expect(settled).toBe(false);
    await hung;
  });

  test.each(['die', 'throw'])('keeps a mail whole that makes it %s, and serves the next', async (mood) => {
    const { split } = bound(start(5000));
    const [broken, next] = await Promise.all([split(text(mood), null), split(text('next'), null)]);
    expect(broken).toMatchObject({ fresh: text(mood), chain: null, reason: 'failed' });
    expect(next.fresh.content).toBe('NEXT');
  });

  test('keeps whole what waits when it is closed, and what comes after', async () => {
    const closing = start(5000);
    const waiting = [closing.split(text('hang'), null), closing.split(text('next'), null)];
    await closing.close();
    waiting.push(closing.split(text('late'), null));
    expect((await Promise.all(waiting)).map(({ reason }) => reason)).toEqual(['failed', 'failed', 'failed']);
  });

  test('keeps a mail whole where there is no worker to start', async () => {
    const { split } = bound(start(5000, new URL('./workers/no-such-worker.mjs', import.meta.url)));
    expect(await split(text('next'), null)).toMatchObject({ fresh: text('next'), reason: 'failed' });
  });

  test.runIf(existsSync(compiled))('splits with the compiled worker as it does without', async () => {
    const mail = text('Yes.\n\nOn Mon, 2 Feb 2026 at 10:00, Ann Archer <ann@contoso.test> wrote:\n> Will you?\n');
    const split = await start(5000, compiled).split(mail, null);
    expect(split).toEqual(await startSplitter().split(mail, null));
    expect(split.fresh.content).toBe('Yes.');
  });
});

function bound(from: Splitter): Pick<Splitter, 'split'> {
  return { split: (body, uniqueBody) => from.split(body, uniqueBody) };
}
