import { type MetricGoal, metricGoal } from "../../metric-goal.js";
import { columnFormat } from "../../render/format-value.js";
import { isNumeric } from "../../render/runs-table.js";
import type { RunJson } from "../../server/page/page-json.js";
import type { RunSet } from "./run-set.js";

export type ColumnKind = "run" | "metrics" | "params" | "tags";
export type CellValue = string | number | undefined;

/** One column of the table of runs. */
export interface Column {
  /** As in filters: `metrics.rmse`, `params.alpha`, `start_time`. */
  id: string;
  kind: ColumnKind;
  label: string;
  /** Numbers stand at the right, and sort by their size. */
  numeric: boolean;
  /** Which way is better; only of metrics. */
  goal?: MetricGoal;
  /** Not the same in all runs. */
  differs: boolean;
  /** How many runs have it. */
  uses: number;
  /** Place in the run's list of values. */
  at: number;
  /** Pixels. */
  width: number;
  value(run: RunJson): CellValue;
  /** Writes its numbers, all in one way; only of metrics. */
  format?(value: number): string;
  /** Pixels in which none of its numbers is cut, where they may be more; asked of the columns that are shown, and only of metrics. */
  fit?(): number;
}

/** Of the many that runs may have, those that are shown unless somebody chooses. */
export interface ColumnLimits {
  metrics: number;
  params: number;
}
const usual: ColumnLimits = { metrics: 6, params: 8 };

/**
 * Every column there can be: facts about the run, then metrics, params and tags by how many runs have them.
 * @param flipped - metrics whose goal is the other one than their name says
 * @param names - of experiments by their ids
 */
export function columnsOf(
  set: RunSet,
  { flipped, names }: { flipped: readonly string[]; names: ReadonlyMap<string, string> },
): Column[] {
  const fact = (id: string, label: string, width: number, value: Column["value"], numeric = false): Column => {
    return { id, kind: "run", label, numeric, differs: true, uses: set.runs.length, at: 0, width, value };
  };
  const byUse = (columns: Column[]) => columns.filter(({ uses }) => uses > 0).sort((a, b) => b.uses - a.uses);
  return [
    fact("start_time", "started", 96, ({ start }) => start, true),
    fact("duration", "duration", 112, ({ start, end }) => (end === undefined ? undefined : end - start), true),
    fact("experiment", "experiment", 130, ({ experiment }) => names.get(experiment) ?? experiment),
    fact("status", "status", 88, ({ status }) => status),
    fact("user_id", "user", 100, ({ user }) => user || undefined),
    fact("source", "source", 150, ({ source }) => source),
    fact("run_id", "id", 90, ({ id }) => id),
    ...byUse(set.metrics.map((key, at) => metricColumn(set, key, at, flipped))),
    ...byUse(set.params.map((key, at) => textColumn(set, "params", key, at))),
    ...byUse(set.tags.map((key, at) => textColumn(set, "tags", key, at))),
  ];
}

function metricColumn(set: RunSet, key: string, at: number, flipped: readonly string[]): Column {
  const id = `metrics.${key}`;
  const byName = metricGoal(key);
  const goal = flipped.includes(id) ? (byName === "min" ? "max" : "min") : byName;
  const value = ({ metrics }: RunJson): CellValue => {
    const one = metrics[at] ?? undefined;
    return one === undefined ? undefined : Number(one);
  };
  const uses = set.runs.reduce((count, run) => count + (value(run) === undefined ? 0 : 1), 0);
  const curves = set.runs.reduce((count, { points }) => count + ((points?.[at] ?? 0) > 1 ? 1 : 0), 0);
  const { format, longest } = lateFormat(set, value);
  const beside = padding + starWidth + (curves > 0 ? curveWidth + gap : 0);
  return {
    id,
    kind: "metrics",
    label: key,
    numeric: true,
    goal,
    differs: true,
    uses,
    at,
    width: Math.max(curves > uses / 2 ? 146 : 104, labelWidth(key)),
    value,
    format,
    fit: () => numberWidth(longest()) + beside,
  };
}

/** The format is found when the first number is drawn: most columns are not shown. */
function lateFormat({ runs }: RunSet, value: Column["value"]): { format(value: number): string; longest(): string } {
  let found: { numbers: number[]; format(value: number): string } | undefined;
  const find = () => {
    if (found !== undefined) return found;
    const numbers = runs.map(value).filter((one) => typeof one === "number");
    found = { numbers, format: columnFormat(numbers) };
    return found;
  };
  return {
    format: (one) => find().format(one),
    longest: () => longestOf(find().numbers, find().format),
  };
}

/** Not each number is written: the largest ones are longest before the point, and the smallest one after it. */
function longestOf(numbers: readonly number[], format: (value: number) => string): string {
  let [least, most, smallest] = [Infinity, -Infinity, Infinity];
  for (const one of numbers) {
    if (!Number.isFinite(one)) continue;
    least = Math.min(least, one);
    most = Math.max(most, one);
    const size = Math.abs(one);
    if (size > 0 && !Number.isInteger(one)) smallest = Math.min(smallest, size);
  }
  // All digits, which the smallest number itself need not have.
  const finest = 1.2345 * 10 ** Math.floor(Math.log10(smallest));
  const texts = [least, most, least < 0 ? -finest : finest].filter(Number.isFinite).map(format);
  if (numbers.some((one) => !Number.isFinite(one))) texts.push("-Infinity");
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), "");
}

/** Pixels of a number that is the best: its digits are bold, and its points and commas narrow. */
function numberWidth(text: string): number {
  return [...text].reduce((width, mark) => width + (mark === "." || mark === "," ? 5 : 9), 0);
}

/** Pixels of a letter, of the room at both sides of a cell, of a small curve and the gap beside it, of the star, and of a head's menu. */
const letter = 7.8;
const padding = 20;
const curveWidth = 44;
const gap = 8;
const starWidth = 14;
const menuWidth = 28;
/** Most pixels that a name or text gets: what is longer is cut. */
const mostWidth = 170;

function labelWidth(label: string): number {
  return Math.ceil(Math.min(mostWidth, label.length * letter + padding + menuWidth));
}

function textColumn(set: RunSet, kind: "params" | "tags", key: string, at: number): Column {
  const read = (run: RunJson): string | undefined => run[kind][at] ?? undefined;
  const values = new Set<string | undefined>();
  let uses = 0;
  for (const run of set.runs) {
    const value = read(run);
    values.add(value);
    if (value !== undefined) uses++;
  }
  let numeric = uses > 0;
  let longest = 0;
  for (const value of values) {
    if (value === undefined) continue;
    if (!isNumeric(value)) numeric = false;
    longest = Math.max(longest, value.length);
  }
  return {
    id: `${kind}.${key}`,
    kind,
    label: key,
    numeric,
    differs: values.size > 1,
    uses,
    at,
    width: Math.max(88, labelWidth(key), Math.min(mostWidth, Math.ceil(longest * letter) + padding)),
    value: read,
  };
}

/**
 * What a first look shows: metrics, and params that are not the same in all runs.
 * @param narrow - there is room for two columns or three: the metrics come first
 */
export function defaultColumns(
  columns: readonly Column[],
  { several, narrow, limits = usual }: { several: boolean; narrow: boolean; limits?: ColumnLimits | undefined },
): string[] {
  const ids = (kind: ColumnKind, most: number) =>
    columns
      .filter((column) => column.kind === kind && column.differs)
      .slice(0, most)
      .map(({ id }) => id);
  const values = [...ids("metrics", limits.metrics), ...ids("params", limits.params)];
  const experiment = several ? ["experiment"] : [];
  return narrow
    ? [...values, ...experiment, "start_time", "duration"]
    : [...experiment, "start_time", ...values, "duration"];
}
