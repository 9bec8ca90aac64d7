import { TrackingError } from "../../errors.js";

/** Most rows that are read from a server to be searched here. */
const maxRows = 50_000;

/**
 * Every row that the server has for a search, page by page.
 * @throws {TrackingError} RESOURCE_EXHAUSTED when there are more than 50,000
 */
export async function allRows<T>(
  what: string,
  ask: (pageToken: string | undefined) => Promise<{ rows: readonly T[]; token: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const page = await ask(token);
    for (const row of page.rows) all.push(row);
    token = page.token || undefined;
    if (all.length > maxRows) {
      throw new TrackingError(
        "RESOURCE_EXHAUSTED",
        `MLflow's server cannot do this search by itself, and more than ${maxRows.toLocaleString("en-US")} ${what} would have to be read for it.`,
        {
          hint: "Narrow it by what the server compares: names, times, metrics, or params and tags as texts, joined by AND.",
        },
      );
    }
  } while (token !== undefined);
  return all;
}
