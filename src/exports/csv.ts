import { type CsvCell, CsvQuoteError, csvLine, parseCsvCells } from "../csv-text.js";
import { TrackingError } from "../errors.js";
import { localTime, readIsoTime } from "../iso-time.js";
import { own, setOwn } from "../own.js";
import { numberToJson } from "../tracking/mlflow-json.js";
import type { MetricPoint, Run } from "../tracking/types.js";
import { typeOf } from "../tracking/value-type.js";
import { type ImportedRun, numberOfText, type RunField, statusOf, type TextFormat } from "./export-format.js";

/** The first columns; those that MLflow's `search_runs` has, under its names. Times are ISO 8601 in UTC. */
const fixed = ["run_id", "run_name", "experiment_name", "status", "start_time", "end_time", "user_id"] as const;

/**
 * A row per run: `metrics.<key>` the last value, `params.<key>`, `tags.<key>`, and `history.<key>` every point as JSON
 * `[[step, value, timestamp], …]`. Datasets and model outputs have no column. It reads what MLflow's
 * `search_runs().to_csv()` writes as well.
 */
export const csv: TextFormat = {
  name: "csv",
  content: "text",
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
    const [header = [], ...rows] = rowsOf(text);
    const names = header.map((name) => name ?? "");
    if (!names.some((name) => (fixed as readonly string[]).includes(name) || /^(metrics|params)\./.test(name))) {
      throw new TrackingError("INVALID_PARAMETER_VALUE", "The first row of the CSV contains no run columns.", {
        hint: "Use columns such as run_id, run_name, status, start_time, end_time, metrics.…, params.… and tags.….",
      });
    }
    const twice = names.find((name, at) => name !== "" && names.indexOf(name) < at);
    if (twice !== undefined) {
      throw new TrackingError("INVALID_PARAMETER_VALUE", `Row 1 of the CSV contains the column ${shown(twice)} twice.`);
    }
    const runs = rows.flatMap((row, at): ImportedRun[] => {
      if (row.length === 1 && row[0] === undefined) return []; // an empty line
      if (row.length !== names.length) {
        throw new TrackingError(
          "INVALID_PARAMETER_VALUE",
          `Row ${at + 2} of the CSV has ${row.length} cells, but the header has ${names.length}.`,
        );
      }
      return [importedRun(new Map(names.map((name, column) => [name, row[column]])), at + 2)];
    });
    return { experimentTags: {}, runs };
  },
};

function rowsOf(text: string): CsvCell[][] {
  try {
    return parseCsvCells(text);
  } catch (error) {
    if (!(error instanceof CsvQuoteError)) throw error;
    throw new TrackingError("INVALID_PARAMETER_VALUE", `A quote in row ${error.row} of the CSV is never closed.`, {
      hint: "Close the quote, and double any quotes inside a quoted cell.",
      cause: error,
    });
  }
}

/** What a field is called in the header. */
const columns: Readonly<Record<RunField, string>> = {
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
};

function importedRun(record: ReadonlyMap<string, CsvCell>, row: number): ImportedRun {
  const under = (prefix: string) =>
    [...record].flatMap(
      ([name, cell]): Array<[string, string]> =>
        name.startsWith(prefix) && cell !== undefined ? [[name.slice(prefix.length), cell]] : [],
    );
  const place: ImportedRun["place"] = (field, key) => {
    const column = columns[field];
    return `Row ${row} of the CSV, ${key === undefined ? column : `${column}.${key}`}`;
  };
  const startTime = timeOf(record.get("start_time"), place("startTime"));
  const endTime = timeOf(record.get("end_time"), place("endTime"));
  const metrics: Record<string, MetricPoint[]> = {};
  for (const [key, cell] of under("metrics.")) {
    const value = numberOfText(cell);
    if (value === undefined) throw wrong(place("metrics", key), cell, "a number");
    setOwn(metrics, key, [{ step: 0, value, timestamp: endTime ?? startTime ?? 0 }]);
  }
  for (const [key, cell] of under("history.")) {
    setOwn(metrics, key, historyOf(cell, `Row ${row} of the CSV, history.${key}`));
  }
  const tags = Object.fromEntries(under("tags."));
  return {
    place,
    experimentName: record.get("experiment_name"),
    runId: record.get("run_id"),
    runName: record.get("run_name") ?? own(tags, "mlflow.runName"),
    status: statusOf(record.get("status"), place("status")),
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

function historyCell(points: readonly MetricPoint[]): string {
  return JSON.stringify(points.map(({ step, value, timestamp }) => [step, numberToJson(value), timestamp]));
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

function timeCell(ms: number): string {
  return new Date(ms).toISOString();
}

function timeOf(cell: CsvCell, where: string): number | undefined {
  if (cell === undefined) return undefined;
  // pandas writes "2026-11-24 06:27:59.781000+00:00".
  const time = readIsoTime(cell);
  const ms = time === undefined ? ownTime(cell) : localTime(time);
  if (ms === undefined) throw wrong(where, cell, "an ISO 8601 time");
  return ms;
}

/** What `timeCell` wrote of a year beyond 9999. */
function ownTime(cell: string): number | undefined {
  const ms = Date.parse(cell);
  return !Number.isNaN(ms) && timeCell(ms) === cell ? ms : undefined;
}

function wrong(where: string, cell: string, wanted: string): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", `${where} is ${shown(cell)}, not ${wanted}.`);
}

function shown(cell: string): string {
  return `'${cell.length > 60 ? `${cell.slice(0, 59)}…` : cell}'`;
}
