import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { IntegratorError } from '../../src/domain/errors.ts';
import { migrate } from '../../src/store/migrate.ts';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import type { StoreMigration } from '../../src/store/migrations/migration.ts';
import type { Database } from '../../src/store/schema.ts';
import { sqliteDialect } from '../../src/store/sqlite-dialect.ts';
import { openSqliteFile } from '../../src/store/sqlite.ts';
import { openStore } from '../../src/store/store.ts';
import { currentVersion, latestMigration } from '../../src/store/version.ts';
import { onBothStores } from './both-stores.ts';

const nextStep: StoreMigration = {
  name: '9999-next',
  statements: () => ['create table extra (id integer primary key)', 'alter table client add column extra text'],
};

await onBothStores('a schema', (stores) => {
  it('is made in an empty store, and is there when the store is opened again', async () => {
    const place = await stores.place();
    for (const _ of [1, 2]) {
      const store = await openStore(place);
      expect(await currentVersion(store.db, stores.dialect)).toBe(latestMigration);
      await store.close();
    }
  });

  it('of a newer version is refused with exit code 78, and nothing is touched', async () => {
    const place = await stores.place();
    const store = await openStore(place);
    await migrate(store.db, stores.dialect, [...storeMigrations, nextStep]);
    await store.close();
    const error = await openStore(place).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IntegratorError);
    expect(error).toMatchObject({ kind: 'config', message: expect.stringContaining('9999-next') });
    expect(exitCodeOf(error instanceof IntegratorError ? error.kind : 'bug')).toBe(78);
  });

  it('stays the old one as a whole when a step of the next one fails', async () => {
    const store = await stores.open();
    const broken = { ...nextStep, statements: () => [...nextStep.statements(stores.dialect), 'create nonsense'] };
    await expect(migrate(store.db, stores.dialect, [...storeMigrations, broken])).rejects.toThrow(/syntax/);
    expect(await currentVersion(store.db, stores.dialect)).toBe(latestMigration);
    await expect(sql`select * from extra`.execute(store.db)).rejects.toThrow(/extra/);
  });

  if (stores.dialect === 'postgres') {
    it('is made once when two machines open the same empty store at the same time', async () => {
      const place = await stores.place();
      const opened = await Promise.all([openStore(place), openStore(place)]);
      for (const store of opened) {
        expect(await store.db.selectFrom('ticket').selectAll().execute()).toEqual([]);
        await store.close();
      }
    });
  }

  if (stores.dialect === 'sqlite') {
    const steps = [...storeMigrations, nextStep];
    it.each(steps.map((step, index) => [step.name, steps.slice(0, index + 1)] as const))(
      'is the one before %s, wherever between two statements of that the process is killed',
      async (_name, migrations) => {
        const { stateDir } = await stores.place();
        const path = join(stateDir, 'integrator.db');
        const database = openSqliteFile(path, { create: true });
        const db = new Kysely<Database>({ dialect: sqliteDialect(database) });
        const before = migrations.slice(0, -1);
        if (before.length > 0) await migrate(db, 'sqlite', before);
        const copies: string[] = [];
        const prepare = database.prepare.bind(database);
        database.prepare = (text) => {
          if (text !== asIfKilled) return prepare(text);
          const copy = join(stateDir, String(copies.length));
          mkdirSync(copy, { mode: 0o700 });
          // What a killed process leaves: the files as the system holds them at this moment.
          for (const end of ['', '-wal']) {
            if (existsSync(path + end)) copyFileSync(path + end, join(copy, `integrator.db${end}`));
          }
          copies.push(copy);
          return prepare('select 0');
        };
        await migrate(db, 'sqlite', [...before, ...migrations.slice(-1).map(killedBetweenStatements)]);
        await db.destroy();

        expect(copies.length).toBeGreaterThanOrEqual(1);
        for (const copy of copies) {
          const kept = new Kysely<Database>({
            dialect: sqliteDialect(openSqliteFile(join(copy, 'integrator.db'), { create: false })),
          });
          expect(await currentVersion(kept, 'sqlite')).toBe(before.at(-1)?.name ?? null);
          await migrate(kept, 'sqlite', migrations);
          expect(await currentVersion(kept, 'sqlite')).toBe(migrations.at(-1)?.name);
          await kept.destroy();
        }
      },
    );
  }
});

const asIfKilled = 'select as_if_killed()';

function killedBetweenStatements(migration: StoreMigration): StoreMigration {
  return {
    ...migration,
    statements: (dialect) => migration.statements(dialect).flatMap((text) => [text, asIfKilled]),
  };
}
