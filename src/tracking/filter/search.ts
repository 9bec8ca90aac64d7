import { createHash } from "node:crypto";
import { TrackingError } from "../../errors.js";
import type { ExperimentQuery, RunQuery } from "../store.js";
import type { Experiment, LifecycleStage, Page, Run, ViewType } from "../types.js";
import { experimentFields, type Field, type FieldTable, type FieldValue, runFields } from "./fields.js";
import { toNumber, toPredicate } from "./match.js";
import { parseFilter, parseOrderBy } from "./parse.js";

/** MLflow's SEARCH_MAX_RESULTS_DEFAULT. */
const defaultMaxResults = 1000;

/** The page of `runs` (of the experiments asked for) that a query means. */
export function searchRunsIn(runs: Iterable<Run>, query: RunQuery): Page<Run> {
  const stage = stageFilter(query.viewType);
  return search(runs, query, {
    fields: runFields,
    shown: (run) => stage(run.info.lifecycleStage),
    id: (run) => run.info.runId,
    // MLflow ends every order of runs with start_time DESC, run_id ASC.
    last: { get: (run) => run.info.startTime, descending: true },
  });
}

export function searchExperimentsIn(experiments: Iterable<Experiment>, query: ExperimentQuery): Page<Experiment> {
  const stage = stageFilter(query.viewType);
  return search(experiments, query, {
    fields: experimentFields,
    shown: (experiment) => stage(experiment.lifecycleStage),
    id: (experiment) => experiment.experimentId.padStart(20, "0"),
    last: { get: (experiment) => experiment.creationTime, descending: true },
  });
}

/** How rows of one kind are shown, named and ordered at the end. */
export interface RowKind<Row> {
  fields: FieldTable<Row>;
  shown(row: Row): boolean;
  id(row: Row): string;
  last: SortKey<Row>;
}

interface SortKey<Row> {
  get(row: Row): FieldValue;
  descending: boolean;
}

interface Query {
  filterString?: string;
  orderBy?: readonly string[];
  maxResults?: number;
  pageToken?: string;
}

/** Values of the sort keys, then the id. */
type Place = readonly FieldValue[];

/** The page of `rows` that a query means; also of kinds of rows that other files know. */
export function search<Row>(rows: Iterable<Row>, query: Query, kind: RowKind<Row>): Page<Row> {
  const filter = parseFilter(query.filterString ?? "", kind.fields);
  const matches = filter === undefined ? undefined : toPredicate(filter);
  const keys: Array<SortKey<Row>> = (query.orderBy ?? []).map((clause) => sortKey(parseOrderBy(clause, kind.fields)));
  keys.push(kind.last, { get: kind.id, descending: false });
  const descending = keys.map((key) => key.descending);
  const queryId = identify(query);
  const after =
    query.pageToken === undefined || query.pageToken === "" ? undefined : readToken(query.pageToken, queryId);

  const found: Array<{ row: Row; place: Place }> = [];
  for (const row of rows) {
    if (!kind.shown(row) || (matches !== undefined && !matches(row))) continue;
    const place = keys.map((key) => key.get(row));
    if (after === undefined || compare(place, after, descending) > 0) found.push({ row, place });
  }
  const limit = query.maxResults ?? defaultMaxResults;
  const first = least(found, limit, (a, b) => compare(a.place, b.place, descending));
  const page: Page<Row> = first.map(({ row }) => row);
  const last = first[limit - 1];
  if (found.length > limit && last !== undefined) page.nextPageToken = writeToken(last.place, queryId);
  return page;
}

/** The first `count` items in order. Of many items only those are sorted that can still be among them. */
function least<T>(items: T[], count: number, order: (a: T, b: T) => number): T[] {
  if (items.length <= 4 * count) return items.sort(order).slice(0, count);
  let best: T[] = [];
  let bound: T | undefined;
  for (const item of items) {
    if (bound !== undefined && order(item, bound) >= 0) continue;
    best.push(item);
    if (best.length < 2 * count) continue;
    best = best.sort(order).slice(0, count);
    bound = best[count - 1];
  }
  return best.sort(order).slice(0, count);
}

function sortKey<Row>({ field, descending }: { field: Field<Row>; descending: boolean }): SortKey<Row> {
  if (field.type !== "either") return { get: field.get, descending };
  // Params and tags sort as numbers where they are numbers.
  return {
    get: (row) => {
      const text = field.get(row) as string | undefined;
      return text === undefined ? undefined : (toNumber(text) ?? text);
    },
    descending,
  };
}

function compare(a: Place, b: Place, descending: readonly boolean[]): number {
  for (let index = 0; index < descending.length; index++) {
    const order = compareValues(a[index], b[index], descending[index] === true);
    if (order !== 0) return order;
  }
  return 0;
}

/** Missing values come last and NaN just before them, whichever the direction (MLflow's rule); numbers before texts. */
function compareValues(a: FieldValue, b: FieldValue, descending: boolean): number {
  if (a === b) return 0;
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0 || a === undefined || b === undefined) return rank;
  const order = a < b ? -1 : a > b ? 1 : 0;
  return descending ? -order : order;
}

function rankOf(value: FieldValue): number {
  if (value === undefined) return 3;
  if (typeof value === "string") return 1;
  return Number.isNaN(value) ? 2 : 0;
}

function stageFilter(viewType: ViewType = "ACTIVE_ONLY"): (stage: LifecycleStage) => boolean {
  if (viewType === "ALL") return () => true;
  return viewType === "DELETED_ONLY" ? (stage) => stage === "deleted" : (stage) => stage === "active";
}

/**
 * A token holds the place of the last row that was given, so that rows which come or go meanwhile neither shift nor repeat
 * the next page.
 */
function writeToken(place: Place, query: string): string {
  const values = place.map((value) => (typeof value === "number" ? { n: String(value) } : (value ?? null)));
  return Buffer.from(JSON.stringify({ after: values, query })).toString("base64url");
}

function readToken(token: string, query: string): Place {
  const bad = (problem: string) =>
    new TrackingError("INVALID_PARAMETER_VALUE", `Invalid page token '${token.slice(0, 60)}': ${problem}.`, {
      hint: "Use nextPageToken of the page before, with the same filter and order.",
    });
  let parsed: { after?: unknown; query?: unknown };
  try {
    parsed = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as typeof parsed;
  } catch {
    throw bad("it is none of this store");
  }
  if (typeof parsed !== "object" || parsed === null || !Array.isArray(parsed.after))
    throw bad("it is none of this store");
  if (parsed.query !== query) throw bad("it belongs to another search");
  return parsed.after.map((value: string | null | { n: string }) =>
    value === null ? undefined : typeof value === "string" ? value : Number(value.n),
  );
}

function identify(query: Query): string {
  const { filterString = "", orderBy = [] } = query;
  return createHash("sha256")
    .update(JSON.stringify([filterString, orderBy]))
    .digest("base64url")
    .slice(0, 8);
}
