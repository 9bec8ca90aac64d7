import { own } from "../own.js";
import type { RunRow } from "./rows.js";

/** How much a param alone decides a metric. */
export interface ParamImportance {
  param: string;
  /** From 0, nothing, to 1, all; undefined when there are too few runs, or one value, to tell. */
  importance: number | undefined;
  /** For params that are numbers: whether the metric goes up with it (to 1) or down (to -1), Spearman's rank correlation. */
  direction: number | undefined;
  /** Runs that have both the param and the metric. */
  runs: number;
}

/** Fewest runs that say anything. */
const fewestRuns = 4;

/** Groups of a param that is a number with more values than these: of equally many runs each. */
const mostGroups = 4;

/**
 * How much each param that differs decides a metric, the most important first. A metric's last values are ranked, so that one
 * diverged run decides nothing. A param's importance is the share of the variance of these ranks that its values explain: ε²,
 * which is η² less what chance alone would explain with as many groups. Numbers of more than four values are put into four groups.
 * Interplay of params is not counted; the same runs always give the same answer.
 * @see Kelley, "An unbiased correlation ratio measure", PNAS 21(9), 1935
 */
export function paramImportance(runs: readonly RunRow[], metric: string): ParamImportance[] {
  const measured = runs.filter(({ data }) => Number.isFinite(own(data.metrics, metric)));
  const keys = new Set(measured.flatMap(({ data }) => Object.keys(data.params)));
  const found = [...keys].flatMap((param) => {
    const having = measured.filter(({ data }) => own(data.params, param) !== undefined);
    const texts = having.map(({ data }) => own(data.params, param) ?? "");
    if (new Set(texts).size < 2) return [];
    const values = having.map(({ data }) => own(data.metrics, metric) ?? 0);
    return [{ param, runs: having.length, ...importanceOf(texts, values) }];
  });
  return found.sort((a, b) => (b.importance ?? -1) - (a.importance ?? -1) || (a.param < b.param ? -1 : 1));
}

function importanceOf(
  texts: readonly string[],
  values: readonly number[],
): Pick<ParamImportance, "importance" | "direction"> {
  const ranked = ranks(values);
  const numeric = texts.every((text) => text.trim() !== "" && Number.isFinite(Number(text)));
  const numbers = numeric ? texts.map(Number) : undefined;
  const direction = numbers && correlation(ranks(numbers), ranked);
  const different = new Set(texts).size;
  const groups: ReadonlyArray<string | number> =
    numbers !== undefined && different > mostGroups ? grouped(numbers) : texts;
  const count = new Set<string | number>(groups).size;
  if (texts.length < fewestRuns || count < 2 || count >= texts.length) return { importance: undefined, direction };
  return { importance: explained(groups, ranked, count), direction };
}

/** ε²; a value below 0, which only chance produces, counts as 0. */
function explained(
  groups: ReadonlyArray<string | number>,
  ranked: readonly number[],
  count: number,
): number | undefined {
  const mean = average(ranked);
  const total = ranked.reduce((sum, rank) => sum + (rank - mean) ** 2, 0);
  if (total === 0) return undefined;
  const members = new Map<string | number, number[]>();
  for (const [at, group] of groups.entries()) {
    const list = members.get(group) ?? [];
    list.push(ranked[at] ?? 0);
    members.set(group, list);
  }
  let within = 0;
  for (const list of members.values()) {
    const middle = average(list);
    for (const rank of list) within += (rank - middle) ** 2;
  }
  const size = ranked.length;
  return Math.max(0, 1 - (within * (size - 1)) / (total * (size - count)));
}

/** Equal numbers are in one group. */
function grouped(numbers: readonly number[]): number[] {
  return ranks(numbers).map((rank) =>
    Math.min(mostGroups - 1, Math.floor(((rank - 0.5) * mostGroups) / numbers.length)),
  );
}

/** From 1; equal values share the mean of their ranks. */
function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const found: number[] = Array.from({ length: values.length }, () => 0);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end++;
    for (let at = start; at < end; at++) found[order[at] ?? 0] = (start + end + 1) / 2;
    start = end;
  }
  return found;
}

function correlation(first: readonly number[], second: readonly number[]): number | undefined {
  const [a, b] = [average(first), average(second)];
  let [both, one, two] = [0, 0, 0];
  for (const [at, value] of first.entries()) {
    const other = (second[at] ?? 0) - b;
    both += (value - a) * other;
    one += (value - a) ** 2;
    two += other ** 2;
  }
  return one === 0 || two === 0 ? undefined : both / Math.sqrt(one * two);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
