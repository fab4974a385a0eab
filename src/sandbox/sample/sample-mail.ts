import type { MessageSpec } from '../world/types.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Times of the sample are whole minutes before the start of the sandbox. */
export class Calendar {
  readonly #now: number;

  constructor(now: number) {
    this.#now = Math.floor(now / minuteMs) * minuteMs;
  }

  /** `ago(2.5)`: two and a half days ago. */
  ago(days: number): number {
    return this.#now - Math.round((days * dayMs) / minuteMs) * minuteMs;
  }

  ahead(days: number): number {
    return this.#now + Math.round((days * dayMs) / minuteMs) * minuteMs;
  }
}

/** Mail from outside whose sender was verified. */
export function outside(spec: MessageSpec): MessageSpec {
  return { auth: 'pass', ...spec, headers: [received(spec), ...(spec.headers ?? [])] };
}

function received(spec: MessageSpec): { name: string; value: string } {
  const from = typeof spec.from === 'object' && spec.from !== null ? spec.from.address : 'unknown@unknown.example';
  const at = new Date(spec.receivedAt ?? 0).toUTCString().replace('GMT', '+0000');
  return {
    name: 'Received',
    value: `from mail.${from.split('@')[1] ?? ''} (203.0.113.25) by inbound.contoso.test (192.0.2.10) with Microsoft SMTP Server (version=TLS1_3); ${at}`,
  };
}
