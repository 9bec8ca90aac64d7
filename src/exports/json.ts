import { reasonOf, TrackingError } from "../errors.js";
import { own, setOwn } from "../own.js";
import { isRecord } from "../schema.js";
import { numberToJson } from "../tracking/mlflow-json.js";
import type { DatasetInput, MetricPoint, ModelOutput, Run } from "../tracking/types.js";
import { typeOf } from "../tracking/value-type.js";
import {
  type ExportFormat,
  type ExportSource,
  type ImportedRun,
  type ImportedRuns,
  numberOfText,
  statusOf,
} from "./export-format.js";
import {
  absent,
  entriesOf,
  invalid,
  keyPath,
  listOf,
  neededNumber,
  neededText,
  numberOf,
  recordOf,
  textOf,
  textsOf,
  wrong,
} from "./json-fields.js";

/** Raised when a reader of the old form would misread the new one. */
const version = 1;

/** One JSON document, a run per line: everything of a run but its artifacts. Times are ms since the epoch. */
export const json = {
  name: "json",
  doc: "everything but artifacts",
  extensions: [".json"],
  async *write({ experiment, runs, history, advance }) {
    const { experimentId, name, tags } = experiment;
    const head = { format: "runlab-export", version, experiment: { experimentId, name, tags } };
    yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "runs": [`;
    let separator = "\n    ";
    for (const run of runs) {
      yield separator + JSON.stringify(await runJson(run, history));
      advance();
      separator = ",\n    ";
    }
    yield runs.length > 0 ? "\n  ]\n}\n" : "]\n}\n";
  },
  read: async (file) => readJson(await file.text()),
} satisfies ExportFormat;

/** @throws {TrackingError} INVALID_PARAMETER_VALUE naming the place: `runs[3].params.lr` */
export function readJson(text: string): ImportedRuns {
  const root = parse(text);
  if (!isRecord(root) || root.format !== "runlab-export")
    throw invalid("The file is JSON, but does not contain exported runs.");
  if (root.version !== version) {
    throw invalid(`The file has version ${typeOf(root.version)} of the export format; this runlab reads ${version}.`);
  }
  const experiment = recordOf(root.experiment, "experiment");
  const experimentName = textOf(experiment.name, "experiment.name");
  const runs = listOf(root.runs, "runs");
  return {
    experimentTags: textsOf(experiment.tags, "experiment.tags"),
    runs: runs.map((run, at) => ({ ...importedRun(run, `runs[${at}]`), experimentName })),
  };
}

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

function importedRun(value: unknown, where: string): Omit<ImportedRun, "experimentName"> {
  if (!isRecord(value)) throw wrong(where, "an object", value);
  const run = value;
  const at = (field: string) => `${where}.${field}`;
  return {
    locate: (field, key) => (key === undefined ? at(field) : `${at(field)}${keyPath(key)}`),
    runId: textOf(run.runId, at("runId")),
    runName: textOf(run.runName, at("runName")),
    status: statusOf(textOf(run.status, at("status")), at("status")),
    startTime: numberOf(run.startTime, at("startTime")),
    endTime: numberOf(run.endTime, at("endTime")),
    userId: textOf(run.userId, at("userId")),
    params: textsOf(run.params, at("params")),
    tags: textsOf(run.tags, at("tags")),
    metrics: entriesOf(run.metrics, at("metrics"), pointsOf),
    datasetInputs: absent(run.datasetInputs)
      ? []
      : listOf(run.datasetInputs, at("datasetInputs")).map(inputOf(at("datasetInputs"))),
    modelOutputs: absent(run.modelOutputs)
      ? []
      : listOf(run.modelOutputs, at("modelOutputs")).map(outputOf(at("modelOutputs"))),
  };
}

function pointsOf(value: unknown, where: string): MetricPoint[] {
  return listOf(value, where).map((point, at) => {
    const { step, value: logged, timestamp } = recordOf(point, `${where}[${at}]`);
    return {
      step: neededNumber(step, `${where}[${at}].step`),
      value:
        typeof logged === "string"
          ? namedNumber(logged, `${where}[${at}].value`)
          : neededNumber(logged, `${where}[${at}].value`),
      timestamp: neededNumber(timestamp, `${where}[${at}].timestamp`),
    };
  });
}

/** JSON has no word for NaN and infinities. */
function namedNumber(text: string, where: string): number {
  const number = numberOfText(text);
  if (number === undefined) throw wrong(where, "a number, or NaN, Infinity or -Infinity as text", text);
  return number;
}

function inputOf(where: string): (input: unknown, at: number) => DatasetInput {
  return (input, at) => {
    const path = `${where}[${at}]`;
    const { dataset, tags } = recordOf(input, path);
    const parts = recordOf(dataset, `${path}.dataset`);
    const text = (name: string) => neededText(own(parts, name), `${path}.dataset.${name}`);
    const [schema, profile] = ["schema", "profile"].map((name) => textOf(own(parts, name), `${path}.dataset.${name}`));
    return {
      dataset: {
        name: text("name"),
        digest: text("digest"),
        sourceType: text("sourceType"),
        source: text("source"),
        ...(schema === undefined ? {} : { schema }),
        ...(profile === undefined ? {} : { profile }),
      },
      tags: textsOf(tags, `${path}.tags`),
    };
  };
}

function outputOf(where: string): (output: unknown, at: number) => ModelOutput {
  return (output, at) => {
    const { modelId, step } = recordOf(output, `${where}[${at}]`);
    return {
      modelId: neededText(modelId, `${where}[${at}].modelId`),
      step: neededNumber(step, `${where}[${at}].step`),
    };
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The file is not valid JSON: ${reasonOf(cause)}.`, {
      hint: "If the file was truncated, export the runs again.",
    });
  }
}
