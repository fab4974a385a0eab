import { beforeEach, describe, expect, it } from 'vitest';
import type { TicketSystem } from '../../src/tickets/system.ts';

/** What a suite needs of a ticket system under test. */
export interface SystemUnderTest {
  readonly system: TicketSystem;
  /** Makes an open opportunity with this summary, by the system's own means; returns its id. */
  openTicket(summary: string): Promise<string>;
  close(id: string): Promise<void>;
}

/** Holds for every implementation of TicketSystem. */
export function ticketSystemContract(title: string, start: () => Promise<SystemUnderTest>): void {
  describe(`${title} as a ticket system`, () => {
    const { signal } = new AbortController();
    let under: SystemUnderTest;
    beforeEach(async () => {
      under = await start();
    });

    it('finds nothing wrong with itself when all is well', async () => {
      await under.openTicket('Offer');
      expect(await under.system.check(signal)).toEqual([]);
    });

    it('knows a ticket as it is now', async () => {
      const id = await under.openTicket('Offer');
      expect(await under.system.ticket(id, signal)).toEqual({
        id,
        use: 'opportunity',
        type: expect.any(String),
        summary: 'Offer',
        open: true,
        updatedAtMs: expect.any(Number),
      });
      await under.close(id);
      expect(await under.system.ticket(id, signal)).toMatchObject({ id, open: false });
    });

    it('knows no ticket that is not there', async () => {
      for (const id of ['OPP-999999', '', "'; drop table ticket; --", 'x'.repeat(10_000)]) {
        expect(await under.system.ticket(id, signal)).toBeNull();
      }
    });
  });
}
