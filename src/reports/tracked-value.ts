import type { ModelInfo } from "../models/log-model.js";
import { ModelSignature } from "../models/signature/signature.js";
import { signatureLines } from "../models/signature/signature-rows.js";
import { classOf } from "../own.js";
import { formatBytes, formatDuration, formatNumber, formatTime } from "../render/format-value.js";
import type { MimeBundle } from "../render/mime-bundle.js";
import { runsTable } from "../render/runs-table.js";
import { signatureTable } from "../render/signature-table.js";
import { type Table, tableBundle, tableHtml, tableText } from "../render/table.js";
import type { ActiveRun } from "../tracking/active-run.js";
import type { Run } from "../tracking/types.js";
import { moreNotes, recordTable } from "./tracked-records.js";

/**
 * What a notebook shows of a value of the tracking API: a run (an open one as the store has it now), a model that was logged, a
 * signature, an experiment or a record of the registry, and lists of them (`await searchRuns()`), as tables. Known by their
 * shape, because a notebook's own folder may hold another copy of the package.
 */
export const trackedValue = {
  name: "tracked",
  /** @returns undefined for any other value */
  bundle(value: unknown): MimeBundle | undefined | Promise<MimeBundle | undefined> {
    const open = openRun(value);
    if (open) return open.then((run) => (isRun(run) ? tableBundle(runTable(run)) : undefined));
    if (isModelInfo(value)) return modelBundle(value);
    const table =
      signatureOf(value) ?? runsOf(value) ?? (isRun(value) ? runTable(value) : undefined) ?? recordTable(value);
    return table && tableBundle(table);
  },
};

/** The run of an `ActiveRun`, which itself has only what it was when it began. */
function openRun(value: unknown): Promise<unknown> | undefined {
  if (typeof value !== "object" || value === null || classOf(value)?.name !== "ActiveRun") return undefined;
  const { client, runId } = value as Partial<ActiveRun>;
  return typeof client?.getRun === "function" && typeof runId === "string" ? client.getRun(runId) : undefined;
}

function isModelInfo(value: unknown): value is ModelInfo {
  if (typeof value !== "object" || value === null) return false;
  const { modelUri, modelId, artifactPath, flavors, modelSizeBytes } = value as Partial<ModelInfo>;
  return (
    typeof modelUri === "string" &&
    typeof modelId === "string" &&
    typeof artifactPath === "string" &&
    Array.isArray(flavors) &&
    typeof modelSizeBytes === "number"
  );
}

/** What was logged, and below it the signature. */
function modelBundle(info: ModelInfo): MimeBundle {
  const { registeredModel } = info;
  const created = Date.parse(info.utcTimeCreated);
  const facts: Table = {
    caption: `Model ${info.name}`,
    columns: [
      { label: "name", rowHeader: true },
      { label: "value", type: "code" },
    ],
    rows: [
      ["uri", info.modelUri],
      ...(registeredModel ? [["registered", `models:/${registeredModel.name}/${registeredModel.version}`]] : []),
      ["run", info.runId],
      ["artifacts", info.artifactPath],
      ["flavors", info.flavors.join(", ")],
      ["size", formatBytes(info.modelSizeBytes)],
      ...(Number.isNaN(created) ? [] : [["created", formatTime(created)]]),
    ],
    notes: info.signature ? [] : ["It has no signature."],
  };
  const tables = [facts, ...[signatureOf(info.signature) ?? []].flat()];
  return {
    data: { "text/html": tables.map(tableHtml).join("\n"), "text/plain": tables.map(tableText).join("\n\n") },
  };
}

function signatureOf(value: unknown): Table | undefined {
  if (typeof value !== "object" || value === null || classOf(value)?.name !== "ModelSignature") return undefined;
  const signature =
    value instanceof ModelSignature ? value : ModelSignature.fromJSON((value as ModelSignature).toJSON());
  return signatureTable(signatureLines(signature));
}

function runsOf(value: unknown): Table | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRun)) return undefined;
  const notes = moreNotes(value);
  // The best of one page need not be the best there is.
  return runsTable(value, notes.length > 0 ? { markBest: false, notes } : {});
}

/** One run: what it is, its params, its latest metrics and its own tags; those of the machinery are in `%run_info`. */
function runTable({ info, data }: Run): Table {
  const tags = Object.entries(data.tags).filter(([key]) => !/^(mlflow|runlab)\./.test(key));
  const end: string[][] =
    info.endTime === undefined
      ? []
      : [
          ["run", "ended", formatTime(info.endTime)],
          ["run", "duration", formatDuration(info.endTime - info.startTime)],
        ];
  return {
    caption: `Run ${info.runName} (${info.runId})`,
    columns: [{ label: "part" }, { label: "name", rowHeader: true }, { label: "value", type: "code" }],
    rows: [
      ["run", "status", info.status],
      ["run", "started", formatTime(info.startTime)],
      ...end,
      ...Object.entries(data.params).map(([key, text]) => ["param", key, text]),
      ...Object.entries(data.metrics).map(([key, number]) => ["metric", key, formatNumber(number)]),
      ...tags.map(([key, text]) => ["tag", key, text]),
    ],
  };
}

function isRun(value: unknown): value is Run {
  if (typeof value !== "object" || value === null || !("info" in value) || !("data" in value)) return false;
  const { info, data } = value as { info: Partial<Run["info"]> | null; data: Partial<Run["data"]> | null };
  return (
    typeof info?.runId === "string" &&
    typeof info.runName === "string" &&
    typeof info.status === "string" &&
    typeof info.startTime === "number" &&
    typeof data?.params === "object" &&
    typeof data.metrics === "object" &&
    typeof data.tags === "object"
  );
}
