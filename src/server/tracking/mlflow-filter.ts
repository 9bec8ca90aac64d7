import { TrackingError } from "../../errors.js";
import type { FieldTable } from "../../tracking/filter/fields.js";
import type { Comparison, Filter } from "../../tracking/filter/filter-tree.js";
import { parseFilter, parseOrderBy } from "../../tracking/filter/parse.js";
import { type Token, tokenize } from "../../tracking/filter/tokens.js";

/** Attributes that runlab has and MLflow lacks. */
const unknownToMlflow = ["duration"];
const times = /^(?:(?:attributes?|attr|run)\.)?(?:start_time|end_time|created|creation_time|last_update_time)$/i;

/**
 * MLflow's routes take MLflow's grammar and no more, so that a query which works here works there.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for OR, NOT, parentheses, and comparisons that only runlab has
 */
export function checkMlflowFilter(filter: string | undefined, table: FieldTable): void {
  if (filter === undefined) return;
  const parsed = parseFilter(filter, table);
  checkWords(tokenize(filter));
  if (parsed !== undefined) checkTree(parsed);
}

/** As {@link checkMlflowFilter}, of the clauses of an order. */
export function checkMlflowOrder(clauses: readonly string[], table: FieldTable): void {
  for (const { field } of clauses.map((clause) => parseOrderBy(clause, table))) {
    if (field.entity === "attribute" && unknownToMlflow.includes(field.key)) throw notMlflow(`'${field.key}'`);
  }
}

function checkWords(tokens: readonly Token[]): void {
  for (const [at, token] of tokens.entries()) {
    const before = tokens[at - 1];
    const next = tokens[at + 1];
    if (isWord(token, "OR")) throw notMlflow("OR");
    if (token.kind === "(" && !isWord(before, "IN")) throw notMlflow("parentheses");
    if (isWord(token, "NOT") && !isWord(next, "IN") && !isWord(before, "IS")) throw notMlflow("NOT");
    if (token.kind === "operator" && next?.kind === "quoted" && before !== undefined && times.test(before.text))
      throw notMlflow("a time as text");
  }
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "name" && token.text.toUpperCase() === word;
}

function checkTree(filter: Filter): void {
  if (filter.kind === "and") filter.parts.forEach(checkTree);
  else if ("field" in filter) checkComparison(filter);
}

function checkComparison({ kind, field: { entity, key } }: Comparison): void {
  if (entity === "attribute" && unknownToMlflow.includes(key)) throw notMlflow(`'${key}'`);
  if (kind === "number" && (entity === "param" || entity === "tag")) throw notMlflow(`a number for a ${entity}`);
  if (kind === "null" && entity !== "param" && entity !== "tag") throw notMlflow(`IS NULL of ${key}`);
  if (kind === "list" && entity !== "dataset" && key !== "run_id") throw notMlflow(`IN for ${key}`);
}

function notMlflow(what: string): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", `Invalid filter or order: MLflow's grammar has no ${what}.`, {
    hint: "Comparisons are joined by AND; params and tags are compared with quoted text, metrics and times with numbers.",
  });
}
