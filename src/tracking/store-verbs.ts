import type { TrackingClient } from "./client.js";
import type { ExperimentQuery } from "./query.js";
import type { NewExperiment } from "./store.js";
import type { Experiment, FileInfo, MetricPoint, Page, Run } from "./types.js";

/** The verbs of a session that take an id or a name: they go to the current store. What they do: see `TrackingClient`. */
export abstract class StoreVerbs {
  /** The verbs by id, on the current store. */
  abstract get client(): TrackingClient;

  createExperiment(name: string, options?: Omit<NewExperiment, "name">): Promise<string> {
    return this.client.createExperiment(name, options);
  }

  getExperiment(experimentId: string): Promise<Experiment> {
    return this.client.getExperiment(experimentId);
  }

  getExperimentByName(name: string): Promise<Experiment | undefined> {
    return this.client.getExperimentByName(name);
  }

  renameExperiment(experimentId: string, newName: string): Promise<void> {
    return this.client.renameExperiment(experimentId, newName);
  }

  deleteExperiment(experimentId: string): Promise<void> {
    return this.client.deleteExperiment(experimentId);
  }

  restoreExperiment(experimentId: string): Promise<void> {
    return this.client.restoreExperiment(experimentId);
  }

  searchExperiments(query?: ExperimentQuery): Promise<Page<Experiment>> {
    return this.client.searchExperiments(query);
  }

  getRun(runId: string): Promise<Run> {
    return this.client.getRun(runId);
  }

  deleteRun(runId: string): Promise<void> {
    return this.client.deleteRun(runId);
  }

  restoreRun(runId: string): Promise<void> {
    return this.client.restoreRun(runId);
  }

  getMetricHistory(runId: string, key: string): Promise<MetricPoint[]> {
    return this.client.getMetricHistory(runId, key);
  }

  listArtifacts(runId: string, path?: string): Promise<FileInfo[]> {
    return this.client.listArtifacts(runId, path);
  }

  downloadArtifacts(runId: string, path: string, destination: string): Promise<string> {
    return this.client.downloadArtifacts(runId, path, destination);
  }
}
