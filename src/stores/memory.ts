import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "../make-folder.js";
import { searchExperimentsIn, searchRunsIn } from "../tracking/filter/search.js";
import type { ModelRegistry } from "../tracking/registry.js";
import type {
  ArtifactContent,
  ExperimentChanges,
  ExperimentQuery,
  NewExperiment,
  NewRun,
  RunBatch,
  RunChanges,
  RunQuery,
  TrackingStore,
} from "../tracking/store.js";
import type {
  DatasetInput,
  Experiment,
  FileInfo,
  Metric,
  MetricPoint,
  ModelOutput,
  Page,
  Run,
} from "../tracking/types.js";
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
import { DocumentRegistry } from "./registry/document-registry.js";
import { emptyRegistry } from "./registry/registry-table.js";
import {
  applyChange,
  checkActive,
  checkDeleted,
  checkParams,
  checkTag,
  deletion,
  noArtifact,
  noRun,
  restoration,
  runExists,
} from "./run-change.js";

interface MemoryRun {
  run: Run;
  points: Map<string, MetricPoint[]>;
  files: Map<string, Uint8Array>;
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

  async searchExperiments(query: ExperimentQuery): Promise<Page<Experiment>> {
    return clonePage(searchExperimentsIn(this.#experiments, query));
  }

  async createRun(wanted: NewRun): Promise<Run> {
    checkOpenForRuns(findExperiment(this.#experiments, wanted.experimentId));
    const run = newRun(wanted, (runId) => `${this.uri}/${wanted.experimentId}/${runId}/artifacts`);
    if (this.#runs.has(run.info.runId)) throw runExists(run.info.runId);
    this.#runs.set(run.info.runId, { run, points: new Map(), files: new Map() });
    return structuredClone(run);
  }

  async getRun(runId: string): Promise<Run> {
    return structuredClone(this.#find(runId).run);
  }

  async updateRun(runId: string, { reason, ...change }: RunChanges): Promise<void> {
    this.#change(runId, { ...change, ...(reason === undefined ? {} : { tags: { "runlab.end_reason": reason } }) });
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

  async searchRuns(query: RunQuery): Promise<Page<Run>> {
    const wanted = new Set(query.experimentIds);
    const runs = [...this.#runs.values()].map(({ run }) => run);
    return clonePage(
      searchRunsIn(
        runs.filter((run) => wanted.has(run.info.experimentId)),
        query,
      ),
    );
  }

  logMetric(runId: string, metric: Metric): void {
    const found = this.#find(runId);
    checkActive(found.run);
    addPoint(found, metric);
  }

  logBatch(runId: string, { metrics = [], params = [], tags = {} }: RunBatch): void {
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

  async getMetricHistory(runId: string, key: string): Promise<MetricPoint[]> {
    return structuredClone(this.#find(runId).points.get(key) ?? []);
  }

  async putArtifact(runId: string, path: string, content: ArtifactContent): Promise<void> {
    const { run, files } = this.#find(runId);
    checkActive(run);
    files.set(path, content instanceof Uint8Array ? content.slice() : await readFile(content.file));
  }

  async readArtifact(runId: string, path: string): Promise<Uint8Array> {
    const found = this.#find(runId).files.get(path);
    if (found === undefined) throw noArtifact(runId, path);
    return found.slice();
  }

  async listArtifacts(runId: string, path?: string): Promise<FileInfo[]> {
    const prefix = path === undefined ? "" : `${path}/`;
    const listed = new Map<string, FileInfo>();
    for (const [name, bytes] of this.#find(runId).files) {
      if (!name.startsWith(prefix)) continue;
      const slash = name.indexOf("/", prefix.length);
      const own = slash < 0 ? name : name.slice(0, slash);
      listed.set(own, slash < 0 ? { path: own, isDir: false, fileSize: bytes.length } : { path: own, isDir: true });
    }
    return [...listed.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async downloadArtifact(runId: string, path: string, folder: string): Promise<string> {
    const { files } = this.#find(runId);
    const wanted = [...files].filter(([name]) => name === path || name.startsWith(`${path}/`));
    if (wanted.length === 0) throw noArtifact(runId, path);
    for (const [name, bytes] of wanted) {
      makeFolder(dirname(join(folder, name)));
      await writeFile(join(folder, name), bytes);
    }
    return join(folder, path);
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  #find(runId: string): MemoryRun {
    const found = this.#runs.get(runId);
    if (found === undefined) throw noRun(runId);
    return found;
  }

  #change(runId: string, change: Parameters<typeof applyChange>[1]): void {
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

function clonePage<T>(page: Page<T>): Page<T> {
  const clone: Page<T> = page.map((row) => structuredClone(row));
  if (page.nextPageToken !== undefined) clone.nextPageToken = page.nextPageToken;
  return clone;
}
