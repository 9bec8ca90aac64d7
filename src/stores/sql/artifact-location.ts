import { isAbsolute, join, relative, sep } from "node:path";
import type { SqlDatabase } from "./database.js";
import { type RawBuilder, sql } from "./kysely.js";

const here = "./";

/** An artifact location as a row keeps it: below the database's folder relative to that, so that both can be moved together. */
export function toStoredLocation({ folder }: SqlDatabase, location: string): string {
  if (folder === undefined || !isAbsolute(location)) return location;
  const path = relative(folder, location);
  return path === "" || path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path)
    ? location
    : here + path.replaceAll(sep, "/");
}

export function fromStoredLocation({ folder }: SqlDatabase, stored: string): string {
  return folder !== undefined && stored.startsWith(here) ? join(folder, stored) : stored;
}

/** The same in a query. */
export function locationColumn({ folder }: SqlDatabase, column: string): RawBuilder<unknown> {
  if (folder === undefined) return sql.ref(column);
  return sql`(case when ${sql.ref(column)} like './%' then ${folder} || substr(${sql.ref(column)}, 2) else ${sql.ref(column)} end)`;
}
