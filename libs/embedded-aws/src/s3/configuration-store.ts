import type { DatabaseSync } from 'node:sqlite';

/** The sub-resource documents of all buckets, in memory and in the database if there is one. */
export class BucketConfigurations {
  readonly #documents = new Map<string, string>();
  readonly #keep: (bucket: string, name: string, document: string) => void;
  readonly #drop: (bucket: string, name: string) => void;

  constructor(database: DatabaseSync | undefined) {
    if (database === undefined) {
      this.#keep = this.#drop = () => {};
      return;
    }
    renameEarlierTable(database);
    database.exec(`CREATE TABLE IF NOT EXISTS bucket_configurations (
      bucket TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (bucket, name)
    )`);
    const keep = database.prepare(
      'INSERT OR REPLACE INTO bucket_configurations (bucket, name, document) VALUES (?, ?, ?)',
    );
    const drop = database.prepare(
      'DELETE FROM bucket_configurations WHERE bucket = ? AND name = ?',
    );
    this.#keep = (bucket, name, document) => void keep.run(bucket, name, document);
    this.#drop = (bucket, name) => void drop.run(bucket, name);
    for (const row of database.prepare('SELECT * FROM bucket_configurations').all()) {
      const { bucket, name, document } = row as Record<'bucket' | 'name' | 'document', string>;
      this.#documents.set(id(bucket, name), document);
    }
  }

  get(bucket: string, name: string): string | undefined {
    return this.#documents.get(id(bucket, name));
  }

  set(bucket: string, name: string, document: string): void {
    this.#keep(bucket, name, document);
    this.#documents.set(id(bucket, name), document);
  }

  delete(bucket: string, name: string): void {
    this.#drop(bucket, name);
    this.#documents.delete(id(bucket, name));
  }
}

/** Data directories that were written before December 2026 have the table under another name. */
function renameEarlierTable(database: DatabaseSync): void {
  const earlier = 'darkroom_bucket_configurations';
  const find = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
  if (find.get(earlier) === undefined) return;
  database.exec(`ALTER TABLE ${earlier} RENAME TO bucket_configurations`);
}

/** Bucket names contain no `?`. */
function id(bucket: string, name: string): string {
  return `${bucket}?${name}`;
}
