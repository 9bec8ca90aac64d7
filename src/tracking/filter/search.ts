import { createHash } from "node:crypto";
import { TrackingError } from "../../errors.js";
import type { LoggedModel, LoggedModelSearch, ModelVersion, RegisteredModel } from "../registry.js";
import type { ExperimentSearch, RunCount, RunSearch } from "../store.js";
import type { Experiment, LifecycleStage, Page, Run, ViewType } from "../types.js";
import type { OrderBy, Search } from "./filter-tree.js";
import { toNumber, toPredicate } from "./match.js";
import { printFilter, printOrderBy } from "./print.js";
import {
  type FieldValue,
  type ReadField,
  readExperiment,
  readLoggedModel,
  readModelVersion,
  readRegisteredModel,
  readRun,
} from "./row-values.js";

/** MLflow's SEARCH_MAX_RESULTS_DEFAULT. */
const defaultMaxResults = 1000;

/** MLflow's SEARCH_REGISTERED_MODEL_MAX_RESULTS_DEFAULT. */
const defaultModels = 100;
/** MLflow's SEARCH_MODEL_VERSION_MAX_RESULTS_DEFAULT. */
const defaultVersions = 10_000;
/** MLflow's SEARCH_LOGGED_MODEL_MAX_RESULTS_DEFAULT. */
const defaultLoggedModels = 100;

/** The page of `runs` (of the experiments asked for) that a search means. */
export function searchRunsIn(runs: Iterable<Run>, search: RunSearch): Page<Run> {
  return searchRunRowsIn(runs, search, readRun);
}

/** As {@link searchRunsIn}, of rows that hold runs in a form of their own. */
export function searchRunRowsIn<Row extends Pick<Run, "info">>(
  rows: Iterable<Row>,
  search: RunSearch,
  read: ReadField<Row>,
): Page<Row> {
  const stage = stageFilter(search.viewType);
  return searchIn(rows, search, {
    read,
    shown: (run) => stage(run.info.lifecycleStage),
    id: (run) => run.info.runId,
    // MLflow ends every order of runs with start_time DESC, run_id ASC.
    last: { get: (run) => run.info.startTime, descending: true },
  });
}

/** How many of the runs that are not deleted are of which experiment. */
export function countRunsIn(runs: Iterable<Pick<Run, "info">>): Map<string, RunCount> {
  const counts = new Map<string, RunCount>();
  for (const { info } of runs) {
    if (info.lifecycleStage === "deleted") continue;
    const { runs: others, running, newest } = counts.get(info.experimentId) ?? { runs: 0, running: 0, newest: 0 };
    counts.set(info.experimentId, {
      runs: others + 1,
      running: running + (info.status === "RUNNING" ? 1 : 0),
      newest: Math.max(newest, info.startTime),
    });
  }
  return counts;
}

export function searchExperimentsIn(experiments: Iterable<Experiment>, search: ExperimentSearch): Page<Experiment> {
  const stage = stageFilter(search.viewType);
  return searchIn(experiments, search, {
    read: readExperiment,
    shown: (experiment) => stage(experiment.lifecycleStage),
    id: (experiment) => experiment.experimentId.padStart(20, "0"),
    last: { get: (experiment) => experiment.creationTime, descending: true },
  });
}

/** By name, unless `orderBy` says otherwise, as MLflow has it. */
export function searchRegisteredModelsIn(models: Iterable<RegisteredModel>, search: Search): Page<RegisteredModel> {
  return searchIn(
    models,
    { ...search, maxResults: search.maxResults ?? defaultModels },
    { read: readRegisteredModel, id: ({ name }) => name, last: { get: ({ name }) => name, descending: false } },
  );
}

/** The one changed last first, unless `orderBy` says otherwise, as MLflow has it. */
export function searchModelVersionsIn(versions: Iterable<ModelVersion>, search: Search): Page<ModelVersion> {
  return searchIn(
    versions,
    { ...search, maxResults: search.maxResults ?? defaultVersions },
    {
      read: readModelVersion,
      id: ({ name, version }) => `${name}/${(1e9 - Number(version)).toString().padStart(10, "0")}`,
      last: { get: ({ lastUpdatedTimestamp }) => lastUpdatedTimestamp, descending: true },
    },
  );
}

/** @param models - in the order they were logged; the newest comes first, unless `orderBy` says otherwise */
export function searchLoggedModelsIn(models: readonly LoggedModel[], search: LoggedModelSearch): Page<LoggedModel> {
  const { experimentIds } = search;
  const order = new Map(models.map((model, cursor) => [model, cursor]));
  return searchIn(
    models,
    { ...search, maxResults: search.maxResults ?? defaultLoggedModels },
    {
      read: readLoggedModel,
      shown: ({ experimentId }) => experimentIds?.includes(experimentId) ?? true,
      id: (model) => (1e9 - (order.get(model) ?? 0)).toString().padStart(10, "0"),
      last: { get: ({ creationTimestamp }) => creationTimestamp, descending: true },
    },
  );
}

/** How rows of one kind are shown, named and ordered at the end. */
interface RowKind<Row> {
  read: ReadField<Row>;
  /** Default: every row. */
  shown?(row: Row): boolean;
  id(row: Row): string;
  last: SortKey<Row>;
}

interface SortKey<Row> {
  get(row: Row): FieldValue;
  descending: boolean;
}

/** Values of the sort keys, then the id. */
type Cursor = readonly FieldValue[];

/** The page of `rows` that a search means. */
function searchIn<Row>(rows: Iterable<Row>, search: Search, kind: RowKind<Row>): Page<Row> {
  const matches = search.filter === undefined ? undefined : toPredicate(search.filter, kind.read);
  const keys: Array<SortKey<Row>> = (search.orderBy ?? []).map((order) => sortKey(order, kind.read));
  keys.push(kind.last, { get: kind.id, descending: false });
  const descending = keys.map((key) => key.descending);
  const searchId = identify(search);
  const after =
    search.pageToken === undefined || search.pageToken === "" ? undefined : readToken(search.pageToken, searchId);

  const found: Array<{ row: Row; cursor: Cursor }> = [];
  for (const row of rows) {
    // The filter first: in a store's index it costs less to look at one column of a row than at what every row has.
    if ((matches !== undefined && !matches(row)) || kind.shown?.(row) === false) continue;
    const cursor = keys.map((key) => key.get(row));
    if (after === undefined || compare(cursor, after, descending) > 0) found.push({ row, cursor });
  }
  const limit = search.maxResults ?? defaultMaxResults;
  const first = least(found, limit, (a, b) => compare(a.cursor, b.cursor, descending));
  const page: Page<Row> = first.map(({ row }) => row);
  const last = first[limit - 1];
  if (found.length > limit && last !== undefined) page.nextPageToken = writeToken(last.cursor, searchId);
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

function sortKey<Row>({ field, descending }: OrderBy, read: ReadField<Row>): SortKey<Row> {
  const get = read(field);
  if (field.entity !== "param" && field.entity !== "tag") return { get, descending };
  // Params and tags sort as numbers where they are numbers.
  return {
    get: (row) => {
      const value = get(row);
      return typeof value === "string" ? (toNumber(value) ?? value) : value;
    },
    descending,
  };
}

function compare(a: Cursor, b: Cursor, descending: readonly boolean[]): number {
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
 * A token holds the cursor: the sort values of the last row that was given. Rows which come or go meanwhile therefore neither
 * shift nor repeat the next page.
 */
function writeToken(cursor: Cursor, query: string): string {
  const values = cursor.map((value) => (typeof value === "number" ? { n: String(value) } : (value ?? null)));
  return Buffer.from(JSON.stringify({ after: values, query })).toString("base64url");
}

function readToken(token: string, query: string): Cursor {
  const bad = (problem: string) =>
    new TrackingError("INVALID_PARAMETER_VALUE", `Invalid page token '${token.slice(0, 60)}': ${problem}.`, {
      hint: "Use the nextPageToken of the previous page, with the same filter and order.",
    });
  let parsed: { after?: unknown; query?: unknown };
  try {
    parsed = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as typeof parsed;
  } catch {
    throw bad("it was not issued by this store");
  }
  if (typeof parsed !== "object" || parsed === null || !Array.isArray(parsed.after))
    throw bad("it was not issued by this store");
  if (parsed.query !== query) throw bad("it belongs to another search");
  return parsed.after.map((value: string | null | { n: string }) =>
    value === null ? undefined : typeof value === "string" ? value : Number(value.n),
  );
}

function identify({ filter, orderBy = [] }: Search): string {
  return createHash("sha256")
    .update(JSON.stringify([filter === undefined ? "" : printFilter(filter), orderBy.map(printOrderBy)]))
    .digest("base64url")
    .slice(0, 8);
}
