import { TrackingError } from "../errors.js";
import { viewTypes } from "./types.js";
import { checkWord, limits } from "./validation.js";
import { checkOptions, checkText, typeOf, wrongType } from "./value-type.js";

/** What the queries for runs, experiments and models have in common. */
interface Query {
  experimentIds?: unknown;
  filterString?: unknown;
  orderBy?: unknown;
  maxResults?: unknown;
  pageToken?: unknown;
  viewType?: unknown;
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
    throw wrongType(`${what} must be an array of texts; got ${typeOf(list)}.`, list, `Write ${what}: ["…"].`);
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
