import { Pool, type PoolClient, types } from "pg";
import type { SqlDatabase, Statement } from "./database.js";
import { postgresError } from "./database-error.js";
import { type ConnectionSource, type RawConnection, SqlDriver } from "./driver.js";
import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from "./kysely.js";
import type { Tables } from "./tables.js";

/** Connections of one process; a server has a hundred for all. */
const connectionLimit = 4;
/** How long a server is waited for, ms. */
const connectMs = 10_000;
/** PostgreSQL's number of the type `bigint`. Ours count, or are times: all of them are exact as numbers. */
const bigint = 20;

/** @param uri - resolved; whatever it leaves out is in libpq's variables (PGPASSWORD, PGSSLMODE, …) or in ~/.pgpass */
export function openPostgres(uri: string): SqlDatabase {
  const connections = new Connections(uri);
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new SqlDriver(connections),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  return {
    kind: "postgresql",
    uri,
    db,
    change: (work) => db.transaction().execute(work),
    // Not kysely's destroy: the store can be used again.
    close: () => connections.close(),
  };
}

class Connections implements ConnectionSource<PostgresConnection> {
  readonly begin = "begin";
  readonly #uri: string;
  #pool: Pool | undefined;

  constructor(uri: string) {
    this.#uri = uri;
  }

  async acquire(): Promise<PostgresConnection> {
    this.#pool ??= newPool(this.#uri);
    try {
      return new PostgresConnection(await this.#pool.connect(), this.#uri);
    } catch (error) {
      throw postgresError(error, this.#uri);
    }
  }

  release({ client }: PostgresConnection, broken: boolean): void {
    client.release(broken);
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.end();
  }
}

class PostgresConnection implements RawConnection {
  readonly client: PoolClient;
  readonly #uri: string;

  constructor(client: PoolClient, uri: string) {
    this.client = client;
    this.#uri = uri;
  }

  async run({ sql, values }: Statement): Promise<{ rows: Record<string, unknown>[]; changes: number }> {
    try {
      const { rows, rowCount } = await this.client.query(sql, [...values]);
      return { rows, changes: rowCount ?? 0 };
    } catch (error) {
      throw postgresError(error, this.#uri);
    }
  }
}

function newPool(connectionString: string): Pool {
  const pool = new Pool({
    connectionString,
    application_name: "runlab",
    max: connectionLimit,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    // An idle database keeps no process alive.
    allowExitOnIdle: true,
    types: {
      getTypeParser: (id: number, format?: "text" | "binary") =>
        id === bigint ? Number : types.getTypeParser(id, format as "text"),
    },
  });
  // The next use of a connection that was lost while nobody used it opens another; who uses it hears of it from the query.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}
