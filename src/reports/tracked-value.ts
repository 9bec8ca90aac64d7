import { ModelSignature } from "../models/signature/signature.js";
import { signatureLines } from "../models/signature/signature-rows.js";
import { classOf } from "../own.js";
import { formatDuration, formatNumber, formatTime } from "../render/format-value.js";
import type { MimeBundle } from "../render/mime-bundle.js";
import { runsTable } from "../render/runs-table.js";
import { signatureTable } from "../render/signature-table.js";
import { type Table, tableBundle } from "../render/table.js";
import type { Run } from "../tracking/types.js";

/**
 * What a notebook shows of a value of the tracking API: a run, a list of runs (`await searchRuns()`) or a signature as a
 * table. Known by their shape, because a notebook's own folder may hold another copy of the package.
 */
export const trackedValue = {
  name: "tracked",
  /** @returns undefined for any other value */
  bundle(value: unknown): MimeBundle | undefined {
    const table = signatureOf(value) ?? runsOf(value) ?? (isRun(value) ? runTable(value) : undefined);
    return table && tableBundle(table);
  },
};

function signatureOf(value: unknown): Table | undefined {
  if (typeof value !== "object" || value === null || classOf(value)?.name !== "ModelSignature") return undefined;
  const signature =
    value instanceof ModelSignature ? value : ModelSignature.fromJSON((value as ModelSignature).toJSON());
  return signatureTable(signatureLines(signature));
}

function runsOf(value: unknown): Table | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRun)) return undefined;
  const more = "nextPageToken" in value && value.nextPageToken !== undefined;
  // The best of one page need not be the best there is.
  return runsTable(
    value,
    more ? { markBest: false, notes: ["There are more: the next page begins at nextPageToken."] } : {},
  );
}

/** One run: what it is, its params, its latest metrics and its own tags; those of the machinery are in `%run_info`. */
function runTable({ info, data }: Run): Table {
  const tags = Object.entries(data.tags).filter(([key]) => !/^(mlflow|runlab)\./.test(key));
  const duration: string[][] =
    info.endTime === undefined ? [] : [["run", "duration", formatDuration(info.endTime - info.startTime)]];
  return {
    caption: `Run ${info.runName} (${info.runId})`,
    columns: [{ label: "part" }, { label: "name", rowHeader: true }, { label: "value", type: "code" }],
    rows: [
      ["run", "status", info.status],
      ["run", "started", formatTime(info.startTime)],
      ...duration,
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
