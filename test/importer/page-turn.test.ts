import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pageTurns, PageTurn } from '../../src/importer/page-turn.ts';

/** Lets everything that is ready go on. */
const settle = () => vi.advanceTimersByTimeAsync(0);

function mailboxes(count: number, signal = new AbortController().signal) {
  const turns = pageTurns();
  return Array.from({ length: count }, () => new PageTurn(turns, signal));
}

/** Which of these have begun their turn by now. */
function begun(turns: readonly PageTurn[]): boolean[] {
  const states = turns.map(() => false);
  turns.forEach((turn, index) => {
    turn.begin().then(
      () => (states[index] = true),
      () => undefined,
    );
  });
  return states;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('turns to have a page in memory', () => {
  test('three mailboxes have one at a time; the next begins when one ends', async () => {
    const turns = mailboxes(5);
    const states = begun(turns);
    await settle();
    expect(states).toEqual([true, true, true, false, false]);
    turns[1]?.end();
    await settle();
    expect(states).toEqual([true, true, true, true, false]);
    for (const turn of turns) turn.end();
  });

  test('a mailbox whose service is slow keeps the others waiting for a second and no longer', async () => {
    const states = begun(mailboxes(6));
    await vi.advanceTimersByTimeAsync(999);
    expect(states).toEqual([true, true, true, false, false, false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(states).toEqual([true, true, true, true, true, true]);
  });

  test('asked for twice for one page, a turn is taken once; ended twice, it is given back once', async () => {
    const [first, second, third, fourth, fifth] = mailboxes(5);
    const states = begun([first, second, third].flatMap((turn) => turn ?? []));
    await settle();
    await first?.begin();
    expect(states).toEqual([true, true, true]);
    first?.end();
    first?.end();
    const later = begun([fourth, fifth].flatMap((turn) => turn ?? []));
    await settle();
    expect(later).toEqual([true, false]);
  });

  test('who waits for a turn stops with the run', async () => {
    const run = new AbortController();
    const [first, second, third, fourth] = mailboxes(4, run.signal);
    begun([first, second, third].flatMap((turn) => turn ?? []));
    const waiting = expect(fourth?.begin()).rejects.toMatchObject({ code: 'stopped' });
    run.abort();
    await waiting;
  });
});
