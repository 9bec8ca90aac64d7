import type { Page } from "./types.js";

/** All rows of a search, page by page. */
export async function allPages<T>(ask: (pageToken: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const first = await ask(undefined);
  const rows: T[] = first;
  for (let token = first.nextPageToken; token !== undefined; ) {
    const page = await ask(token);
    for (const row of page) rows.push(row);
    token = page.nextPageToken;
  }
  return rows;
}
