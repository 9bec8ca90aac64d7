import { TrackingError } from "../errors.js";
import { ArtifactClient } from "./artifact-client.js";
import { type LogInputOptions, toDatasetInput } from "./artifact-formats.js";
import { type MetricOptions, type MetricSeries, type MetricValue, toMetricList, toMetrics } from "./metric-values.js";
import { generateRunName } from "./run-name.js";
import type { ExperimentQuery, NewExperiment, NewRun, RunQuery } from "./store.js";
import type { Experiment, MetricPoint, ModelOutput, Page, Run, RunStatus } from "./types.js";
import { checkExperimentName, checkKey, checkLength, checkRunId, limits, toValueText } from "./validation.js";

/**
 * Every verb by id: checks the arguments by MLflow's rules, stamps them, and hands them to the store. One class to its users, as
 * MLflow's client is, in three files: the registry's verbs, those of artifacts, and here those of experiments and runs.
 */
export class TrackingClient extends ArtifactClient {
  /** @returns the id of the new experiment. @throws RESOURCE_ALREADY_EXISTS */
  async createExperiment(name: string, options: Omit<NewExperiment, "name"> = {}): Promise<string> {
    checkExperimentName(name);
    for (const [key, value] of Object.entries(options.tags ?? {})) checkExperimentTag(key, value);
    return (await this.store.createExperiment({ ...options, name })).experimentId;
  }

  /** @throws RESOURCE_DOES_NOT_EXIST */
  async getExperiment(experimentId: string): Promise<Experiment> {
    return this.store.getExperiment(String(experimentId));
  }

  /** Also a deleted one; undefined when there is none. */
  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    return this.store.getExperimentByName(name);
  }

  /** Also of experiment "0". */
  async renameExperiment(experimentId: string, newName: string): Promise<void> {
    checkExperimentName(newName);
    await this.store.updateExperiment(experimentId, { name: newName });
  }

  /** Marks it and its runs as deleted; nothing is removed from the disk. */
  async deleteExperiment(experimentId: string): Promise<void> {
    await this.store.updateExperiment(experimentId, { lifecycleStage: "deleted" });
  }

  /** Brings a deleted one back, with its runs. @throws RESOURCE_DOES_NOT_EXIST when it is not deleted */
  async restoreExperiment(experimentId: string): Promise<void> {
    await this.store.updateExperiment(experimentId, { lifecycleStage: "active" });
  }

  /** The last value wins; at most 20,000 characters. @throws INVALID_PARAMETER_VALUE */
  async setExperimentTag(experimentId: string, key: string, value: unknown): Promise<void> {
    const text = toValueText("tag", key, value, Number.POSITIVE_INFINITY);
    checkExperimentTag(key, text);
    await this.store.updateExperiment(experimentId, { setTags: { [key]: text } });
  }

  /** @throws RESOURCE_DOES_NOT_EXIST when it has no such tag */
  async deleteExperimentTag(experimentId: string, key: string): Promise<void> {
    await this.store.updateExperiment(experimentId, { deleteTags: [key] });
  }

  /** Newest first, unless `orderBy` says otherwise; without deleted ones, unless `viewType` does. */
  async searchExperiments(query: ExperimentQuery = {}): Promise<Page<Experiment>> {
    checkMaxResults(query.maxResults);
    return this.store.searchExperiments(query);
  }

  /** A run that is not the active one of anything; end it with {@link endRun}. */
  async createRun(experimentId: string, options: Partial<Omit<NewRun, "experimentId">> = {}): Promise<Run> {
    const tags = tagTexts(options.tags ?? {});
    const runName = options.runName || tags["mlflow.runName"] || generateRunName();
    const userId = options.userId ?? tags["mlflow.user"] ?? this.userName;
    tags["mlflow.runName"] = runName;
    return this.store.createRun({
      ...options,
      experimentId,
      runName,
      userId,
      startTime: options.startTime ?? Date.now(),
      tags,
    });
  }

  /** @throws RESOURCE_DOES_NOT_EXIST */
  async getRun(runId: string): Promise<Run> {
    checkRunId(runId);
    return this.store.getRun(runId);
  }

  /** The same as its tag `mlflow.runName`. @throws INVALID_PARAMETER_VALUE for an empty name */
  async renameRun(runId: string, name: string): Promise<void> {
    if (typeof name !== "string" || name.trim() === "") {
      throw new TrackingError("INVALID_PARAMETER_VALUE", "A run's name must be a text that is not empty.");
    }
    await this.store.updateRun(runId, { runName: name });
  }

  /** Also of a run that goes on: "RUNNING" takes its end away. */
  async updateRun(runId: string, status: RunStatus, endTime?: number): Promise<void> {
    await this.store.updateRun(runId, { status, endTime: status === "RUNNING" ? null : (endTime ?? Date.now()) });
  }

  /** Ends it now. @param reason - why, for a person; kept as tag `runlab.end_reason` */
  async endRun(runId: string, status: RunStatus = "FINISHED", reason?: string): Promise<void> {
    await this.store.updateRun(runId, { status, endTime: Date.now(), ...(reason === undefined ? {} : { reason }) });
  }

  /** As {@link endRun}, before the call returns, for a process that is exiting; nothing where the store cannot do that. */
  endRunNow(runId: string, status: RunStatus, reason?: string): void {
    this.store.endRunNow?.(runId, { status, endTime: Date.now(), ...(reason === undefined ? {} : { reason }) });
  }

  /** Marks it as deleted; nothing is removed from the disk. */
  async deleteRun(runId: string): Promise<void> {
    await this.store.deleteRun(runId);
  }

  /** Brings a deleted run back whole. */
  async restoreRun(runId: string): Promise<void> {
    await this.store.restoreRun(runId);
  }

  /** @throws INVALID_PARAMETER_VALUE when the filter or order cannot be read, naming the column */
  async searchRuns(query: RunQuery): Promise<Page<Run>> {
    checkMaxResults(query.maxResults);
    return this.store.searchRuns(query);
  }

  /**
   * A number, an array of them or an object of them, see {@link MetricValue}.
   * @returns nothing when the store has it by now, else a promise
   * @throws INVALID_PARAMETER_VALUE: no number, an odd key, a deleted run; RESOURCE_DOES_NOT_EXIST
   */
  logMetric(runId: string, key: string, value: MetricValue, options?: MetricOptions): void | Promise<void> {
    const metrics = toMetrics(key, value, options);
    const only = metrics.length === 1 ? metrics[0] : undefined;
    return only === undefined ? this.store.logBatch(runId, { metrics }) : this.store.logMetric(runId, only);
  }

  /** Several keys with one step and time, or points that have their own. @returns and throws as {@link logMetric} */
  logMetrics(
    runId: string,
    metrics: Readonly<Record<string, MetricValue>> | MetricSeries,
    options?: MetricOptions,
  ): void | Promise<void> {
    return this.store.logBatch(runId, { metrics: toMetricList(metrics, options) });
  }

  /** Written once: another value than it has is INVALID_PARAMETER_VALUE. Kept as text, at most 6,000 characters. */
  logParam(runId: string, key: string, value: unknown): void | Promise<void> {
    return this.logParams(runId, { [key]: value });
  }

  /** All of them or none, see {@link logParam}. */
  logParams(runId: string, params: Readonly<Record<string, unknown>>): void | Promise<void> {
    const list = Object.entries(params).map(([key, value]) => {
      checkKey("param", key);
      return { key, value: toValueText("param", key, value, limits.paramValue) };
    });
    return this.store.logBatch(runId, { params: list });
  }

  /** The last value wins. Kept as text, at most 8,000 characters. */
  setTag(runId: string, key: string, value: unknown): void | Promise<void> {
    return this.setTags(runId, { [key]: value });
  }

  /** All of them or none, see {@link setTag}. */
  setTags(runId: string, tags: Readonly<Record<string, unknown>>): void | Promise<void> {
    return this.store.logBatch(runId, { tags: tagTexts(tags) });
  }

  /** @throws RESOURCE_DOES_NOT_EXIST when the run has no such tag */
  async deleteTag(runId: string, key: string): Promise<void> {
    await this.store.deleteTag(runId, key);
  }

  /** A dataset that the run used; the same name and digest again adds nothing. @throws INVALID_PARAMETER_VALUE for what is too long */
  async logInput(runId: string, options: LogInputOptions): Promise<void> {
    const input = toDatasetInput(options);
    const { name, digest, source, schema = "", profile = "" } = input.dataset;
    if (name === "") throw new TrackingError("INVALID_PARAMETER_VALUE", "The name of a dataset must not be empty.");
    checkLength("Dataset name", name, limits.datasetName);
    checkLength("Dataset digest", digest, limits.datasetDigest);
    checkLength("Dataset source", source, limits.datasetSource);
    checkLength("Dataset schema", schema, limits.datasetSchema);
    checkLength("Dataset profile", profile, limits.datasetProfile);
    await this.store.logInputs(runId, [input]);
  }

  /** Models that the run made, each with the step it was made at. */
  async logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void> {
    await this.store.logOutputs(runId, outputs);
  }

  /** In the order in which they were logged; empty for a metric that the run does not have. */
  async getMetricHistory(runId: string, key: string): Promise<MetricPoint[]> {
    return this.store.getMetricHistory(runId, key);
  }
}

function tagTexts(tags: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(tags).map(([key, value]): [string, string] => {
    checkKey("tag", key);
    return [key, toValueText("tag", key, value, limits.tagValue)];
  });
  return Object.fromEntries(texts);
}

function checkExperimentTag(key: string, value: string): void {
  checkKey("experiment tag", key);
  checkLength("Experiment tag value", value, limits.experimentTagValue);
}

function checkMaxResults(maxResults: number | undefined): void {
  if (maxResults === undefined) return;
  if (!Number.isInteger(maxResults) || maxResults < 1 || maxResults > limits.maxResults) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `Invalid value ${maxResults} for parameter 'max_results' supplied. It must be a whole number from 1 to ${limits.maxResults}.`,
    );
  }
}
