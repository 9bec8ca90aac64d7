import { RunlabError } from "../errors.js";
import { bestValue, metricGoal } from "../metric-goal.js";
import { own } from "../own.js";
import { plural } from "./format-value.js";
import type { RunRow } from "./rows.js";
import { isNumeric, keysByUse, paramColumn } from "./runs-table.js";
import type { Table, TableColumn } from "./table.js";

/** Most metrics that groups are summed up by; each takes three columns. */
const maxMetrics = 6;

/** What a group of runs has in common; undefined where they lack it. */
interface RunGroup {
  values: Array<string | undefined>;
  runs: RunRow[];
}

/**
 * Runs by the values of params or tags: how many there are of each, and the mean, the sample standard deviation (n - 1) and the
 * best of each metric's last values. Values that are not finite do not count, and the table says so.
 * @param keys - params or tags, in this order
 * @throws {RunlabError} RESOURCE_DOES_NOT_EXIST when none of the runs has one of them
 */
export function runGroupsTable(
  runs: readonly RunRow[],
  keys: readonly string[],
  options: { caption: string; metrics?: readonly string[]; notes?: readonly string[] },
): Table {
  const groups = groupsOf(runs, keys);
  const all = options.metrics ?? keysByUse(runs.map(({ data }) => data.metrics));
  const metrics = all.slice(0, maxMetrics);
  const repeated = groups.some((group) => group.runs.length > 1);
  const columns: TableColumn[] = [
    ...keys.map((key): TableColumn => ({ ...paramColumn(key, runs), rowHeader: true })),
    { label: "runs", type: "number" },
    ...metrics.flatMap((key): TableColumn[] => {
      const best = metricGoal(key);
      const mean: TableColumn = { label: repeated ? `${key} (mean)` : key, type: "number", best };
      if (!repeated) return [mean];
      return [mean, { label: "± std", type: "number" }, { label: `${key} (${best})`, type: "number", best }];
    }),
  ];
  const rows = groups.map((group) => [
    ...group.values,
    group.runs.length,
    ...metrics.flatMap((key) => {
      const values = group.runs.map(({ data }) => own(data.metrics, key)).filter(Number.isFinite) as number[];
      const mean = meanOf(values);
      return repeated ? [mean, deviationOf(values, mean), bestValue(values, metricGoal(key))] : [mean];
    }),
  ]);
  return { caption: options.caption, columns, rows, missing: "–", notes: [...(options.notes ?? []), ...said()] };

  function said(): string[] {
    const odd = runs.filter(({ data }) =>
      metrics.some((key) => Object.hasOwn(data.metrics, key) && !Number.isFinite(own(data.metrics, key))),
    ).length;
    return [
      ...(odd > 0 ? [`Left out of the means: the values of ${plural(odd, "run")} that are not finite.`] : []),
      ...(all.length > metrics.length ? [`Not shown: ${all.slice(maxMetrics).join(", ")}; columns= chooses.`] : []),
    ];
  }
}

/** By value: numbers by their size, texts by the alphabet, runs that lack it last. */
function groupsOf(runs: readonly RunRow[], keys: readonly string[]): RunGroup[] {
  const valueIn = ({ data }: RunRow, key: string) => own(data.params, key) ?? own(data.tags, key);
  for (const key of keys) {
    if (runs.length === 0 || runs.some((run) => valueIn(run, key) !== undefined)) continue;
    const params = keysByUse(runs.map(({ data }) => data.params));
    throw new RunlabError("RESOURCE_DOES_NOT_EXIST", `None of these runs has a param or tag '${key}' to group by.`, {
      hint: params.length === 0 ? "They have logged no param." : `They have: ${params.slice(0, 10).join(", ")}.`,
    });
  }
  const groups = new Map<string, RunGroup>();
  for (const run of runs) {
    const values = keys.map((key) => valueIn(run, key));
    const id = JSON.stringify(values.map((value) => value ?? null));
    const group = groups.get(id) ?? { values, runs: [] };
    group.runs.push(run);
    groups.set(id, group);
  }
  return [...groups.values()].sort((a, b) => {
    for (const [at, value] of a.values.entries()) {
      const order = compareValues(value, b.values[at]);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function compareValues(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (isNumeric(a) && isNumeric(b)) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviationOf(values: readonly number[], mean = 0): number | undefined {
  if (values.length < 2) return undefined;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
