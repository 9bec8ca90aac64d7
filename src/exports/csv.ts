import { TrackingError } from "../errors.js";
import { localTime, readIsoTime } from "../iso-time.js";
import { own, setOwn } from "../own.js";
import type { MetricPoint, Run } from "../tracking/types.js";
import { type CsvCell, csvLine, parseCsv } from "./csv-text.js";
import { type ExportFormat, type ImportedRun, numberOfJson, numberToJson, statusOf } from "./export-format.js";

/** The first columns; those that MLflow's `search_runs` has, under its names. Times are ISO 8601 in UTC. */
const fixed = ["run_id", "run_name", "experiment_name", "status", "start_time", "end_time", "user_id"] as const;

/**
 * A row per run: `metrics.<key>` the last value, `params.<key>`, `tags.<key>`, and `history.<key>` every point as JSON
 * `[[step, value, timestamp], …]`. Datasets and model outputs have no column. It reads what MLflow's
 * `search_runs().to_csv()` writes as well.
 */
export const csv: ExportFormat = {
  name: "csv",
  extensions: [".csv"],
  async *write({ experiment, runs, history }) {
    const keys = (of: (run: Run) => object) => [...new Set(runs.flatMap((run) => Object.keys(of(run))))].sort();
    const metrics = keys(({ data }) => data.metrics);
    const params = keys(({ data }) => data.params);
    const tags = keys(({ data }) => data.tags);
    const prefixed = (prefix: string, names: string[]) => names.map((name) => `${prefix}.${name}`);
    yield csvLine([
      ...fixed,
      ...prefixed("metrics", metrics),
      ...prefixed("params", params),
      ...prefixed("tags", tags),
      ...prefixed("history", metrics),
    ]);
    for (const { info, data } of runs) {
      const points = await Promise.all(
        metrics.map(async (key) =>
          Object.hasOwn(data.metrics, key) ? historyCell(await history(info.runId, key)) : undefined,
        ),
      );
      yield csvLine([
        info.runId,
        info.runName,
        experiment.name,
        info.status,
        timeCell(info.startTime),
        info.endTime === undefined ? undefined : timeCell(info.endTime),
        info.userId,
        ...metrics.map((key) =>
          Object.hasOwn(data.metrics, key) ? String(numberToJson(own(data.metrics, key) ?? Number.NaN)) : undefined,
        ),
        ...params.map((key) => own(data.params, key)),
        ...tags.map((key) => own(data.tags, key)),
        ...points,
      ]);
    }
  },
  read(text) {
    const [header, ...rows] = parseCsv(text);
    const names = header?.map((name) => name ?? "") ?? [];
    if (!names.some((name) => (fixed as readonly string[]).includes(name) || /^(metrics|params)\./.test(name))) {
      throw new TrackingError("INVALID_PARAMETER_VALUE", "The first row of the CSV names no column of a run.", {
        hint: "Columns are run_id, run_name, status, start_time, end_time, metrics.…, params.… and tags.….",
      });
    }
    const wrong = rows.findIndex((row) => row.length !== names.length);
    if (wrong >= 0) {
      throw new TrackingError(
        "INVALID_PARAMETER_VALUE",
        `Row ${wrong + 2} of the CSV has ${rows[wrong]?.length} cells where the header has ${names.length}.`,
      );
    }
    const records = rows.map((row) => new Map(names.map((name, at) => [name, row[at]])));
    return {
      experimentName: records.map((record) => record.get("experiment_name")).find((name) => name !== undefined),
      experimentTags: {},
      runs: records.map((record, at) => importedRun(record, at + 2)),
    };
  },
};

function importedRun(record: ReadonlyMap<string, CsvCell>, row: number): ImportedRun {
  const under = (prefix: string) =>
    [...record].flatMap(
      ([name, cell]): Array<[string, string]> =>
        name.startsWith(prefix) && cell !== undefined ? [[name.slice(prefix.length), cell]] : [],
    );
  const tags = Object.fromEntries(under("tags."));
  const startTime = timeOf(record.get("start_time"), row);
  const endTime = timeOf(record.get("end_time"), row);
  const metrics: Record<string, MetricPoint[]> = {};
  for (const [key, cell] of under("metrics.")) {
    const value = numberOfJson(cell);
    if (value === undefined) throw invalid(row, `metrics.${key}`, cell, "a number");
    setOwn(metrics, key, [{ step: 0, value, timestamp: endTime ?? startTime ?? 0 }]);
  }
  for (const [key, cell] of under("history.")) setOwn(metrics, key, historyOf(cell, row, key));
  return {
    runId: record.get("run_id"),
    runName: record.get("run_name") ?? tags["mlflow.runName"],
    status: statusOf(record.get("status")),
    startTime,
    endTime,
    userId: record.get("user_id") ?? tags["mlflow.user"],
    params: Object.fromEntries(under("params.")),
    tags,
    metrics,
    datasetInputs: [],
    modelOutputs: [],
  };
}

function historyCell(points: readonly MetricPoint[]): string {
  return JSON.stringify(points.map(({ step, value, timestamp }) => [step, numberToJson(value), timestamp]));
}

function historyOf(cell: string, row: number, key: string): MetricPoint[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(cell);
  } catch {
    parsed = undefined;
  }
  if (!Array.isArray(parsed)) throw invalid(row, `history.${key}`, cell, "a JSON list of points");
  return parsed.map((point: unknown) => {
    const [step, value, timestamp] = Array.isArray(point) ? point.map(numberOfJson) : [];
    if (step === undefined || value === undefined || timestamp === undefined) {
      throw invalid(row, `history.${key}`, JSON.stringify(point), "[step, value, timestamp]");
    }
    return { step, value, timestamp };
  });
}

function timeCell(ms: number): string {
  return new Date(ms).toISOString();
}

function timeOf(cell: CsvCell, row: number): number | undefined {
  if (cell === undefined) return undefined;
  // pandas writes "2026-11-24 06:27:59.781000+00:00".
  const time = readIsoTime(cell);
  const ms = time === undefined ? ownTime(cell) : localTime(time);
  if (ms === undefined) throw invalid(row, "start_time or end_time", cell, "a time as ISO 8601");
  return ms;
}

/** What `timeCell` wrote of a year beyond 9999. */
function ownTime(cell: string): number | undefined {
  const ms = Date.parse(cell);
  return !Number.isNaN(ms) && timeCell(ms) === cell ? ms : undefined;
}

function invalid(row: number, column: string, cell: string, wanted: string): TrackingError {
  const shown = cell.length > 60 ? `${cell.slice(0, 59)}…` : cell;
  return new TrackingError("INVALID_PARAMETER_VALUE", `Row ${row} of the CSV: ${column} is '${shown}', not ${wanted}.`);
}
