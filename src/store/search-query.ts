import type { SearchTerm } from '../domain/search-words.ts';
import { query } from './query.ts';
import type { Query } from './query.ts';
import type { Store } from './store.ts';

/** Ids of the messages in which every term occurs; as a subquery. */
export function messagesWith(dialect: Store['dialect'], terms: readonly SearchTerm[]): Query {
  if (dialect === 'sqlite') {
    const wanted = terms.map((words) => `"${words.join(' ')}" *`).join(' AND ');
    return query`(select rowid from message_search where message_search match ${wanted})`;
  }
  const wanted = terms.map((words) => `(${words.map((word) => `'${word}'`).join(' <-> ')}:*)`).join(' & ');
  return query`(select message_id from message_search where words @@ ${wanted}::tsquery)`;
}
