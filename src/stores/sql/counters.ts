import type { SqlDatabase } from "./database.js";

/** A row that gives numbers out, and that a change of what is numbered holds, so that there is one at a time. */
type Counter = "experiment" | "registry";

/** Adds one, and keeps others from doing so until the transaction ends. @returns the new value */
export function nextCount(database: SqlDatabase, name: Counter): Promise<number> {
  return add(database, name, 1);
}

/** Keeps others from changing what is numbered until the transaction ends. */
export async function holdCounter(database: SqlDatabase, name: Counter): Promise<void> {
  await add(database, name, 0);
}

async function add({ db }: SqlDatabase, name: Counter, by: 0 | 1): Promise<number> {
  const { value } = await db
    .updateTable("counters")
    .set(({ eb }) => ({ value: eb("value", "+", by) }))
    .where("name", "=", name)
    .returning("value")
    .executeTakeFirstOrThrow();
  return value;
}
