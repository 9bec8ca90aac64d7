import type { Kysely } from "./kysely.js";
import type { Tables } from "./tables.js";

export type Db = Kysely<Tables>;

/** An open database, or one transaction in it. */
export interface SqlDatabase {
  readonly kind: "sqlite" | "postgresql";
  /** Without a password. */
  readonly uri: string;
  readonly db: Db;
  /** Where the database lies: artifacts below it are written down relative to it, so that both can be moved together. */
  readonly folder?: string;
  /** Does what writes: all of it or nothing. It is stored when the promise is kept. Not within another. */
  change<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** It can be used again afterwards. */
  close(): Promise<void>;
}

export interface Statement {
  sql: string;
  values: readonly SqlValue[];
}

export type SqlValue = string | number | null;
