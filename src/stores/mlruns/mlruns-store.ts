import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { errorCode, TrackingError } from "../../errors.js";
import type { ArtifactStore } from "../../tracking/artifact-store.js";
import { searchExperimentsIn, searchRunsIn } from "../../tracking/filter/search.js";
import type { ModelRegistry } from "../../tracking/registry.js";
import type { ExperimentSearch, RunSearch, TrackingStore } from "../../tracking/store.js";
import type { Experiment, MetricPoint, Page, PageRequest, Run } from "../../tracking/types.js";
import { ArtifactFolder } from "../artifacts/artifact-folder.js";
import { ArtifactsWithModels } from "../artifacts/artifacts-with-models.js";
import { nodeDisk } from "../file/node-disk.js";
import { pageOfList } from "../page-of-list.js";
import { MlrunsReader } from "./mlruns-reader.js";
import { MlrunsRegistry } from "./mlruns-registry.js";
import { mlrunsWrites } from "./mlruns-writer.js";

/** Whether a folder is a file store of MLflow's: it has an experiment. */
export function isMlruns(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => /^\d+$/.test(name) && existsSync(join(folder, name, "meta.yaml")));
  } catch {
    return false;
  }
}

/** Whether a folder is one for MLflow's file store to be copied to: of its name, and empty or absent. */
export function isNewMlruns(folder: string): boolean {
  if (basename(folder) !== "mlruns") return false;
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    return errorCode(error) === "ENOENT";
  }
}

/**
 * MLflow's file store, an `mlruns` folder, which is only read but by `runlab copy`: MLflow itself has given it up, and its processes may still write there.
 * It may have been moved since.
 */
export class MlrunsStore implements TrackingStore {
  readonly uri: string;
  readonly registry: ModelRegistry;
  readonly #reader: MlrunsReader;
  readonly #isTarget: boolean;
  readonly createExperiment: TrackingStore["createExperiment"];
  readonly updateExperiment: TrackingStore["updateExperiment"];
  readonly createRun: TrackingStore["createRun"];
  readonly updateRun: TrackingStore["updateRun"];
  readonly deleteRun: TrackingStore["deleteRun"];
  readonly restoreRun: TrackingStore["restoreRun"];
  readonly logMetric: TrackingStore["logMetric"];
  readonly logBatch: TrackingStore["logBatch"];
  readonly deleteTag: TrackingStore["deleteTag"];
  readonly logInputs: TrackingStore["logInputs"];
  readonly logOutputs: TrackingStore["logOutputs"];

  /** @param options - `isTarget`: a copy is written there */
  constructor(folder: string, { isTarget = false } = {}) {
    this.uri = folder;
    this.#reader = new MlrunsReader(folder);
    this.#isTarget = isTarget;
    const refuse = (): Promise<never> => Promise.reject(isOnlyRead(folder));
    const writes = isTarget ? mlrunsWrites(folder, this.#reader) : undefined;
    this.registry = new MlrunsRegistry(folder, this.#reader, refuse, writes?.registry);
    this.createExperiment = writes?.createExperiment ?? refuse;
    this.updateExperiment = writes?.updateExperiment ?? refuse;
    this.createRun = writes?.createRun ?? refuse;
    this.updateRun = writes?.updateRun ?? refuse;
    this.deleteRun = refuse;
    this.restoreRun = refuse;
    this.logMetric = writes?.logMetric ?? refuse;
    this.logBatch = writes?.logBatch ?? refuse;
    this.deleteTag = writes?.deleteTag ?? refuse;
    this.logInputs = writes?.logInputs ?? refuse;
    this.logOutputs = writes?.logOutputs ?? refuse;
  }

  async getExperiment(experimentId: string): Promise<Experiment> {
    const found = (await this.#reader.experiments()).find((experiment) => experiment.experimentId === experimentId);
    if (found !== undefined) return found;
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `No Experiment with id=${experimentId} exists`);
  }

  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    return (await this.#reader.experiments()).find((experiment) => experiment.name === name);
  }

  async searchExperiments(search: ExperimentSearch): Promise<Page<Experiment>> {
    return searchExperimentsIn(await this.#reader.experiments(), search);
  }

  async getRun(runId: string): Promise<Run> {
    return this.#reader.run(runId);
  }

  async searchRuns(search: RunSearch): Promise<Page<Run>> {
    const runs: Run[] = [];
    for (const id of new Set(search.experimentIds)) for (const run of await this.#reader.runs(id)) runs.push(run);
    return searchRunsIn(runs, search);
  }

  async getMetricHistory(runId: string, key: string, page: PageRequest = {}): Promise<Page<MetricPoint>> {
    return pageOfList(this.#reader.points(runId, key), page, `${runId}/${key}`);
  }

  async artifacts(runId: string): Promise<ArtifactStore> {
    const folder = await this.#reader.artifactFolder(runId);
    const models = (await this.#reader.models()).filter(({ model }) => model.sourceRunId === runId);
    const open = (root: string) =>
      new ArtifactFolder(root, runId, nodeDisk(), {
        checkOpen: () => undefined,
        warn: (problem) => process.emitWarning(problem),
      });
    const folders = models.map(({ model, folder: place }) => ({ path: model.artifactPath, files: open(place) }));
    const refuse = (): Promise<never> => Promise.reject(isOnlyRead(this.uri));
    return new ArtifactsWithModels(open(folder), folders, this.#isTarget ? undefined : refuse);
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

function isOnlyRead(folder: string): TrackingError {
  return new TrackingError("NOT_IMPLEMENTED", `'${folder}' is a file store of MLflow's, which runlab only reads.`, {
    hint: `Copy it into a store that you can log to: runlab copy ${folder} ./runlab`,
  });
}
