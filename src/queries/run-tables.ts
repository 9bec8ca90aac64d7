import { own } from "../own.js";
import type { Table } from "../render/table.js";
import { allPages } from "../tracking/all-pages.js";
import type { FileInfo, Run } from "../tracking/types.js";
import type { QuerySource } from "./run-search.js";

type Source = Pick<QuerySource, "client">;

/** All that is kept of a run as tables, without empty ones: params, metrics, inputs, models, tags, artifacts. */
export async function runTables(source: Source, run: Run): Promise<Table[]> {
  const [artifacts, models] = await Promise.all([listFiles(source, run.info.runId), modelsOfRun(source, run)]);
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
  const tables: Table[] = [
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
      rows: artifacts.files.map(({ path, fileSize }) => [path, fileSize]),
      notes: [
        ...(artifacts.more ? [`There are more than these ${artifacts.files.length}.`] : []),
        run.info.artifactUri,
      ],
    },
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

/** The models of a run as `%run_info` shows them. */
function runModelsTable(models: readonly RunModel[]): Table {
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
      registered.join(", "),
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
  /** "ElasticCars version 3", oldest first. */
  registered: string[];
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
      .map(({ name, version }) => `${name} version ${version}`);
    return { modelId, name: model?.name, flavor: model?.modelType, step, registered };
  });
}

/** A line of a run's card: "model elastic_0.2 (function), ElasticCars version 3". */
export function modelLine({ name, modelId, flavor, registered }: RunModel): string {
  return [`model ${name ?? modelId}${flavor === undefined ? "" : ` (${flavor})`}`, ...registered].join(", ");
}

/** Most artifacts listed; a folder of ten thousand pictures is no table. */
const maxFiles = 500;

/** The files of a run in all its folders, by path; of many the first, and whether there are more. */
async function listFiles({ client }: Source, runId: string): Promise<{ files: FileInfo[]; more: boolean }> {
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
