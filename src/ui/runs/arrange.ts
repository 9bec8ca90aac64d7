import { bestValue } from "../../metric-goal.js";
import type { RunJson } from "../../server/page/page-json.js";
import type { CellValue, Column } from "./columns.js";
import type { Sort } from "./view-state.js";

/** A line of the table: a run, or the head of a group of them. */
export type Row = RunRow | GroupRow;

export interface RunRow {
  kind: "run";
  run: RunJson;
  /** How deep it stands in a tree, from 1; undefined where the table is not a tree. */
  level?: number;
  /** How many runs are nested in it, which are listed below it while it is open. */
  nested?: { count: number; open: boolean };
}

export interface GroupRow {
  kind: "group";
  /** The value that its runs have; undefined: they have none. */
  value: CellValue;
  runs: readonly RunJson[];
  open: boolean;
}

/** Runs in the order of some columns; what a run lacks comes last, whichever way. Equal ones stay as they were. */
export function sortRuns(
  runs: readonly RunJson[],
  sort: readonly Sort[],
  columns: ReadonlyMap<string, Column>,
): readonly RunJson[] {
  const keys = sort.flatMap(({ id, descending }) => {
    const column = id === "name" ? nameColumn : columns.get(id);
    if (column === undefined) return [];
    const values = new Map(runs.map((run) => [run, sortable(column, run)]));
    return { values, sign: descending ? -1 : 1 };
  });
  if (keys.length === 0) return runs;
  return [...runs].sort((a, b) => {
    for (const { values, sign } of keys) {
      const order = compare(values.get(a), values.get(b), sign);
      if (order !== 0) return order;
    }
    return 0;
  });
}

const nameColumn: Pick<Column, "numeric" | "value"> = { numeric: false, value: ({ name }) => name };

function sortable({ numeric, value }: Pick<Column, "numeric" | "value">, run: RunJson): CellValue {
  const one = value(run);
  return numeric && one !== undefined ? Number(one) : one;
}

function compare(a: CellValue, b: CellValue, sign: number): number {
  const standing = (value: CellValue) => (value === undefined ? 2 : Number.isNaN(value) ? 1 : 0);
  const order = standing(a) - standing(b);
  if (order !== 0 || a === undefined || b === undefined || a === b) return order;
  if (typeof a === "string" || typeof b === "string") return sign * texts.compare(String(a), String(b));
  return a < b ? -sign : b < a ? sign : 0;
}

const texts = new Intl.Collator("en", { numeric: true });

/** Runs under the heads of their groups; groups in the order of their first runs. */
export function groupRuns(runs: readonly RunJson[], column: Column, closed: ReadonlySet<string>): Row[] {
  const groups = new Map<CellValue, RunJson[]>();
  for (const run of runs) {
    const value = column.value(run);
    const others = groups.get(value);
    if (others === undefined) groups.set(value, [run]);
    else others.push(run);
  }
  return [...groups].flatMap(([value, members]): Row[] => {
    const open = !closed.has(String(value));
    const head: GroupRow = { kind: "group", value, runs: members, open };
    return open ? [head, ...members.map((run): Row => ({ kind: "run", run, level: 2 }))] : [head];
  });
}

/**
 * Nested runs below the run that they are part of, each in the order that it has among its siblings; a run whose parent is not
 * among them stands by itself. Tags name the parents, and may be wrong: no run is lost.
 */
export function nestRuns(runs: readonly RunJson[], closed: ReadonlySet<string>): Row[] {
  const ids = new Set(runs.map(({ id }) => id));
  const children = new Map<string, RunJson[]>();
  const roots: RunJson[] = [];
  for (const run of runs) {
    const { parent } = run;
    if (parent === undefined || parent === run.id || !ids.has(parent)) roots.push(run);
    else if (children.get(parent)?.push(run) === undefined) children.set(parent, [run]);
  }
  if (children.size === 0) return runs.map((run): Row => ({ kind: "run", run }));
  const rows: Row[] = [];
  const seen = new Set<string>();
  const list = (first: readonly RunJson[]) => {
    const waiting = first.map((run) => ({ run, level: 1, shown: true })).reverse();
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { run, level, shown } = next;
      if (seen.has(run.id)) continue;
      seen.add(run.id);
      const below = children.get(run.id) ?? [];
      const open = !closed.has(run.id);
      const nested = below.length === 0 ? {} : { nested: { count: below.length, open } };
      if (shown) rows.push({ kind: "run", run, level, ...nested });
      for (const child of [...below].reverse()) waiting.push({ run: child, level: level + 1, shown: shown && open });
    }
  };
  list(roots);
  // Runs that are part of one another.
  if (seen.size < runs.length) list(runs);
  return rows;
}

/** The best value of each metric that is shown, by the column's id. */
export function bestValues(runs: readonly RunJson[], columns: readonly Column[]): Map<string, number> {
  const best = new Map<string, number>();
  if (runs.length < 2) return best;
  for (const { id, goal, value } of columns) {
    if (goal === undefined) continue;
    const numbers = runs.map(value).filter((one) => typeof one === "number");
    const top = bestValue(numbers, goal);
    // Where all are the same, none is best.
    if (top !== undefined && numbers.some((one) => !Object.is(one, top))) best.set(id, top);
  }
  return best;
}

/** The mean of a group's finite values. */
export function meanOf(runs: readonly RunJson[], { value }: Column): number | undefined {
  const numbers = runs
    .map(value)
    .filter((one) => one !== undefined)
    .map(Number)
    .filter(Number.isFinite);
  return numbers.length === 0 ? undefined : numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}
