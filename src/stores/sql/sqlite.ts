import { dirname } from "node:path";
import Database from "libsql";
import type { SqlDatabase, Statement } from "./database.js";
import { sqliteError } from "./database-error.js";
import { type ConnectionSource, type RawConnection, SqlDriver } from "./driver.js";
import { GroupCommit } from "./group-commit.js";
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "./kysely.js";
import type { Tables } from "./tables.js";

export interface SqliteOptions {
  /** Survives a power cut; without, the end of the process. */
  fsync?: boolean;
  /** How long other writers are waited for, ms. */
  busyMs?: number;
}

/** A writer holds the database for some ms; many may wait in line. */
const defaultBusyMs = 30_000;

/** Prepared statements that are kept: batches of every size have one of their own. */
const statementLimit = 300;

/** libsql works synchronously: a caller that must not wait uses it on another thread. @param file - absolute */
export function openSqlite(file: string, uri: string, options: SqliteOptions = {}): SqlDatabase {
  const connection = new SqliteConnection(file, options);
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new SqlDriver(connection),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  const group = new GroupCommit(db);
  return {
    kind: "sqlite",
    uri,
    folder: dirname(file),
    db,
    change: (work) => group.add(work),
    // Not kysely's destroy: the store can be used again.
    close: () => connection.close(),
  };
}

/** The one connection; its users wait in line. */
class SqliteConnection implements ConnectionSource<RawConnection>, RawConnection {
  readonly begin = "begin immediate";
  readonly #file: string;
  readonly #settings: Required<SqliteOptions>;
  readonly #line: Array<() => void> = [];
  readonly #statements = new Map<string, Database.Statement>();
  #taken = false;
  #database: Database.Database | undefined;
  #writes = false;

  constructor(file: string, { fsync = false, busyMs = defaultBusyMs }: SqliteOptions) {
    this.#file = file;
    this.#settings = { fsync, busyMs };
  }

  async acquire(): Promise<RawConnection> {
    if (this.#taken) await new Promise<void>((resolve) => this.#line.push(resolve));
    this.#taken = true;
    return this;
  }

  release(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#taken = false;
    else next();
  }

  async run(statement: Statement): Promise<{ rows: Record<string, unknown>[]; changes: number }> {
    try {
      return this.#run(statement);
    } catch (error) {
      const { code, message } = error as { code?: unknown; message?: unknown };
      throw sqliteError({ code: String(code), message: String(message) }, this.#file);
    }
  }

  async close(): Promise<void> {
    await this.acquire();
    this.#statements.clear();
    this.#database?.close();
    this.#database = undefined;
    this.#writes = false;
    this.release();
  }

  #run({ sql, values }: Statement): { rows: Record<string, unknown>[]; changes: number } {
    const db = this.#open();
    if (sql === "begin immediate" || sql === "commit" || sql === "rollback") {
      if (sql === "begin immediate") this.#prepareForWriting(db);
      if (sql !== "rollback" || db.inTransaction) this.#patiently(() => db.exec(sql));
      return { rows: [], changes: 0 };
    }
    const statement = this.#prepared(db, sql);
    if (!statement.reader) return { rows: [], changes: this.#patiently(() => statement.run(values)).changes };
    return { rows: this.#patiently(() => statement.all(values)) as Record<string, unknown>[], changes: 0 };
  }

  #open(): Database.Database {
    if (this.#database !== undefined) return this.#database;
    this.#database = new Database(this.#file);
    this.#database.exec(`pragma busy_timeout = ${this.#settings.busyMs}`);
    return this.#database;
  }

  /** What changes the file is done when it is known to be ours. */
  #prepareForWriting(db: Database.Database): void {
    if (this.#writes) return;
    this.#patiently(() => db.exec("pragma journal_mode = wal"));
    db.exec(`pragma synchronous = ${this.#settings.fsync ? "full" : "normal"}`);
    db.exec("pragma cache_size = -65536");
    this.#writes = true;
  }

  /** Some locks are refused at once, whatever the timeout: a switch to WAL, the recovery after a killed writer. */
  #patiently<T>(work: () => T): T {
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (const end = Date.now() + this.#settings.busyMs; ; ) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || Date.now() > end) throw error;
        Atomics.wait(pause, 0, 0, 5 + Math.random() * 20);
      }
    }
  }

  #prepared(db: Database.Database, sql: string): Database.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const made = db.prepare(sql);
    const oldest = this.#statements.size >= statementLimit ? this.#statements.keys().next().value : undefined;
    if (oldest !== undefined) this.#statements.delete(oldest);
    this.#statements.set(sql, made);
    return made;
  }
}

function isBusy(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return String(code).startsWith("SQLITE_BUSY") || String(message).includes("database is locked");
}
