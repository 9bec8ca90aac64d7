import { type FieldTable, runFields } from "../tracking/filter/fields.js";
import { parseFilter } from "../tracking/filter/parse.js";
import type { RunQuery } from "../tracking/query.js";
import type { TrackingSession } from "../tracking/session.js";
import type { Run } from "../tracking/types.js";

/** Where queries look: a store's verbs, and the experiment that is meant when none is named. */
export type QuerySource = Pick<TrackingSession, "client" | "currentExperiment">;

/** MLflow's largest page. */
export const largestPage = 50_000;

/** Which runs are meant. */
export type RunScope = Pick<RunQuery, "experimentIds" | "filterString" | "viewType">;

/** The runs of a search over all of its pages, and whether there are more of them. */
export interface FoundRuns {
  runs: Run[];
  more: boolean;
}

/** The first `count` runs of a search, however many pages they take; all of them by default. */
export async function searchPages(
  { client }: QuerySource,
  query: Omit<RunQuery, "maxResults" | "pageToken">,
  count = Number.POSITIVE_INFINITY,
): Promise<FoundRuns> {
  const runs: Run[] = [];
  if (query.experimentIds.length === 0) return { runs, more: false };
  let pageToken: string | undefined;
  do {
    const page = await client.searchRuns({
      ...query,
      maxResults: Math.min(count - runs.length, largestPage),
      pageToken,
    });
    runs.push(...page);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && runs.length < count);
  return { runs, more: pageToken !== undefined };
}

/** A text as a filter has it, whatever is in it. */
export function filterText(text: string): string {
  return `'${text.replace(/['\\]/g, "$&$&")}'`;
}

/** The last value of a metric as filters and orders have it. In back-quotes also `loss.min` is a key, not the lowest loss. */
export function metricField(key: string): string {
  return `metrics.\`${key.replace(/[`\\]/g, "$&$&")}\``;
}

/**
 * Both of a user's filter and one of our own.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE with the column in the user's filter, when that cannot be read
 */
export function bothFilters(where: string | undefined, own: string, fields: FieldTable = runFields): string {
  if (where === undefined || where.trim() === "") return own;
  // On its own first: `a) OR (b` would pass between parentheses.
  parseFilter(where, fields);
  return `(${where}) AND (${own})`;
}
