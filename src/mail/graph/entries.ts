import { createHash } from 'node:crypto';
import type { ChangeEntry, Folder } from '../provider.ts';
import type { GraphPage } from './schema.ts';
import { timeOf } from './values.ts';

/** Ids of entries that came without one: nobody can ask for them, but they are counted and shown as damaged. */
const noIdPrefix = 'no-id-';

/** What a listing gave of a mail. It is taken once and then forgotten; why, says PackedBody. */
export class Listed {
  #content: unknown;

  constructor(content: unknown) {
    this.#content = content;
  }

  take(): unknown {
    const content = this.#content;
    this.#content = undefined;
    return content;
  }
}

/**
 * The entries of a page, looked at only as far as listing needs; the rest is checked when a mail is read. They are taken
 * out of the page.
 */
export function entriesOf(page: GraphPage, folder: Folder): readonly ChangeEntry[] {
  const entries: ChangeEntry[] = [];
  for (const raw of page.value.splice(0)) entries.push(entryOf(raw, folder));
  return entries;
}

export function wasWithoutId(providerId: string): boolean {
  return providerId.startsWith(noIdPrefix);
}

function entryOf(raw: unknown, folder: Folder): ChangeEntry {
  const fields: object = typeof raw === 'object' && raw !== null ? raw : {};
  const id = 'id' in fields && typeof fields.id === 'string' && isUsable(fields.id) ? fields.id : null;
  if (id !== null && isRemoved(fields)) return { kind: 'removed', providerId: id };
  const received = 'receivedDateTime' in fields ? fields.receivedDateTime : undefined;
  return {
    kind: 'present',
    providerId:
      id ??
      noIdPrefix +
        createHash('sha256')
          .update(JSON.stringify(raw) ?? '')
          .digest('hex')
          .slice(0, 32),
    receivedAtMs: timeOf(received),
    folder,
    content: new Listed(raw),
  };
}

function isRemoved(fields: object): boolean {
  const removed = '@removed' in fields ? fields['@removed'] : null;
  return typeof removed === 'object' && removed !== null && !Array.isArray(removed);
}

/** An id becomes part of a path; one that could lead elsewhere is none. */
function isUsable(id: string): boolean {
  return /^[\x21-\x7e]{1,2048}$/.test(id) && !/(?:^|[/\\;])\.{1,2}(?:$|[/\\;])/.test(id);
}
