import { createHash } from "node:crypto";
import { TrackingError } from "../../errors.js";
import { own } from "../../own.js";
import type { Field, Filter, OrderBy } from "../../tracking/filter/filter-tree.js";
import { toPredicate } from "../../tracking/filter/match.js";
import { printField, printFilter, printOrderBy } from "../../tracking/filter/print.js";
import { readRun } from "../../tracking/filter/row-values.js";
import type { RunCount, RunSearch } from "../../tracking/store.js";
import type { Page, Run } from "../../tracking/types.js";
import type { SqlDatabase } from "./database.js";
import { type RawBuilder, sql } from "./kysely.js";
import { type GoneOwners, showEnd, shownColumns } from "./owners.js";
import { RunFilter } from "./run-filter.js";
import { loadRuns } from "./run-rows.js";

type Sql = RawBuilder<unknown>;
type SortValue = string | number;

/** One column of the order. None is ever null, so that a cursor can be compared. */
interface SortColumn {
  value: Sql;
  descending: boolean;
}

/** MLflow's SEARCH_MAX_RESULTS_DEFAULT. */
const defaultMaxResults = 1000;
const orderLimit = 20;

/**
 * The page of runs that a search means; a token holds the cursor: the sort values of the last run that was given.
 * @param gone - whose runs are shown as killed
 */
export async function searchRuns(database: SqlDatabase, search: RunSearch, gone: GoneOwners): Promise<Page<Run>> {
  const { filter, orderBy = [], experimentIds, viewType = "ACTIVE_ONLY", pageToken } = search;
  const limit = search.maxResults ?? defaultMaxResults;
  if (experimentIds.length === 0) return [];
  const translation = new RunFilter(database, gone);
  const wanted = filter && translation.condition(filter);
  const columns = sortColumns(translation, orderBy, filter);
  const conditions: Sql[] = [inExperiments(database, experimentIds)];
  if (viewType !== "ALL")
    conditions.push(sql`r.lifecycle_stage = ${viewType === "ACTIVE_ONLY" ? "active" : "deleted"}`);
  if (wanted !== undefined) conditions.push(wanted);
  const matches = filter === undefined || translation.exact ? undefined : toPredicate(filter, readRun);
  const searchId = identify(search);
  let after = pageToken === undefined || pageToken === "" ? undefined : readToken(pageToken, searchId, columns.length);

  const found: Array<{ run: Run; cursor: SortValue[] }> = [];
  for (let size = limit + 1; ; size = Math.min(size * 2, 10_000)) {
    const where = after === undefined ? conditions : [...conditions, behind(columns, after)];
    const selected = columns.map(({ value }, index) => sql`${value} as ${sql.ref(`s${index}`)}`);
    const order = columns.map(
      ({ descending }, index) => sql`${sql.ref(`s${index}`)} ${sql.raw(descending ? "desc" : "asc")}`,
    );
    const { rows } = await sql<
      { id: number } & Record<string, SortValue>
    >`select r.id as id, ${sql.join(selected)} from runs as r ${translation.joins}
      where ${sql.join(where, sql` and `)} order by ${sql.join(order)} limit ${size}`.execute(database.db);
    const cursors = new Map(rows.map((row) => [row.id, columns.map((_, index) => own(row, `s${index}`) ?? "")]));
    for (const stored of await loadRuns(database, [...cursors.keys()])) {
      showEnd(stored, gone);
      const { id, run } = stored;
      if (matches === undefined || matches(run)) found.push({ run, cursor: cursors.get(id) ?? [] });
      if (found.length > limit) break;
    }
    if (found.length > limit || rows.length < size) break;
    after = [...cursors.values()].at(-1);
  }
  const page: Page<Run> = found.slice(0, limit).map(({ run }) => run);
  const last = found[limit - 1];
  if (found.length > limit && last !== undefined) page.nextPageToken = writeToken(last.cursor, searchId);
  return page;
}

/** The runs of each experiment that has any which are not deleted. @param gone - whose runs are shown as killed */
export async function countRuns(
  database: SqlDatabase,
  experimentIds: readonly string[],
  gone: GoneOwners,
): Promise<Map<string, RunCount>> {
  if (experimentIds.length === 0) return new Map();
  const { status } = shownColumns(database, gone);
  const { rows } = await sql<Record<"experiment" | keyof RunCount, string | number>>`
    select r.experiment_id as experiment, count(*) as runs, max(r.start_time) as newest,
      sum(case when ${status} = 'RUNNING' then 1 else 0 end) as running
    from runs as r where ${inExperiments(database, experimentIds)} and r.lifecycle_stage = 'active'
    group by r.experiment_id`.execute(database.db);
  return new Map(
    rows.map(({ experiment, runs, running, newest }) => [
      String(experiment),
      { runs: Number(runs), running: Number(running), newest: Number(newest) },
    ]),
  );
}

function inExperiments({ kind }: SqlDatabase, ids: readonly string[]): Sql {
  if (ids.length === 1) return sql`r.experiment_id = ${ids[0]}`;
  // What no experiment of ours is called, PostgreSQL might not take.
  const list = JSON.stringify(ids.filter((id) => /^\d+$/.test(id)));
  const values =
    kind === "sqlite"
      ? sql`select value from json_each(${list})`
      : sql`select json_array_elements_text(cast(${list} as json))`;
  return sql`r.experiment_id in (${values})`;
}

/** The order that is asked for, then MLflow's: start_time DESC, run_id ASC. Numbers come before texts, NaN after both, then what is missing. */
function sortColumns(translation: RunFilter, orderBy: readonly OrderBy[], filter: Filter | undefined): SortColumn[] {
  if (orderBy.length > orderLimit) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `Runs can be ordered by at most ${orderLimit} fields; got ${orderBy.length}.`,
    );
  }
  const columns = orderBy.flatMap(({ field, descending }) => fieldColumns(translation, field, descending, filter));
  columns.push({ value: sql`r.start_time`, descending: true }, { value: sql`r.run_id`, descending: false });
  return columns;
}

function fieldColumns(
  translation: RunFilter,
  field: Field,
  descending: boolean,
  filter: Filter | undefined,
): SortColumn[] {
  if (field.entity === "dataset") {
    const column = sql.ref(`o.${field.key}`);
    const first = sql`(select ${column} from inputs as o where o.run = r.id and ${column} is not null order by o.position limit 1)`;
    return [
      { value: sql`(case when ${first} is null then 3 else 1 end)`, descending: false },
      { value: sql`coalesce(${first}, '')`, descending },
    ];
  }
  const columns = translation.columns(field);
  if (columns === undefined) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      "The filter and the order name too many different metrics, params and tags.",
      {
        hint: "Name fewer than 40.",
      },
    );
  }
  const { exists, text, number, rank } = columns;
  if (rank !== undefined) {
    return [
      { value: sql`coalesce(${rank}, 3)`, descending: false },
      { value: sql`coalesce(${number}, 0)`, descending },
      { value: sql`(case when ${rank} = 1 then ${text} else '' end)`, descending },
    ];
  }
  if (exists === undefined) return [{ value: text ?? number ?? sql`0`, descending }];
  // Where the filter leaves only numbers, an index gives the order.
  if (number !== undefined && filter !== undefined && isNumberIn(filter, field)) return [{ value: number, descending }];
  return [
    { value: sql`(case when not (${exists}) then 3 when ${number} is null then 2 else 0 end)`, descending: false },
    { value: sql`coalesce(${number}, 0)`, descending },
  ];
}

/** Whether every row that matches has a number in that field. */
function isNumberIn(filter: Filter, field: Field): boolean {
  if (filter.kind === "and") return filter.parts.some((part) => isNumberIn(part, field));
  if (filter.kind !== "number" || filter.comparator === "!=") return false;
  return printField(filter.field) === printField(field) && !Number.isNaN(filter.value);
}

/** Rows that come after a cursor. */
function behind(columns: readonly SortColumn[], cursor: readonly SortValue[]): Sql {
  const options = columns.map(({ value, descending }, index) => {
    const equal = columns.slice(0, index).map((column, at) => sql`${column.value} = ${literal(cursor[at])}`);
    const further = sql`${value} ${sql.raw(descending ? "<" : ">")} ${literal(cursor[index])}`;
    return sql`(${sql.join([...equal, further], sql` and `)})`;
  });
  return sql`(${sql.join(options, sql` or `)})`;
}

function literal(value: SortValue | undefined): Sql {
  return typeof value === "number" ? sql`cast(${value} as double precision)` : sql`${value ?? ""}`;
}

function writeToken(cursor: readonly SortValue[], query: string): string {
  const after = cursor.map((value) => (typeof value === "number" ? { n: String(value) } : value));
  return Buffer.from(JSON.stringify({ after, query })).toString("base64url");
}

function readToken(token: string, query: string, length: number): SortValue[] {
  const bad = (problem: string) =>
    new TrackingError("INVALID_PARAMETER_VALUE", `Invalid page token '${token.slice(0, 60)}': ${problem}.`, {
      hint: "Use the nextPageToken of the previous page, with the same filter and order.",
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    throw bad("it was not issued by this store");
  }
  const { after, query: of } = Object(parsed) as { after?: unknown; query?: unknown };
  if (!Array.isArray(after)) throw bad("it was not issued by this store");
  if (of !== query) throw bad("it belongs to another search");
  const cursor = after.map((value: unknown) => (typeof value === "string" ? value : Number(Object(value).n)));
  if (cursor.length !== length || cursor.some(Number.isNaN)) throw bad("it was not issued by this store");
  return cursor;
}

function identify({ filter, orderBy = [] }: RunSearch): string {
  const text = JSON.stringify([filter === undefined ? "" : printFilter(filter), orderBy.map(printOrderBy)]);
  return createHash("sha256").update(text).digest("base64url").slice(0, 8);
}
