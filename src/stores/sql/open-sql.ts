import { existsSync } from "node:fs";
import { TrackingError } from "../../errors.js";
import { MlflowDbStore } from "../mlflow-db/mlflow-db-store.js";
import type { SqlDatabase } from "./database.js";
import { defaultArtifacts, isPostgresUri, sqliteFile } from "./database-uri.js";
import { isMlflow, migrate, readSchema } from "./migrations.js";
import { SqlStore } from "./sql-store.js";

export interface SqlSettings {
  /** Survives a power cut; without, the end of the process. Of SQLite; a server of PostgreSQL has a setting of its own. */
  fsync?: boolean;
  /** Where new experiments keep the files of their runs; default: beside a SQLite database, else in the working directory. */
  artifacts?: string | undefined;
}

/** The store in a database, runlab's own or MLflow's, on this thread; see `ThreadedStore`. @param uri - resolved */
export async function openSql(uri: string, settings: SqlSettings): Promise<SqlStore | MlflowDbStore> {
  const database = await openDatabase(uri, settings);
  const { foreign: tables } = await readSchema(database);
  if (isMlflow(tables)) return new MlflowDbStore(database, tables);
  return new SqlStore(database, { artifacts: settings.artifacts ?? defaultArtifacts(uri) });
}

/** @param uri - resolved */
export async function openDatabase(uri: string, { fsync = false }: SqlSettings = {}): Promise<SqlDatabase> {
  if (isPostgresUri(uri)) return (await import("./postgres.js")).openPostgres(uri);
  return (await import("./sqlite.js")).openSqlite(sqliteFile(uri), uri, { fsync });
}

/**
 * Brings a database to the schema that this version makes, while others write to it.
 * @param uri - resolved
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST where there is no store, INVALID_PARAMETER_VALUE where there is something else
 */
export async function upgradeDatabase(uri: string): Promise<{ version: number; steps: string[] }> {
  const isThere = isPostgresUri(uri) || existsSync(sqliteFile(uri));
  const database = isThere ? await openDatabase(uri) : undefined;
  try {
    const found = database && (await readSchema(database));
    if (database === undefined || (found?.version === 0 && found.foreign.length === 0)) {
      throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `There are no runs of runlab in ${uri}.`, {
        hint: "A new database needs no upgrade: it gets its tables with the first use.",
      });
    }
    const steps = await migrate(database);
    return { version: (await readSchema(database)).version, steps };
  } finally {
    await database?.close();
  }
}
