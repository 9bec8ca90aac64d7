import type { ArtifactStore } from "../tracking/artifact-store.js";
import { countRunsIn, searchExperimentsIn, searchRunsIn } from "../tracking/filter/search.js";
import type { ModelRegistry } from "../tracking/registry.js";
import type {
  ExperimentChanges,
  ExperimentSearch,
  NewExperiment,
  NewRun,
  RunBatch,
  RunChanges,
  RunCount,
  RunSearch,
  TrackingStore,
} from "../tracking/store.js";
import type {
  DatasetInput,
  Experiment,
  Metric,
  MetricPoint,
  ModelOutput,
  Page,
  PageRequest,
  Run,
} from "../tracking/types.js";
import { MemoryArtifacts } from "./artifacts/memory-artifacts.js";
import { copyPage } from "./copies.js";
import {
  addExperiment,
  changeExperiment,
  checkOpenForRuns,
  defaultExperiment,
  findExperiment,
  hasRuns,
  removeExperiment,
} from "./experiment-table.js";
import { addMetric } from "./metric-summary.js";
import { newRun } from "./new-run.js";
import { pageOfList } from "./page-of-list.js";
import { DocumentRegistry } from "./registry/document-registry.js";
import { emptyRegistry } from "./registry/registry-table.js";
import {
  applyChange,
  checkActive,
  checkDeleted,
  checkParams,
  checkTag,
  deletion,
  noRun,
  type RunChange,
  restoration,
  runExists,
  toRunChange,
} from "./run-change.js";

interface MemoryRun {
  run: Run;
  points: Map<string, MetricPoint[]>;
  artifacts: MemoryArtifacts;
}

/** The reference: what a store answers, without a disk. Its runs are gone with the process. */
export class MemoryStore implements TrackingStore {
  readonly uri: string;
  readonly registry: ModelRegistry;
  readonly #runs = new Map<string, MemoryRun>();
  readonly #experiments: Experiment[];
  /** The highest number of an experiment that was removed for good. */
  #lastId = 0;

  constructor(uri = "memory:") {
    this.uri = uri;
    this.#experiments = [defaultExperiment(`${uri}/0`, Date.now())];
    const table = emptyRegistry();
    this.registry = new DocumentRegistry({ read: () => table, change: async (change) => change(table) });
  }

  async createExperiment(experiment: NewExperiment): Promise<Experiment> {
    return structuredClone(
      addExperiment(this.#experiments, experiment, (id) => `${this.uri}/${id}`, Date.now(), this.#lastId),
    );
  }

  async getExperiment(experimentId: string): Promise<Experiment> {
    return structuredClone(findExperiment(this.#experiments, experimentId));
  }

  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    return structuredClone(this.#experiments.find((experiment) => experiment.name === name));
  }

  async updateExperiment(experimentId: string, changes: ExperimentChanges): Promise<void> {
    changeExperiment(this.#experiments, experimentId, changes, Date.now());
  }

  async searchExperiments(search: ExperimentSearch): Promise<Page<Experiment>> {
    return copyPage(searchExperimentsIn(this.#experiments, search), structuredClone);
  }

  async createRun(wanted: NewRun): Promise<Run> {
    checkOpenForRuns(findExperiment(this.#experiments, wanted.experimentId));
    const run = newRun(wanted, (runId) => `${this.uri}/${wanted.experimentId}/${runId}/artifacts`);
    if (this.#runs.has(run.info.runId)) throw runExists(run.info.runId);
    const artifacts = new MemoryArtifacts(run.info.runId, () => checkActive(this.#find(run.info.runId).run));
    this.#runs.set(run.info.runId, { run, points: new Map(), artifacts });
    return structuredClone(run);
  }

  async getRun(runId: string): Promise<Run> {
    return structuredClone(this.#find(runId).run);
  }

  async updateRun(runId: string, changes: RunChanges): Promise<void> {
    this.#change(runId, toRunChange(changes));
  }

  async deleteRun(runId: string): Promise<void> {
    applyChange(this.#find(runId).run, deletion(Date.now()));
  }

  async restoreRun(runId: string): Promise<void> {
    applyChange(this.#find(runId).run, restoration);
  }

  async purgeRun(runId: string): Promise<void> {
    checkDeleted(this.#find(runId).run);
    this.#runs.delete(runId);
  }

  async purgeExperiment(experimentId: string): Promise<void> {
    if ([...this.#runs.values()].some(({ run }) => run.info.experimentId === experimentId)) throw hasRuns(experimentId);
    this.#lastId = Math.max(this.#lastId, Number(experimentId));
    removeExperiment(this.#experiments, experimentId);
  }

  async searchRuns(search: RunSearch): Promise<Page<Run>> {
    return copyPage(searchRunsIn(this.#runsOf(search.experimentIds), search), structuredClone);
  }

  async countRuns(experimentIds: readonly string[]): Promise<Map<string, RunCount>> {
    return countRunsIn(this.#runsOf(experimentIds));
  }

  async logMetric(runId: string, metric: Metric): Promise<void> {
    const found = this.#find(runId);
    checkActive(found.run);
    addPoint(found, metric);
  }

  async logBatch(runId: string, { metrics = [], params = [], tags = {} }: RunBatch): Promise<void> {
    const found = this.#find(runId);
    this.#change(runId, { params, tags });
    for (const metric of metrics) addPoint(found, metric);
  }

  async deleteTag(runId: string, key: string): Promise<void> {
    checkTag(this.#find(runId).run, key);
    this.#change(runId, { deleteTags: [key] });
  }

  async logInputs(runId: string, inputs: readonly DatasetInput[]): Promise<void> {
    this.#change(runId, { inputs: structuredClone(inputs) });
  }

  async logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void> {
    this.#change(runId, { outputs: structuredClone(outputs) });
  }

  async getMetricHistory(runId: string, key: string, page: PageRequest = {}): Promise<Page<MetricPoint>> {
    return copyPage(pageOfList(this.#find(runId).points.get(key) ?? [], page, `${runId}/${key}`), structuredClone);
  }

  async artifacts(runId: string): Promise<ArtifactStore> {
    return this.#find(runId).artifacts;
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  #runsOf(experimentIds: readonly string[]): Run[] {
    const wanted = new Set(experimentIds);
    return [...this.#runs.values()].flatMap(({ run }) => (wanted.has(run.info.experimentId) ? [run] : []));
  }

  #find(runId: string): MemoryRun {
    const found = this.#runs.get(runId);
    if (found === undefined) throw noRun(runId);
    return found;
  }

  #change(runId: string, change: RunChange): void {
    const { run } = this.#find(runId);
    checkActive(run);
    checkParams(run, change.params ?? []);
    applyChange(run, change);
  }
}

function addPoint({ run, points }: MemoryRun, metric: Metric): void {
  addMetric(run, metric);
  const { step, value, timestamp } = metric;
  const history = points.get(metric.key);
  if (history === undefined) points.set(metric.key, [{ step, value, timestamp }]);
  else history.push({ step, value, timestamp });
}
