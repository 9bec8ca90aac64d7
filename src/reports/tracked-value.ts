import type { ModelInfo } from "../models/log-model.js";
import { ModelSignature } from "../models/signature/signature.js";
import { signatureLines } from "../models/signature/signature-rows.js";
import { classOf } from "../own.js";
import { recordTables } from "../queries/run-tables.js";
import { besideSections, cardBundle, factsSection, plainLook, tableSection } from "../render/card.js";
import { formatBytes, formatTime } from "../render/format-value.js";
import type { MimeBundle } from "../render/mime-bundle.js";
import { runCard } from "../render/run-card.js";
import { runsTable } from "../render/runs-table.js";
import { signatureTable } from "../render/signature-table.js";
import { type Table, tableBundle } from "../render/table.js";
import type { ActiveRun } from "../tracking/active-run.js";
import type { Run } from "../tracking/types.js";
import { runCardFacts, sourceFacts } from "./run-info.js";
import { moreNotes, recordCard, recordsTable } from "./tracked-records.js";

/**
 * What a notebook shows of a value of the tracking API: a run (an open one as the store has it now), a model that was logged, a
 * signature, an experiment or a record of the registry as a card, and lists of them (`await searchRuns()`) as tables. Known by their
 * shape, because a notebook's own folder may hold another copy of the package.
 */
export const trackedValue = {
  name: "tracked",
  /** @returns undefined for any other value */
  bundle(value: unknown): MimeBundle | undefined | Promise<MimeBundle | undefined> {
    const open = openRun(value);
    if (open) return open.then((run) => (isRun(run) ? runBundle(run) : undefined));
    if (isModelInfo(value)) return modelBundle(value);
    if (isRun(value)) return runBundle(value);
    const table = signatureOf(value) ?? runsOf(value) ?? recordsTable(value);
    return table === undefined ? recordCard(value) : tableBundle(table);
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
  const signature = signatureOf(info.signature);
  const facts: Array<[string, string]> = [
    ["uri", info.modelUri],
    ...(registeredModel
      ? [["registered", `models:/${registeredModel.name}/${registeredModel.version}`] as [string, string]]
      : []),
    ["run", info.runId],
    ["artifacts", info.artifactPath],
    ["flavors", info.flavors.join(", ")],
    ["size", formatBytes(info.modelSizeBytes)],
    ...(Number.isNaN(created) ? [] : [["created", formatTime(created)] as [string, string]]),
  ];
  return cardBundle({
    look: plainLook,
    title: `Model ${info.name}`,
    lines: signature === undefined ? ["It has no signature."] : [],
    sections: [factsSection(facts), ...(signature === undefined ? [] : [tableSection(signature)])],
  });
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

/** One run as the record says it; what lies in its files, `%run_info` shows. */
function runBundle(run: Run): MimeBundle {
  const { params, metrics, inputs } = recordTables({ ...withoutGaps, ...run });
  const own = Object.fromEntries(Object.entries(run.data.tags).filter(([key]) => !/^(mlflow|runlab)\./.test(key)));
  const { tags } = recordTables({ ...withoutGaps, ...run, data: { ...run.data, tags: own } });
  const tables = [metrics, params, inputs, tags].filter(({ rows }) => rows.length > 0);
  const sections = [
    factsSection([["id", run.info.runId], ...sourceFacts(run)]),
    ...(tables.length > 0 ? [besideSections(tables.map((table) => tableSection(table)))] : []),
  ];
  return runCard(run, { ...runCardFacts(run), sections });
}

/** A run that another copy of the package made may lack these. */
const withoutGaps = { inputs: { datasetInputs: [] }, metricSummaries: {} };

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
