import { TrackingError } from "../errors.js";
import type { FieldTable } from "./filter/fields.js";
import type { Search } from "./filter/filter-tree.js";
import { parseFilter, parseOrderBy } from "./filter/parse.js";
import { type ViewType, viewTypes } from "./types.js";
import { checkWord, limits } from "./validation.js";
import { checkOptions, checkText, typeOf, wrongType } from "./value-type.js";

/** A search as its caller writes it; a store gets it as data, see {@link toSearch}. */
export interface RegistryQuery {
  /** The filter grammar: see `filter/parse.ts`. */
  filterString?: string;
  /** `metrics.rmse ASC`, …; what is equal in all of them comes newest first, registered models by name. */
  orderBy?: readonly string[];
  /** 1 to 50,000; default 1,000 runs or experiments, 100 registered models, 10,000 of their versions, 100 logged models. */
  maxResults?: number;
  /** `nextPageToken` of the page before. */
  pageToken?: string;
}

export interface LoggedModelQuery extends RegistryQuery {
  /** Default: all. */
  experimentIds?: readonly string[];
  /** Those that this run has logged. */
  runId?: string;
  name?: string;
}

export interface ExperimentQuery extends RegistryQuery {
  /** Default ACTIVE_ONLY. */
  viewType?: ViewType;
}

export interface RunQuery extends ExperimentQuery {
  experimentIds: readonly string[];
}

/** What the queries for runs, experiments and models have in common. */
interface Query {
  experimentIds?: unknown;
  filterString?: unknown;
  orderBy?: unknown;
  maxResults?: unknown;
  pageToken?: unknown;
  viewType?: unknown;
}

/**
 * Checks a query and reads its texts, so that a store gets data.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for a part of the wrong type, or a filter or order that cannot be read, naming the column
 */
export function toSearch<Q extends RegistryQuery>(
  call: string,
  query: Q,
  fields: FieldTable,
): Omit<Q, "filterString" | "orderBy"> & Search {
  checkQuery(call, query);
  const { filterString, orderBy, ...rest } = query;
  return {
    ...rest,
    filter: filterString === undefined ? undefined : parseFilter(filterString, fields),
    orderBy: orderBy?.map((clause) => parseOrderBy(clause, fields)),
  };
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE for a part of the wrong type, which would find other rows than were asked for */
export function checkQuery(call: string, query: Query): void {
  checkOptions(call, query, "{ filterString }");
  const { experimentIds, filterString, orderBy, maxResults, pageToken, viewType } = query;
  if (filterString !== undefined) checkText("The filterString", filterString);
  if (pageToken !== undefined) checkText("The pageToken", pageToken);
  if (experimentIds !== undefined) checkTexts("experimentIds", experimentIds);
  if (orderBy !== undefined) checkTexts("orderBy", orderBy);
  if (viewType !== undefined) checkWord("viewType", viewType, viewTypes);
  if (maxResults !== undefined) checkMaxResults(maxResults);
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE unless an array of texts */
export function checkTexts(what: string, list: unknown): void {
  if (!Array.isArray(list)) {
    throw wrongType(`${what} must be an array of strings; got ${typeOf(list)}.`, list, `Write ${what}: ["…"].`);
  }
  for (const [index, text] of list.entries()) checkText(`${what}[${index}]`, text);
}

function checkMaxResults(maxResults: unknown): void {
  if (
    typeof maxResults === "number" &&
    Number.isInteger(maxResults) &&
    maxResults >= 1 &&
    maxResults <= limits.maxResults
  )
    return;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `Invalid value ${typeof maxResults === "number" ? maxResults : typeOf(maxResults)} for parameter 'max_results' supplied. It must be a whole number from 1 to ${limits.maxResults}.`,
  );
}
