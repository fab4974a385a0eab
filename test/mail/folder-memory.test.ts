import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FolderMemory } from '../../src/mail/folder-memory.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('where a path leads is asked again after a quarter of an hour, and when it is forgotten', async () => {
  const memory = new FolderMemory();
  let asked = 0;
  const folders = () =>
    memory.folders('Deals', () => {
      asked += 1;
      return Promise.resolve([{ path: 'Deals', id: String(asked), sentItems: false }]);
    });
  expect(await folders()).toMatchObject([{ id: '1' }]);
  vi.advanceTimersByTime(14 * 60_000);
  expect(await folders()).toMatchObject([{ id: '1' }]);
  vi.advanceTimersByTime(2 * 60_000);
  expect(await folders()).toMatchObject([{ id: '2' }]);
  memory.forget();
  expect(await folders()).toMatchObject([{ id: '3' }]);
});

test('a path that leads nowhere is asked for each time', async () => {
  const memory = new FolderMemory();
  const nowhere = () => Promise.reject(new Error('not there'));
  await expect(memory.folders('Deals', nowhere)).rejects.toThrow('not there');
  expect(await memory.folders('Deals', () => Promise.resolve([]))).toEqual([]);
});
