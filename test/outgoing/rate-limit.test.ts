import { expect, it } from 'vitest';
import { waitToSend } from '../../src/outgoing/rate-limit.ts';
import type { RateLimit } from '../../src/outgoing/rate-limit.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothStores } from '../store/both-stores.ts';

const never = new AbortController().signal;
const ann = 'ann@contoso.test';

/** A clock that only sleeping moves. */
function standing(startMs: number) {
  let nowMs = startMs;
  const slept: number[] = [];
  return {
    slept,
    set: (ms: number) => {
      nowMs = ms;
    },
    now: () => nowMs,
    sleep: async (ms: number) => {
      slept.push(ms);
      nowMs += ms;
    },
  };
}

async function sendTimes(
  store: Store,
  clock: ReturnType<typeof standing>,
  count: number,
  more: Partial<RateLimit> = {},
) {
  const times: number[] = [];
  for (let sent = 0; sent < count; sent += 1) {
    await waitToSend({ store, mostPerMinute: 3, ...clock, ...more }, ann, never);
    times.push(clock.now());
  }
  return times;
}

await onBothStores('the rate limit', (stores) => {
  it('lets a mailbox send so many within any minute, and makes the next one wait', async () => {
    const clock = standing(1_000);
    const waits: number[] = [];
    const onWait = (_mailbox: string, untilMs: number) => waits.push(untilMs);
    const store = await stores.open();
    expect(await sendTimes(store, clock, 7, { onWait })).toEqual([
      1_000, 1_000, 1_000, 61_000, 61_000, 61_000, 121_000,
    ]);
    expect(waits).toEqual([61_000, 121_000]);
  });

  it('counts each mailbox for itself', async () => {
    const clock = standing(0);
    const limit = { store: await stores.open(), mostPerMinute: 1, ...clock };
    for (const mailbox of [ann, 'ben@contoso.test']) await waitToSend(limit, mailbox, never);
    expect(clock.slept).toEqual([]);
  });

  it('waits no longer than a minute after the clock was set back', async () => {
    const clock = standing(10_000_000);
    const store = await stores.open();
    await sendTimes(store, clock, 3);
    clock.set(5_000_000);
    expect(await sendTimes(store, clock, 1)).toEqual([5_060_000]);
  });

  it('stops waiting when told to, and nothing is counted then', async () => {
    const clock = standing(0);
    const store = await stores.open();
    await sendTimes(store, clock, 3);
    const stop = new AbortController();
    const sleep = async () => {
      stop.abort(new Error('stopped'));
      stop.signal.throwIfAborted();
    };
    const limit = { store, mostPerMinute: 3, now: clock.now, sleep };
    await expect(waitToSend(limit, ann, stop.signal)).rejects.toThrow('stopped');
    expect(await store.db.selectFrom('send_slot').selectAll().execute()).toHaveLength(3);
  });

  it('is one for all processes that share the store', async () => {
    const place = await stores.place();
    const shared = [await openStore(place), await openStore(place)];
    const tooFast = () => Promise.reject(new Error('over the limit'));
    const sent: number[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      for (const store of shared.slice(turn % 2).slice(0, 1)) {
        const limit = { store, mostPerMinute: 5, now: () => 0, sleep: tooFast };
        await waitToSend(limit, ann, never).then(
          () => sent.push(turn),
          () => undefined,
        );
      }
    }
    expect(sent).toEqual([0, 1, 2, 3, 4]);
    for (const store of shared) await store.close();
  });
});
