import { own } from "../../own.js";
import type { Table } from "../../render/table.js";
import type { TrackingSession } from "../../tracking/session.js";
import type { FileInfo, Run } from "../../tracking/types.js";
import { type RunModel, runModelsTable } from "./run-models.js";

/** All that is kept of a run as tables, some of them empty: params, metrics, inputs, models, tags, artifacts. */
export function runTables(run: Run, files: readonly FileInfo[], models: readonly RunModel[]): Table[] {
  const pairs = (caption: string, values: Readonly<Record<string, string>>): Table => ({
    caption,
    columns: [
      { label: "name", rowHeader: true },
      { label: "value", type: "code" },
    ],
    rows: Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)),
  });
  const metrics = Object.entries(run.data.metrics).map(([key, last]) => {
    const summary = own(run.metricSummaries, key);
    return [key, last, summary?.min?.value, summary?.max?.value, summary?.last.step, summary?.count];
  });
  const number = (label: string) => ({ label, type: "number" as const });
  return [
    pairs("Params", run.data.params),
    {
      caption: "Metrics",
      columns: [{ label: "name", rowHeader: true }, ...["last", "min", "max", "step", "points"].map(number)],
      rows: metrics,
    },
    {
      caption: "Inputs",
      columns: [
        { label: "dataset", rowHeader: true },
        { label: "digest", type: "code" },
        { label: "context" },
        { label: "source" },
      ],
      rows: run.inputs.datasetInputs.map(({ dataset, tags }) => [
        dataset.name,
        dataset.digest,
        tags["mlflow.data.context"],
        dataset.source,
      ]),
    },
    runModelsTable(models),
    pairs("Tags", run.data.tags),
    {
      caption: "Artifacts",
      columns: [{ label: "path", rowHeader: true }, number("bytes")],
      rows: files.map(({ path, fileSize }) => [path, fileSize]),
      notes: [run.info.artifactUri],
    },
  ];
}

/** Most artifacts listed; a folder of ten thousand pictures is not looked through for a table. */
const maxFiles = 500;

/** The files of a run in all its folders, by path; the first 500 or so of many. */
export async function listFiles(session: TrackingSession, runId: string): Promise<FileInfo[]> {
  const files: FileInfo[] = [];
  const folders: Array<string | undefined> = [undefined];
  while (folders.length > 0 && files.length < maxFiles) {
    for (const entry of await session.listArtifacts(runId, folders.shift())) {
      if (entry.isDir) folders.push(entry.path);
      else files.push(entry);
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
