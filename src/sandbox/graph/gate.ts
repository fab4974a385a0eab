import type { Settings } from '../settings.ts';
import { GraphRefusal } from './errors.ts';

interface Lane {
  underWay: number;
  /** Until then every request is refused, and each early one makes it longer. Epoch milliseconds. */
  blockedUntil: number;
  windowStart: number;
  inWindow: number;
}

const windowMs = 600_000;

/** The limits of Outlook: per mailbox and application, 4 requests at once and 10,000 in ten minutes. */
export class Gate {
  readonly #lanes = new Map<string, Lane>();
  readonly #settings: Settings;
  readonly #now: () => number;

  constructor(settings: Settings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  /** `refusal` is what to answer instead; `leave` must be called once the answer is out. */
  enter(mailbox: string, appId: string): { refusal: GraphRefusal | null; concurrent: number; leave: () => void } {
    const lane = this.#lane(`${appId} ${mailbox}`);
    lane.underWay += 1;
    let left = false;
    const leave = (): void => {
      if (!left) lane.underWay -= 1;
      left = true;
    };
    return { refusal: this.#refusal(lane), concurrent: lane.underWay, leave };
  }

  #refusal(lane: Lane): GraphRefusal | null {
    const now = this.#now();
    if (now - lane.windowStart >= windowMs) Object.assign(lane, { windowStart: now, inWindow: 0 });
    lane.inWindow += 1;
    if (lane.inWindow > this.#settings.requestsPerTenMinutes) {
      const seconds = Math.ceil((lane.windowStart + windowMs - now) / 1000);
      return new GraphRefusal(429, 'TooManyRequests', '', { 'retry-after': String(seconds) });
    }
    const tooMany = lane.underWay > this.#settings.gateSlots;
    if (!tooMany && now >= lane.blockedUntil) return null;
    lane.blockedUntil = now + this.#settings.gateRetryAfterSeconds * 1000;
    return new GraphRefusal(429, 'ApplicationThrottled', 'Application is over its MailboxConcurrency limit.', {
      'retry-after': String(this.#settings.gateRetryAfterSeconds),
    });
  }

  #lane(key: string): Lane {
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane = { underWay: 0, blockedUntil: 0, windowStart: this.#now(), inWindow: 0 };
    this.#lanes.set(key, lane);
    return lane;
  }
}
