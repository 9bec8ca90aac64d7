import { TrackingError } from "../../errors.js";
import type { FieldTable } from "../../tracking/filter/fields.js";
import { allOf, type Comparison, type Filter, type Search } from "../../tracking/filter/filter-tree.js";
import { toSearch } from "../../tracking/query.js";
import { checkMlflowFilter, checkMlflowOrder } from "./mlflow-filter.js";
import type { RequestFields } from "./request-fields.js";

/** The tag of a prompt, which MLflow keeps among the registered models. */
export const promptTag = "mlflow.prompt.is_prompt";

/**
 * A search for registered models or versions of them. Prompts are found by those alone who ask for them, whatever else is asked.
 * @param most - rows of one page
 */
export function toRegistrySearch(fields: RequestFields, table: FieldTable, most: number): Search {
  const filterString = fields.optionalText("filter") || undefined;
  const orderBy = fields.texts("order_by");
  const maxResults = fields.optionalInt("max_results");
  checkMlflowFilter(filterString, table);
  checkMlflowOrder(orderBy, table);
  if (maxResults !== undefined && (maxResults < 1 || maxResults > most)) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `max_results must be from 1 to ${most}; got ${maxResults}.`);
  }
  const search = toSearch("search", { filterString, orderBy }, table);
  const parts = search.filter === undefined ? [] : search.filter.kind === "and" ? search.filter.parts : [search.filter];
  const prompts = parts.filter(isAboutPrompts);
  const wanted = parts.filter((part) => !isAboutPrompts(part));
  const field = { entity: "tag", key: promptTag } as const;
  const kind: Filter = prompts.some(asksForPrompts)
    ? { kind: "text", field, comparator: "=", value: "true" }
    : {
        kind: "or",
        parts: [
          { kind: "null", field, comparator: "IS NULL" },
          { kind: "text", field, comparator: "!=", value: "true" },
        ],
      };
  const pageToken = fields.optionalText("page_token") || undefined;
  return {
    filter: allOf([...wanted, kind]),
    orderBy: search.orderBy,
    ...(maxResults === undefined ? {} : { maxResults }),
    ...(pageToken === undefined ? {} : { pageToken }),
  };
}

function isAboutPrompts(part: Filter): part is Comparison {
  return "field" in part && part.field.entity === "tag" && part.field.key === promptTag;
}

function asksForPrompts(part: Filter): boolean {
  if (part.kind !== "text") return false;
  const value = part.value.toLowerCase();
  return (part.comparator === "=" && value === "true") || (part.comparator === "!=" && value === "false");
}
