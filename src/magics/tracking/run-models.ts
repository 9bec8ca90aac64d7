import type { Table } from "../../render/table.js";
import type { TrackingSession } from "../../tracking/session.js";
import type { Run } from "../../tracking/types.js";

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
export async function modelsOfRun({ client }: TrackingSession, run: Run): Promise<RunModel[]> {
  const outputs = run.outputs.modelOutputs;
  if (outputs.length === 0) return [];
  const { runId } = run.info;
  const [logged, versions] = await Promise.all([
    client.searchLoggedModels({ runId }),
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
      registered.join(", "),
      modelId,
    ]),
  };
}
