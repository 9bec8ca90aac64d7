import type { SqlValue, Statement } from "./database.js";
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from "./kysely.js";
import { readTexts, toDatabaseText } from "./text-codec.js";

/** One connection of a database's own driver. */
export interface RawConnection {
  run(statement: Statement): Promise<{ rows: Record<string, unknown>[]; changes: number }>;
}

export interface ConnectionSource<C extends RawConnection> {
  acquire(): Promise<C>;
  /** @param broken - after a failed end of a transaction */
  release(connection: C, broken: boolean): void;
  /** Begins a transaction that writes. */
  readonly begin: string;
  close(): Promise<void>;
}

/** Kysely's view of a database. Texts are written and read here alone, see `text-codec.ts`. */
export class SqlDriver<C extends RawConnection> implements Driver {
  readonly #source: ConnectionSource<C>;

  constructor(source: ConnectionSource<C>) {
    this.#source = source;
  }

  async init(): Promise<void> {
    // Connections are made when they are needed.
  }

  async acquireConnection(): Promise<Connection<C>> {
    return new Connection(await this.#source.acquire());
  }

  async releaseConnection(connection: Connection<C>): Promise<void> {
    this.#source.release(connection.raw, connection.broken);
  }

  async beginTransaction({ raw }: Connection<C>): Promise<void> {
    await raw.run({ sql: this.#source.begin, values: [] });
  }

  async commitTransaction({ raw }: Connection<C>): Promise<void> {
    await raw.run({ sql: "commit", values: [] });
  }

  async rollbackTransaction(connection: Connection<C>): Promise<void> {
    try {
      await connection.raw.run({ sql: "rollback", values: [] });
    } catch {
      // What went wrong before is what the caller hears of.
      connection.broken = true;
    }
  }

  destroy(): Promise<void> {
    return this.#source.close();
  }
}

class Connection<C extends RawConnection> implements DatabaseConnection {
  readonly raw: C;
  broken = false;

  constructor(raw: C) {
    this.raw = raw;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, changes } = await this.raw.run({ sql, values: parameters.map(toDatabaseValue) });
    readTexts(rows);
    return { rows: rows as R[], numAffectedRows: BigInt(changes) };
  }

  // biome-ignore lint/correctness/useYield: the interface wants a generator
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("Rows are read in pages.");
  }
}

function toDatabaseValue(value: unknown): SqlValue {
  return typeof value === "string" ? toDatabaseText(value) : (value as SqlValue);
}
