import { TrackingError } from "../errors.js";
import { allPages } from "./all-pages.js";
import { ArtifactClient } from "./artifact-client.js";
import { type LogInputOptions, toDatasetInput } from "./artifact-formats.js";
import { experimentFields, runFields } from "./filter/fields.js";
import {
  type MetricOptions,
  type MetricSeries,
  type MetricValue,
  toMetric,
  toMetricList,
  toMetrics,
} from "./metric-values.js";
import { toParam, toParams, toShortTags, toTags } from "./named-texts.js";
import { checkQuery, type ExperimentQuery, type RunQuery, toSearch } from "./query.js";
import { generateRunName } from "./run-name.js";
import type { NewExperiment, NewRun, RunBatch } from "./store.js";
import {
  type DatasetInput,
  type Experiment,
  hasEnded,
  type MetricPoint,
  type ModelOutput,
  type Page,
  type PageRequest,
  type Run,
  type RunStatus,
  runStatuses,
} from "./types.js";
import {
  checkBatch,
  checkDataset,
  checkEndStatus,
  checkExperimentName,
  checkKey,
  checkOutputs,
  checkRunId,
  checkRunName,
  checkWord,
  limits,
  toTime,
} from "./validation.js";
import { checkOptions, checkText, fieldsOf } from "./value-type.js";

/** What {@link TrackingClient.createRun} can be told of a new run. */
export interface RunOptions extends Partial<Omit<NewRun, "experimentId" | "tags">> {
  tags?: Readonly<Record<string, unknown>>;
}

/**
 * Every verb by id: checks the arguments by MLflow's rules, stamps them, and hands them to the store. One class to its users, as
 * MLflow's client is, in three files: the registry's verbs, those of artifacts, and here those of experiments and runs.
 */
export class TrackingClient extends ArtifactClient {
  /** @returns the id of the new experiment. @throws RESOURCE_ALREADY_EXISTS */
  async createExperiment(name: string, options: Omit<NewExperiment, "name"> = {}): Promise<string> {
    checkExperimentName(name);
    checkOptions("createExperiment", options, "{ tags }");
    if (options.artifactLocation !== undefined) checkText("The artifactLocation", options.artifactLocation);
    const tags = toShortTags(options.tags ?? {}, "Experiment", limits.experimentTagValue);
    return (await this.store.createExperiment({ ...options, name, tags })).experimentId;
  }

  /** @throws RESOURCE_DOES_NOT_EXIST */
  async getExperiment(experimentId: string): Promise<Experiment> {
    return this.store.getExperiment(toExperimentId(experimentId));
  }

  /** Also a deleted one; undefined when there is none. */
  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    checkText("The name of an experiment", name);
    return this.store.getExperimentByName(name);
  }

  /** Also of experiment "0". */
  async renameExperiment(experimentId: string, newName: string): Promise<void> {
    checkExperimentName(newName);
    await this.store.updateExperiment(toExperimentId(experimentId), { name: newName });
  }

  /** Marks it and its runs as deleted; nothing is removed from the disk. */
  async deleteExperiment(experimentId: string): Promise<void> {
    await this.store.updateExperiment(toExperimentId(experimentId), { lifecycleStage: "deleted" });
  }

  /** Brings a deleted one back, with its runs. @throws RESOURCE_DOES_NOT_EXIST when it is not deleted */
  async restoreExperiment(experimentId: string): Promise<void> {
    await this.store.updateExperiment(toExperimentId(experimentId), { lifecycleStage: "active" });
  }

  /** The last value wins; at most 20,000 characters. @throws INVALID_PARAMETER_VALUE */
  async setExperimentTag(experimentId: string, key: string, value: unknown): Promise<void> {
    checkKey("experiment tag", key);
    await this.setExperimentTags(experimentId, { [key]: value });
  }

  /** All of them or none, see {@link setExperimentTag}. */
  async setExperimentTags(experimentId: string, tags: Readonly<Record<string, unknown>>): Promise<void> {
    fieldsOf("The tags", tags);
    const setTags = toShortTags(tags, "Experiment", limits.experimentTagValue);
    await this.store.updateExperiment(toExperimentId(experimentId), { setTags });
  }

  /** @throws RESOURCE_DOES_NOT_EXIST when it has no such tag */
  async deleteExperimentTag(experimentId: string, key: string): Promise<void> {
    await this.store.updateExperiment(toExperimentId(experimentId), { deleteTags: [key] });
  }

  /** Newest first, unless `orderBy` says otherwise; without deleted ones, unless `viewType` does. */
  async searchExperiments(query: ExperimentQuery = {}): Promise<Page<Experiment>> {
    return this.store.searchExperiments(toSearch("searchExperiments", query, experimentFields));
  }

  /** A run that is not the active one of anything; end it with {@link endRun}. Values of tags are kept as {@link setTag} keeps them. */
  async createRun(experimentId: string, options: RunOptions = {}): Promise<Run> {
    checkOptions("createRun", options, "{ runName, tags }");
    const tags = toTags(options.tags ?? {}, this.say, { mayBeEmpty: true });
    const runName = options.runName || tags["mlflow.runName"] || generateRunName();
    const userId = options.userId ?? tags["mlflow.user"] ?? this.userName;
    checkRunName(runName);
    checkText("The user id of a run", userId);
    if (options.runId !== undefined) checkRunId(options.runId);
    const startTime = toTime("The start time of a run", options.startTime ?? Date.now());
    tags["mlflow.runName"] = runName;
    return this.store.createRun({
      ...options,
      experimentId: toExperimentId(experimentId),
      runName,
      userId,
      startTime,
      tags,
    });
  }

  /**
   * Waits until a store that is far away has what was logged, of one run or of all; not while its server is away.
   * @returns why values were refused, or cannot be sent; what was refused is told once
   */
  async settle(runId?: string): Promise<unknown[]> {
    return (await this.store.outbox?.settle(runId)) ?? [];
  }

  /** @throws RESOURCE_DOES_NOT_EXIST */
  async getRun(runId: string): Promise<Run> {
    checkRunId(runId);
    return this.store.getRun(runId);
  }

  /** The same as its tag `mlflow.runName`. @throws INVALID_PARAMETER_VALUE for an empty name */
  async renameRun(runId: string, name: string): Promise<void> {
    checkRunName(name);
    checkRunId(runId);
    await this.store.updateRun(runId, { runName: name });
  }

  /**
   * Also of a run that goes on: "RUNNING" and "SCHEDULED" take its end away.
   * @param endTime - ms since the epoch; default now
   * @throws INVALID_PARAMETER_VALUE for another word, and for an end before the run's start
   */
  async updateRun(runId: string, status: RunStatus, endTime?: number): Promise<void> {
    checkRunId(runId);
    const open = !hasEnded(checkWord("run status", status, runStatuses));
    if (endTime !== undefined && !open) await this.#checkEnd(runId, endTime);
    await this.store.updateRun(runId, { status, endTime: open ? null : Math.trunc(endTime ?? Date.now()) });
  }

  async #checkEnd(runId: string, endTime: number): Promise<void> {
    toTime("The end time of a run", endTime);
    const { startTime } = (await this.store.getRun(runId)).info;
    if (endTime >= startTime) return;
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `The run cannot end at ${endTime}, before its start at ${startTime} (ms since the epoch).`,
    );
  }

  /**
   * Ends it now.
   * @param status - FINISHED, FAILED or KILLED
   * @param reason - why, for a person; kept as tag `runlab.end_reason`
   */
  async endRun(runId: string, status: RunStatus = "FINISHED", reason?: string): Promise<void> {
    checkRunId(runId);
    checkEndStatus(status);
    const told =
      reason === undefined ? {} : { reason: toTags({ "runlab.end_reason": reason }, this.say)["runlab.end_reason"] };
    await this.store.updateRun(runId, { status, endTime: Date.now(), ...told });
  }

  /** As {@link endRun}, before the call returns, for a process that is exiting; nothing where the store cannot do that. */
  endRunNow(runId: string, status: RunStatus, reason?: string): void {
    this.store.endRunNow?.(runId, { status, endTime: Date.now(), ...(reason === undefined ? {} : { reason }) });
  }

  /** Marks it as deleted; nothing is removed from the disk. */
  async deleteRun(runId: string): Promise<void> {
    checkRunId(runId);
    await this.store.deleteRun(runId);
  }

  /**
   * Removes a deleted run for good, with its files.
   * @returns false, with nothing done, where the store keeps deleted runs
   * @throws INVALID_STATE when it is not deleted
   */
  async purgeRun(runId: string): Promise<boolean> {
    checkRunId(runId);
    if (this.store.purgeRun === undefined) return false;
    await this.store.purgeRun(runId);
    return true;
  }

  /** As {@link purgeRun}, of a deleted experiment that has no runs. @throws INVALID_STATE when it is not deleted, or has runs */
  async purgeExperiment(experimentId: string): Promise<boolean> {
    if (this.store.purgeExperiment === undefined) return false;
    await this.store.purgeExperiment(toExperimentId(experimentId));
    return true;
  }

  /** Brings a deleted run back whole. */
  async restoreRun(runId: string): Promise<void> {
    checkRunId(runId);
    await this.store.restoreRun(runId);
  }

  /** @throws INVALID_PARAMETER_VALUE when the filter or order cannot be read, naming the column */
  async searchRuns(query: RunQuery): Promise<Page<Run>> {
    return this.store.searchRuns(toSearch("searchRuns", query, runFields));
  }

  /**
   * A number, an array of them or an object of them, see {@link MetricValue}.
   * @throws INVALID_PARAMETER_VALUE: no number, an odd key, a deleted run; RESOURCE_DOES_NOT_EXIST
   */
  logMetric(runId: string, key: string, value: MetricValue, options?: MetricOptions): Promise<void> {
    // Not `async`, here and below: that would make a promise for each point, instead of the store's one.
    try {
      checkIsText(runId);
      if (typeof value === "number") return this.store.logMetric(runId, toMetric(key, value, options));
      const metrics = toMetrics(key, value, options);
      const only = metrics.length === 1 ? metrics[0] : undefined;
      return only === undefined ? this.store.logBatch(runId, { metrics }) : this.store.logMetric(runId, only);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Several keys with one step and time, or points that have their own. @throws as {@link logMetric} */
  logMetrics(
    runId: string,
    metrics: Readonly<Record<string, MetricValue>> | MetricSeries,
    options?: MetricOptions,
  ): Promise<void> {
    return this.#logBatch(runId, () => ({ metrics: toMetricList(metrics, options) }));
  }

  /** Written once: another value than it has is INVALID_PARAMETER_VALUE. Kept as text, at most 6,000 characters. */
  logParam(runId: string, key: string, value: unknown): Promise<void> {
    return this.#logBatch(runId, () => ({ params: [toParam(key, value, this.say)] }));
  }

  /** All of them or none, see {@link logParam}. */
  logParams(runId: string, params: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#logBatch(runId, () => ({ params: toParams(params, this.say) }));
  }

  /** The last value wins. Kept as text, at most 8,000 characters. */
  setTag(runId: string, key: string, value: unknown): Promise<void> {
    return this.#logBatch(runId, () => {
      checkKey("tag", key);
      return { tags: toTags({ [key]: value }, this.say) };
    });
  }

  /** All of them or none, see {@link setTag}. */
  setTags(runId: string, tags: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#logBatch(runId, () => ({ tags: toTags(tags, this.say) }));
  }

  #logBatch(runId: string, toBatch: () => RunBatch): Promise<void> {
    try {
      checkIsText(runId);
      return this.store.logBatch(runId, toBatch());
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Points, params and tags at once, all of them or none. Params and tags are texts that are stored as they are, however long: what
   * comes from another store is not cut.
   */
  logBatch(runId: string, batch: RunBatch): Promise<void> {
    return this.#logBatch(runId, () => {
      checkBatch(batch);
      return batch;
    });
  }

  /** @throws RESOURCE_DOES_NOT_EXIST when the run has no such tag */
  async deleteTag(runId: string, key: string): Promise<void> {
    checkRunId(runId);
    await this.store.deleteTag(runId, key);
  }

  /** Datasets as another store has them, see {@link logInput}. */
  async logInputs(runId: string, inputs: readonly DatasetInput[]): Promise<void> {
    checkRunId(runId);
    for (const { dataset, tags } of inputs) {
      checkDataset(dataset);
      for (const [key, value] of fieldsOf("The tags of a dataset", tags, { mayBeEmpty: true }))
        checkText(`Tag '${key}' of a dataset`, value);
    }
    await this.store.logInputs(runId, inputs);
  }

  /** A dataset that the run used; the same name and digest again adds nothing. @throws INVALID_PARAMETER_VALUE for what is too long */
  async logInput(runId: string, options: LogInputOptions): Promise<void> {
    const input = toDatasetInput(options);
    checkDataset(input.dataset);
    checkRunId(runId);
    await this.store.logInputs(runId, [input]);
  }

  /** Models that the run made, each with the step it was made at. */
  async logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void> {
    checkOutputs(outputs);
    checkRunId(runId);
    await this.store.logOutputs(runId, outputs);
  }

  /** In the order in which they were logged; empty for a metric that the run does not have. */
  async getMetricHistory(runId: string, key: string): Promise<MetricPoint[]> {
    checkRunId(runId);
    checkText("The key of a metric", key);
    return allPages((pageToken) => this.store.getMetricHistory(runId, key, { pageToken }));
  }

  /** Completes the least, greatest and count of these metrics' points, where the store's runs tell the latest point only. */
  async completeSummaries(runs: readonly Run[], keys: readonly string[]): Promise<void> {
    await this.store.completeSummaries?.(runs, keys);
  }

  /** A part of {@link getMetricHistory}, of at most `maxResults` points; default: as many as the store gives at once. */
  async getMetricHistoryPage(runId: string, key: string, page: PageRequest = {}): Promise<Page<MetricPoint>> {
    checkRunId(runId);
    checkText("The key of a metric", key);
    checkQuery("getMetricHistoryPage", page);
    return this.store.getMetricHistory(runId, key, page);
  }
}

/** A number is meant as the text that an id is, as in MLflow. */
function toExperimentId(id: unknown): string {
  if (typeof id === "number") return String(id);
  checkText("The id of an experiment", id);
  return id;
}

/** In a loop that logs, the store looks the id up anyway. */
function checkIsText(runId: string): void {
  if (typeof runId !== "string") checkRunId(runId);
}
