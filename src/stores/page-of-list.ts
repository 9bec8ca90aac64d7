import { TrackingError } from "../errors.js";
import type { Page, PageRequest } from "../tracking/types.js";

/**
 * A page of a list to which rows are only added: a token says how many were given before, as MLflow's does.
 * @param what - which list it is; the token of another is refused
 */
export function pageOfList<T>(rows: readonly T[], { maxResults, pageToken }: PageRequest, what: string): Page<T> {
  const from = readOffset(pageToken, what);
  const to = maxResults === undefined ? rows.length : Math.min(from + maxResults, rows.length);
  const page: Page<T> = rows.slice(from, to);
  if (to < rows.length) page.nextPageToken = writeOffset(to, what);
  return page;
}

export function writeOffset(offset: number, what: string): string {
  return Buffer.from(JSON.stringify({ offset, what })).toString("base64url");
}

/** How many rows were given before; 0 without a token. @throws {TrackingError} INVALID_PARAMETER_VALUE */
export function readOffset(token: string | undefined, what: string): number {
  if (token === undefined || token === "") return 0;
  const bad = (problem: string) =>
    new TrackingError("INVALID_PARAMETER_VALUE", `Invalid page token '${token.slice(0, 60)}': ${problem}.`, {
      hint: "Use nextPageToken of the page before.",
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    throw bad("this store has not made it");
  }
  const { offset, what: of } = Object(parsed) as { offset?: unknown; what?: unknown };
  if (typeof offset !== "number" || !Number.isInteger(offset) || offset < 0) throw bad("this store has not made it");
  if (of !== what) throw bad("it belongs to another list");
  return offset;
}
