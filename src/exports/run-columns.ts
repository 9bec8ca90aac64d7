import { TrackingError } from "../errors.js";
import { localTime, readIsoTime } from "../iso-time.js";
import { own, setOwn } from "../own.js";
import { numberToJson } from "../tracking/mlflow-json.js";
import type { MetricPoint, Run } from "../tracking/types.js";
import { typeOf } from "../tracking/value-type.js";
import { type ExportSource, type ImportedRun, numberOfText, type RunField, statusOf } from "./export-format.js";

// Runs as rows of a table: the columns are those that MLflow's `search_runs` gives, and a history per metric.

export interface RunColumn {
  name: string;
  /** `json`: text that is JSON. */
  type: "text" | "number" | "time" | "json";
  /** `time`: ms since the epoch. Undefined: the run has none. */
  cell(run: Run, history: ExportSource["history"]): string | number | undefined | Promise<string>;
}

/**
 * `run_id`, `run_name`, …, then `metrics.<key>` the last value, `params.<key>`, `tags.<key>`, and `history.<key>` every point as
 * JSON `[[step, value, timestamp], …]`. Datasets, model outputs and artifacts have no column.
 */
export function runColumns({ experiment, runs }: ExportSource): RunColumn[] {
  const keys = (of: (run: Run) => object) => [...new Set(runs.flatMap((run) => Object.keys(of(run))))].sort();
  const metrics = keys(({ data }) => data.metrics);
  const text = (name: string, cell: (run: Run) => string | undefined): RunColumn => ({ name, type: "text", cell });
  return [
    text("run_id", ({ info }) => info.runId),
    text("run_name", ({ info }) => info.runName),
    text("experiment_name", () => experiment.name),
    text("status", ({ info }) => info.status),
    { name: "start_time", type: "time", cell: ({ info }) => info.startTime },
    { name: "end_time", type: "time", cell: ({ info }) => info.endTime },
    text("user_id", ({ info }) => info.userId),
    ...metrics.map(
      (key): RunColumn => ({ name: `metrics.${key}`, type: "number", cell: ({ data }) => own(data.metrics, key) }),
    ),
    ...keys(({ data }) => data.params).map((key) => text(`params.${key}`, ({ data }) => own(data.params, key))),
    ...keys(({ data }) => data.tags).map((key) => text(`tags.${key}`, ({ data }) => own(data.tags, key))),
    ...metrics.map(
      (key): RunColumn => ({
        name: `history.${key}`,
        type: "json",
        cell: ({ info, data }, history) =>
          Object.hasOwn(data.metrics, key) ? historyText(history, info.runId, key) : undefined,
      }),
    ),
  ];
}

async function historyText(history: ExportSource["history"], runId: string, key: string): Promise<string> {
  const points = await history(runId, key);
  return JSON.stringify(points.map(({ step, value, timestamp }) => [step, numberToJson(value), timestamp]));
}

/** What a field is called in the header. */
const fields: Readonly<Record<RunField, string>> = {
  experimentName: "experiment_name",
  runId: "run_id",
  runName: "run_name",
  status: "status",
  startTime: "start_time",
  endTime: "end_time",
  userId: "user_id",
  params: "params",
  tags: "tags",
  metrics: "metrics",
  datasetInputs: "inputs",
  modelOutputs: "outputs",
  artifacts: "artifacts",
  loggedModels: "models",
};

/**
 * Looks at the names of columns.
 * @param where - of the names, for errors: "Row 1 of the CSV"
 * @throws {TrackingError} INVALID_PARAMETER_VALUE when none is that of a run, or one is there twice
 */
export function checkColumns(names: readonly string[], where: string): void {
  const known = names.some((name) => Object.values(fields).includes(name) || /^(metrics|params)\./.test(name));
  if (!known) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `${where} contains no run columns.`, {
      hint: "Use columns such as run_id, run_name, status, start_time, end_time, metrics.…, params.… and tags.….",
    });
  }
  const seen = new Set<string>();
  const twice = names.find((name) => name !== "" && (seen.has(name) || !seen.add(name)));
  if (twice !== undefined)
    throw new TrackingError("INVALID_PARAMETER_VALUE", `${where} contains the column ${shown(twice)} twice.`);
}

/**
 * The run of a row.
 * @param record - cells by column name, all as text; without those that are empty
 * @param row - for errors: "Row 5 of the CSV"
 * @throws {TrackingError} INVALID_PARAMETER_VALUE naming row and column
 */
export function runOfRecord(record: ReadonlyMap<string, string>, row: string): ImportedRun {
  const under = (prefix: string) =>
    [...record].flatMap(
      ([name, cell]): Array<[string, string]> => (name.startsWith(prefix) ? [[name.slice(prefix.length), cell]] : []),
    );
  const locate: ImportedRun["locate"] = (field, key) => {
    const column = fields[field];
    return `${row}, ${key === undefined ? column : `${column}.${key}`}`;
  };
  const startTime = timeOf(record.get("start_time"), locate("startTime"));
  const endTime = timeOf(record.get("end_time"), locate("endTime"));
  const metrics: Record<string, MetricPoint[]> = {};
  for (const [key, cell] of under("metrics.")) {
    const value = numberOfText(cell);
    if (value === undefined) throw wrong(locate("metrics", key), cell, "a number");
    setOwn(metrics, key, [{ step: 0, value, timestamp: endTime ?? startTime ?? 0 }]);
  }
  for (const [key, cell] of under("history.")) setOwn(metrics, key, historyOf(cell, `${row}, history.${key}`));
  const tags = Object.fromEntries(under("tags."));
  return {
    locate,
    experimentName: record.get("experiment_name"),
    runId: record.get("run_id"),
    runName: record.get("run_name") ?? own(tags, "mlflow.runName"),
    status: statusOf(record.get("status"), locate("status")),
    startTime,
    endTime,
    userId: record.get("user_id") ?? own(tags, "mlflow.user"),
    params: Object.fromEntries(under("params.")),
    tags,
    metrics,
    datasetInputs: [],
    modelOutputs: [],
  };
}

function historyOf(cell: string, where: string): MetricPoint[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(cell);
  } catch {
    parsed = undefined;
  }
  if (!Array.isArray(parsed)) throw wrong(where, cell, "a JSON list of points");
  return parsed.map((point: unknown, at) => {
    const [step, value, timestamp] = Array.isArray(point) ? point.map(numberOfCell) : [];
    if (step === undefined || value === undefined || timestamp === undefined) {
      throw wrong(`${where}, point ${at}`, typeOf(point), "[step, value, timestamp]");
    }
    return { step, value, timestamp };
  });
}

function numberOfCell(part: unknown): number | undefined {
  if (typeof part === "string") return numberOfText(part);
  return typeof part === "number" && Number.isFinite(part) ? part : undefined;
}

/** A time as `timeOf` reads it. @param ms - since the epoch */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

function timeOf(cell: string | undefined, where: string): number | undefined {
  if (cell === undefined) return undefined;
  // pandas writes "2026-11-24 06:27:59.781000+00:00".
  const time = readIsoTime(cell);
  const ms = time === undefined ? ownTime(cell) : localTime(time);
  if (ms === undefined) throw wrong(where, cell, "an ISO 8601 time");
  return ms;
}

/** What `timeText` wrote of a year beyond 9999. */
function ownTime(cell: string): number | undefined {
  const ms = Date.parse(cell);
  return !Number.isNaN(ms) && timeText(ms) === cell ? ms : undefined;
}

function wrong(where: string, cell: string, wanted: string): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", `${where} is ${shown(cell)}, not ${wanted}.`);
}

function shown(cell: string): string {
  return `'${cell.length > 60 ? `${cell.slice(0, 59)}…` : cell}'`;
}
