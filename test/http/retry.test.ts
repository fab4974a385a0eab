import { afterEach, describe, expect, test } from 'vitest';
import { IntegratorError } from '../../src/domain/errors.ts';
import { Deadline, sleep } from '../../src/http/deadline.ts';
import { Gate } from '../../src/http/gate.ts';
import { type Outcome, retrying } from '../../src/http/retry.ts';

const never = new AbortController().signal;
const rules = { attempts: 4, backoffMs: 1, longestBackoffMs: 4 };
const deadlines: Deadline[] = [];

afterEach(() => {
  for (const deadline of deadlines.splice(0)) deadline.end();
});

function deadlineOf(ms: number, ...signals: AbortSignal[]): Deadline {
  const deadline = new Deadline('the service', ms, ...signals);
  deadlines.push(deadline);
  return deadline;
}

function failing(times: number, retryAfterMs: number | null = null) {
  let made = 0;
  const attempt = async (): Promise<Outcome<string>> => {
    made += 1;
    return made > times ? { kind: 'done', value: 'good' } : { kind: 'again', value: 'bad', retryAfterMs };
  };
  return { attempt, made: () => made };
}

describe('repetition', () => {
  test('ends with the first good answer', async () => {
    const { attempt, made } = failing(2);
    expect(await retrying(attempt, rules, deadlineOf(10_000))).toBe('good');
    expect(made()).toBe(3);
  });

  test('gives back the last bad answer when the attempts are used up', async () => {
    const { attempt, made } = failing(99);
    expect(await retrying(attempt, rules, deadlineOf(10_000))).toBe('bad');
    expect(made()).toBe(4);
  });

  test('has more patience where the service names the time', async () => {
    const { attempt, made } = failing(6, 1);
    expect(await retrying(attempt, rules, deadlineOf(10_000))).toBe('good');
    expect(made()).toBe(7);
  });

  test('does not wait for a time beyond the deadline', async () => {
    const { attempt, made } = failing(99, 60_000);
    expect(await retrying(attempt, rules, deadlineOf(10_000))).toBe('bad');
    expect(made()).toBe(1);
  });

  test('stops in the middle of a wait when the caller does', async () => {
    const caller = new AbortController();
    const { attempt, made } = failing(99, 5_000);
    setTimeout(() => caller.abort(), 10);
    await expect(retrying(attempt, rules, deadlineOf(60_000, caller.signal))).rejects.toMatchObject({
      code: 'stopped',
    });
    expect(made()).toBe(1);
  });

  test.each([0, 1])('ends with any of its signals, for the reason of signal %i', async (which) => {
    const callers = [new AbortController(), new AbortController()];
    const deadline = deadlineOf(60_000, ...callers.map(({ signal }) => signal));
    const waiting = deadline.sleep(60_000);
    expect(deadline.stopped).toBeUndefined();
    const reason = new IntegratorError('unreachable', 'enough', { code: 'stopped' });
    callers[which]?.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(deadline.stopped).toBe(reason);
    expect(deadline.remainingMs()).toBe(0);
    expect(deadlineOf(60_000, ...callers.map(({ signal }) => signal)).signal.reason).toBe(reason);
  });

  test('time that runs out is nobody’s giving up', async () => {
    const deadline = deadlineOf(1, never, never);
    await expect(deadline.sleep(60_000)).rejects.toMatchObject({ code: 'timeout' });
    expect(deadline.stopped).toBeUndefined();
  });

  test('setting the clock of the machine does not lengthen a wait', async () => {
    const realNow = Date.now;
    try {
      const waiting = sleep(20, never);
      Date.now = () => realNow() - 3_600_000;
      await expect(waiting).resolves.toBeUndefined();
      const deadline = deadlineOf(10_000);
      Date.now = () => realNow() + 86_400_000;
      expect(deadline.remainingMs()).toBeGreaterThan(0);
    } finally {
      Date.now = realNow;
    }
  });
});

describe('a gate', () => {
  test('lets as many through as it has slots, the others in their order', async () => {
    const gate = new Gate(2);
    const order: number[] = [];
    const leave = [await gate.enter(never), await gate.enter(never)];
    const third = gate.enter(never).then((free) => (order.push(3), free));
    const fourth = gate.enter(never).then((free) => (order.push(4), free));
    await sleep(1, never);
    expect(order).toEqual([]);
    leave[0]?.();
    leave[0]?.();
    await third;
    expect(order).toEqual([3]);
    leave[1]?.();
    await fourth;
    expect(order).toEqual([3, 4]);
  });

  test.each([
    ['the first', (signal: AbortSignal) => [signal, never]],
    ['the second', (signal: AbortSignal) => [never, signal]],
  ])('a caller who stops waiting by %s signal loses the place and nobody else does', async (_which, signals) => {
    const gate = new Gate(1);
    const caller = new AbortController();
    const leave = await gate.enter(never);
    const impatient = gate.enter(...signals(caller.signal));
    const patient = gate.enter(never);
    caller.abort();
    await expect(impatient).rejects.toMatchObject({ code: 'stopped' });
    leave();
    await expect(patient).resolves.toBeTypeOf('function');
  });

  test('tells how long it stays closed; a shorter wish never shortens it', () => {
    const gate = new Gate(1);
    expect(gate.opensInMs()).toBe(0);
    gate.closeFor(60_000);
    gate.closeFor(10);
    expect(gate.opensInMs()).toBeGreaterThan(50_000);
    expect(gate.opensInMs()).toBeLessThanOrEqual(60_000);
  });
});
