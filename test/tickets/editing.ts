import type { Edit } from '../../src/tickets/local/edit.ts';
import type { Store } from '../../src/store/store.ts';

export const ticketTypes = [
  { name: 'Renewal', use: 'opportunity', exclude_from_matching: true },
  { name: 'Opportunity', use: 'opportunity', exclude_from_matching: false },
  { name: 'Implementation', use: 'project', exclude_from_matching: false },
  { name: 'Security Incident', use: 'incident', exclude_from_matching: false },
] as const;

/** What an edit needs beside its transaction. */
export const basis: Omit<Edit, 'trx'> = {
  actor: { kind: 'operator', unixUser: 'root' },
  nowMs: 10_000,
  ticketTypes,
  units: ['Finance', 'Human Resources'],
  agents: ['ann', 'ben'],
  teamMailboxes: [],
};

export function edit<T>(store: Store, work: (edit: Edit) => Promise<T>): Promise<T> {
  return store.write((trx) => work({ ...basis, trx }));
}
