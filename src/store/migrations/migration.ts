/** A step of the schema. Steps are never changed once released; a new one is added. */
export interface StoreMigration {
  /** Sorts by name; the highest one is the schema version. */
  readonly name: string;
  readonly statements: (dialect: 'sqlite' | 'postgres') => readonly string[];
}
