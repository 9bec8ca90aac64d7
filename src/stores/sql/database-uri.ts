import { basename, dirname, extname, join, resolve } from "node:path";
import { TrackingError } from "../../errors.js";

/** SQLAlchemy's URIs name a Python driver too (`postgresql+psycopg2:`), which says nothing here. */
const sqlite = /^sqlite(\+\w+)?:/i;
const postgres = /^postgres(ql)?(\+\w+)?:/i;

export function isDatabaseUri(uri: string): boolean {
  return sqlite.test(uri) || isPostgresUri(uri);
}

export function isPostgresUri(uri: string): boolean {
  return postgres.test(uri);
}

/**
 * The URI of a database in full: `sqlite:///` and a path, as SQLAlchemy writes it, or `postgresql://user@host:port/name`.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for one that names no database, or has a password in it, which is not repeated
 */
export function databaseUri(uri: string): string {
  return isPostgresUri(uri) ? postgresUri(uri) : `sqlite:///${sqliteFile(uri)}`;
}

/** The absolute path of a SQLite database's file. @throws {TrackingError} INVALID_PARAMETER_VALUE */
export function sqliteFile(uri: string): string {
  const path = uri.replace(sqlite, "");
  if (path.startsWith("///") && path.length > 3 && !/[?#\0]/.test(path) && !path.includes(":memory:")) {
    return resolve(path.slice(3));
  }
  throw new TrackingError("INVALID_PARAMETER_VALUE", `The tracking URI '${uri}' does not name a database file.`, {
    hint: "Write sqlite:///runlab.db for a file in the working directory and sqlite:////data/runlab.db for an absolute path; memory: keeps runs in memory.",
  });
}

/** Where the files of the runs go that a database records: beside it, or in the working directory when it is elsewhere. */
export function defaultArtifacts(uri: string): string {
  const file = isPostgresUri(uri) ? resolve(new URL(uri).pathname.slice(1)) : sqliteFile(uri);
  return join(dirname(file), `${basename(file, extname(file))}-artifacts`);
}

function postgresUri(uri: string): string {
  const example = "An example is postgresql://user@host:5432/runlab.";
  let url: URL;
  try {
    url = new URL(uri.replace(postgres, "postgresql:"));
  } catch {
    const shown = uri.replace(/\/\/[^/@]*@/, "//…@");
    throw new TrackingError("INVALID_PARAMETER_VALUE", `'${shown}' is not a valid URI of a database.`, {
      hint: example,
    });
  }
  if (url.password !== "" || url.searchParams.has("password")) {
    // The URI of a store is shown to people and kept in notebooks.
    const shown = `postgresql://${url.username}:…@${url.host}${url.pathname}`;
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The tracking URI '${shown}' contains a password.`, {
      hint: "Leave it out of the URI, and put it into the variable PGPASSWORD or the file ~/.pgpass.",
    });
  }
  if (/^\/[^/]+$/.test(url.pathname)) return url.href;
  throw new TrackingError("INVALID_PARAMETER_VALUE", `The tracking URI '${uri}' does not name a database.`, {
    hint: example,
  });
}
