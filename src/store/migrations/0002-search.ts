import type { StoreMigration } from './migration.ts';

/**
 * The full-text index of mail, by message id. Words are made by the product itself (domain/search-words.ts), so that both
 * databases find the same. It holds no text of its own and is filled behind the import.
 */
export const search: StoreMigration = {
  name: '0002-search',
  statements: (dialect) => [
    ...index[dialect],
    'create index message_by_original on message (original_sha256) where original_sha256 is not null',
  ],
};

const index = {
  sqlite: [
    `create virtual table message_search using fts5(words, content='', contentless_delete=1,
      tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co M*'")`,
    `create trigger message_search_gone after delete on message begin
      delete from message_search where rowid = old.id; end`,
  ],
  postgres: [
    `create table message_search (message_id integer primary key references message (id) on delete cascade,
      words tsvector not null)`,
    'create index message_search_by_word on message_search using gin (words)',
  ],
} as const;
