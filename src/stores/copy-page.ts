import type { Page } from "../tracking/types.js";

/** A page that its caller may change, with rows that are copies. */
export function copyPage<T, C>(page: Page<T>, copy: (row: T) => C): Page<C> {
  const copies: Page<C> = page.map((row) => copy(row));
  if (page.nextPageToken !== undefined) copies.nextPageToken = page.nextPageToken;
  return copies;
}
