import { TrackingError } from "../errors.js";
import { setOwn } from "../own.js";
import type { DatasetInput, MetricPoint, ModelOutput, Run } from "../tracking/types.js";
import {
  type ExportFormat,
  type ExportSource,
  type ImportedRun,
  type ImportedRuns,
  numberOfJson,
  numberToJson,
  statusOf,
} from "./export-format.js";

/** Raised when a reader of the old form would misread the new one. */
const version = 1;

/** One JSON document, a run per line: everything of a run but its artifacts. Times are ms since the epoch. */
export const json: ExportFormat = {
  name: "json",
  extensions: [".json"],
  async *write({ experiment, runs, history }: ExportSource) {
    const { experimentId, name, tags } = experiment;
    const head = { format: "runlab-export", version, experiment: { experimentId, name, tags } };
    yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "runs": [`;
    let separator = "\n    ";
    for (const run of runs) {
      yield separator + JSON.stringify(await runJson(run, history));
      separator = ",\n    ";
    }
    yield runs.length > 0 ? "\n  ]\n}\n" : "]\n}\n";
  },
  read(text) {
    const root = parse(text);
    if (!isRecord(root) || root.format !== "runlab-export" || !Array.isArray(root.runs)) {
      throw invalid("The file is JSON, but not an export of runs.");
    }
    if (typeof root.version !== "number" || root.version > version) {
      throw invalid(
        `The file has version ${JSON.stringify(root.version)} of the export format; this runlab reads ${version}.`,
      );
    }
    const experiment = isRecord(root.experiment) ? root.experiment : {};
    const result: ImportedRuns = {
      experimentName: textOf(experiment.name),
      experimentTags: texts(experiment.tags),
      runs: root.runs.map((run, at) => importedRun(run, `runs[${at}]`)),
    };
    return result;
  },
};

async function runJson(run: Run, history: ExportSource["history"]): Promise<object> {
  const { runId, runName, status, startTime, endTime, userId } = run.info;
  const metrics: Record<string, unknown> = {};
  for (const key of Object.keys(run.data.metrics)) {
    const points = await history(runId, key);
    setOwn(
      metrics,
      key,
      points.map(({ step, value, timestamp }) => ({ step, value: numberToJson(value), timestamp })),
    );
  }
  const { params, tags } = run.data;
  const inputs = run.inputs.datasetInputs.length > 0 ? { datasetInputs: run.inputs.datasetInputs } : {};
  const outputs = run.outputs.modelOutputs.length > 0 ? { modelOutputs: run.outputs.modelOutputs } : {};
  return { runId, runName, status, startTime, endTime, userId, params, tags, metrics, ...inputs, ...outputs };
}

function importedRun(run: unknown, where: string): ImportedRun {
  if (!isRecord(run)) throw invalid(`${where} is no object.`);
  const metrics = isRecord(run.metrics) ? run.metrics : {};
  return {
    runId: textOf(run.runId),
    runName: textOf(run.runName),
    status: statusOf(run.status),
    startTime: numberOfJson(run.startTime),
    endTime: numberOfJson(run.endTime),
    userId: textOf(run.userId),
    params: texts(run.params),
    tags: texts(run.tags),
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([key, points]) => [key, pointsOf(points, `${where}.metrics.${key}`)]),
    ),
    datasetInputs: listOf(run.datasetInputs, isDatasetInput, `${where}.datasetInputs`),
    modelOutputs: listOf(run.modelOutputs, isModelOutput, `${where}.modelOutputs`),
  };
}

function pointsOf(points: unknown, where: string): MetricPoint[] {
  if (!Array.isArray(points)) throw invalid(`${where} is no list of points.`);
  return points.map((point, at) => {
    const step = isRecord(point) ? numberOfJson(point.step) : undefined;
    const value = isRecord(point) ? numberOfJson(point.value) : undefined;
    const timestamp = isRecord(point) ? numberOfJson(point.timestamp) : undefined;
    if (step === undefined || value === undefined || timestamp === undefined) {
      throw invalid(`${where}[${at}] needs step, value and timestamp as numbers.`);
    }
    return { step, value, timestamp };
  });
}

function listOf<T>(value: unknown, is: (item: unknown) => item is T, where: string): T[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every(is)) return value;
  throw invalid(`${where} is not as runlab writes it.`);
}

function isDatasetInput(item: unknown): item is DatasetInput {
  if (!isRecord(item) || !isRecord(item.dataset) || !isRecord(item.tags)) return false;
  const { name, digest, sourceType, source } = item.dataset;
  return [name, digest, sourceType, source].every((part) => typeof part === "string");
}

function isModelOutput(item: unknown): item is ModelOutput {
  return isRecord(item) && typeof item.modelId === "string" && typeof item.step === "number";
}

function texts(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The file is no JSON: ${String(cause)}`, { cause });
  }
}

function invalid(message: string): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", message, {
    hint: "Import what `%export` or `runlab export` wrote.",
  });
}
