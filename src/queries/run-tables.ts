import { own } from "../own.js";
import { datasetPlace } from "../render/format-value.js";
import type { Table, TableColumn } from "../render/table.js";
import { allPages } from "../tracking/all-pages.js";
import type { LoggedModel } from "../tracking/registry.js";
import type { FileInfo, Run } from "../tracking/types.js";
import type { MetricCurves } from "./metric-curves.js";
import type { QuerySource } from "./run-search.js";

type Source = Pick<QuerySource, "client">;

/** All that is kept of a run as tables, without empty ones: params, metrics, inputs, models, tags, artifacts. */
export async function runTables(source: Source, run: Run): Promise<Table[]> {
  const [artifacts, models] = await Promise.all([listFiles(source, run.info.runId), modelsOfRun(source, run)]);
  const { params, metrics, inputs, tags } = recordTables(run);
  const tables = [params, metrics, inputs, runModelsTable(models), tags, artifactsTable(run, artifacts)];
  return tables.filter(({ rows }) => rows.length > 0);
}

/**
 * What stands in the record of a run itself, as tables; they may be empty.
 * @param curves - drawn in the table of metrics, by metric and run
 */
export function recordTables(run: Run, curves?: MetricCurves): Record<"params" | "metrics" | "inputs" | "tags", Table> {
  const pairs = (caption: string, values: Readonly<Record<string, string>>): Table => ({
    caption,
    columns: [
      { label: "name", rowHeader: true },
      { label: "value", type: "code" },
    ],
    rows: Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)),
  });
  const hasCurves = curves !== undefined && curves.size > 0;
  const metrics = Object.entries(run.data.metrics).map(([key, last]) => {
    const summary = own(run.metricSummaries, key);
    const numbers = [last, summary?.min?.value, summary?.max?.value, summary?.last.step, summary?.count];
    return [key, ...numbers, ...(hasCurves ? [curves.get(key)?.get(run.info.runId)] : [])];
  });
  return {
    params: pairs("Params", run.data.params),
    metrics: {
      caption: "Metrics",
      columns: [
        { label: "name", rowHeader: true },
        ...["last", "min", "max", "step", "points"].map(number),
        ...(hasCurves ? [{ label: "curve", type: "sparkline" as const }] : []),
      ],
      rows: metrics,
    },
    inputs: {
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
        datasetPlace(dataset.source),
      ]),
    },
    tags: pairs("Tags", run.data.tags),
  };
}

function number(label: string): TableColumn {
  return { label, type: "number" };
}

/** The files of a run, and where they are. */
export function artifactsTable(run: Run, { files, more }: RunFiles): Table {
  return {
    caption: "Artifacts",
    columns: [{ label: "path", rowHeader: true }, number("bytes")],
    rows: files.map(({ path, fileSize }) => [path, fileSize]),
    notes: [...(more ? [`There are more than these ${files.length}.`] : []), run.info.artifactUri],
  };
}

/** The models of a run as `%run_info` shows them. */
export function runModelsTable(models: readonly RunModel[]): Table {
  return {
    caption: "Models",
    columns: [
      { label: "name", rowHeader: true },
      { label: "flavor" },
      { label: "step", type: "number" },
      { label: "registered" },
      { label: "id", type: "code" },
    ],
    rows: models.map(({ name, flavor, step, registered, modelId }) => [
      name,
      flavor,
      step,
      registered.map(versionText).join(", "),
      modelId,
    ]),
  };
}

/** A model that a run has logged. */
export interface RunModel {
  modelId: string;
  /** Undefined when the store does not know it any more, or never did (an imported run). */
  name: string | undefined;
  flavor: string | undefined;
  step: number;
  /** The versions of registered models that came of it, oldest first. */
  registered: Array<{ name: string; version: string }>;
  /** As JSON texts; undefined when it has none, or the store does not know the model. */
  signature?: LoggedModel["signature"];
  /** Its folder in the run; undefined when the store does not know the model. */
  artifactPath?: string | undefined;
}

/** The models of a run in the order they were logged, with the versions that came of them. */
export async function modelsOfRun({ client }: Source, run: Run): Promise<RunModel[]> {
  const outputs = run.outputs.modelOutputs;
  if (outputs.length === 0) return [];
  const { runId } = run.info;
  const [logged, versions] = await Promise.all([
    allPages((pageToken) => client.searchLoggedModels({ runId, pageToken })),
    client.searchModelVersions({ filterString: `run_id = '${runId}'`, maxResults: 1000 }),
  ]);
  return outputs.map(({ modelId, step }) => {
    const model = logged.find((candidate) => candidate.modelId === modelId);
    const registered = versions
      .filter((version) => version.modelId === modelId)
      .sort((a, b) => a.creationTimestamp - b.creationTimestamp)
      .map(({ name, version }) => ({ name, version }));
    const { name, modelType: flavor, signature, artifactPath } = model ?? {};
    return { modelId, name, flavor, step, registered, signature, artifactPath };
  });
}

/** A line of a run's card: "model elastic_0.2 (function), ElasticCars version 3". */
export function modelLine({ name, modelId, flavor, registered }: RunModel): string {
  return [`model ${name ?? modelId}${flavor === undefined ? "" : ` (${flavor})`}`, ...registered.map(versionText)].join(
    ", ",
  );
}

/** "ElasticCars version 3" */
function versionText({ name, version }: { name: string; version: string }): string {
  return `${name} version ${version}`;
}

/** Most artifacts listed; a folder of ten thousand pictures is no table. */
const maxFiles = 500;

/** The first files of a run, and whether there are more. */
export interface RunFiles {
  files: FileInfo[];
  more: boolean;
}

/** The files of a run in all its folders, by path; of many the first. */
export async function listFiles({ client }: Source, runId: string): Promise<RunFiles> {
  const files: FileInfo[] = [];
  const folders: Array<string | undefined> = [undefined];
  while (folders.length > 0 && files.length <= maxFiles) {
    for (const entry of await client.listArtifacts(runId, folders.shift())) {
      if (entry.isDir) folders.push(entry.path);
      else files.push(entry);
    }
  }
  const byPath = files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files: byPath.slice(0, maxFiles), more: files.length > maxFiles || folders.length > 0 };
}
