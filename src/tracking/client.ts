import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { TrackingError } from "../errors.js";
import {
  appendTable,
  type LogFigureOptions,
  type LogImageOptions,
  type LogInputOptions,
  type Table,
  type TableData,
  toDatasetInput,
  toJson,
  toTable,
} from "./artifact-formats.js";
import { decodeImage, imageExtension, imagePath } from "./image.js";
import { filesBelow, missingFile } from "./local-files.js";
import { type MetricOptions, type MetricSeries, type MetricValue, toMetricList, toMetrics } from "./metric-values.js";
import { RegistryClient } from "./registry-client.js";
import { generateRunName } from "./run-name.js";
import type { ExperimentQuery, NewExperiment, NewRun, RunQuery } from "./store.js";
import type { Experiment, FileInfo, MetricPoint, ModelOutput, Page, Run, RunStatus } from "./types.js";
import {
  checkArtifactPath,
  checkExperimentName,
  checkKey,
  checkLength,
  checkRunId,
  limits,
  toValueText,
} from "./validation.js";

export type { MetricOptions, MetricSeries, MetricValue } from "./metric-values.js";

/** Every verb by id: checks the arguments by MLflow's rules, stamps them, and hands them to the store. */
export class TrackingClient extends RegistryClient {
  /** @returns the id of the new experiment. @throws RESOURCE_ALREADY_EXISTS */
  async createExperiment(name: string, options: Omit<NewExperiment, "name"> = {}): Promise<string> {
    checkExperimentName(name);
    const tags = Object.entries(options.tags ?? {});
    for (const [key, value] of tags) checkExperimentTag(key, value);
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

  async restoreExperiment(experimentId: string): Promise<void> {
    await this.store.updateExperiment(experimentId, { lifecycleStage: "active" });
  }

  async setExperimentTag(experimentId: string, key: string, value: unknown): Promise<void> {
    const text = toValueText("tag", key, value, Number.POSITIVE_INFINITY);
    checkExperimentTag(key, text);
    await this.store.updateExperiment(experimentId, { setTags: { [key]: text } });
  }

  async deleteExperimentTag(experimentId: string, key: string): Promise<void> {
    await this.store.updateExperiment(experimentId, { deleteTags: [key] });
  }

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

  async endRun(runId: string, status: RunStatus = "FINISHED", reason?: string): Promise<void> {
    await this.store.updateRun(runId, { status, endTime: Date.now(), ...(reason === undefined ? {} : { reason }) });
  }

  endRunNow(runId: string, status: RunStatus, reason?: string): void {
    this.store.endRunNow?.(runId, { status, endTime: Date.now(), ...(reason === undefined ? {} : { reason }) });
  }

  async deleteRun(runId: string): Promise<void> {
    await this.store.deleteRun(runId);
  }

  async restoreRun(runId: string): Promise<void> {
    await this.store.restoreRun(runId);
  }

  /** @throws INVALID_PARAMETER_VALUE when the filter or order cannot be read, naming the column */
  async searchRuns(query: RunQuery): Promise<Page<Run>> {
    checkMaxResults(query.maxResults);
    return this.store.searchRuns(query);
  }

  logMetric(runId: string, key: string, value: MetricValue, options?: MetricOptions): void | Promise<void> {
    const metrics = toMetrics(key, value, options);
    const only = metrics.length === 1 ? metrics[0] : undefined;
    return only === undefined ? this.store.logBatch(runId, { metrics }) : this.store.logMetric(runId, only);
  }

  logMetrics(
    runId: string,
    metrics: Readonly<Record<string, MetricValue>> | MetricSeries,
    options?: MetricOptions,
  ): void | Promise<void> {
    return this.store.logBatch(runId, { metrics: toMetricList(metrics, options) });
  }

  logParam(runId: string, key: string, value: unknown): void | Promise<void> {
    return this.logParams(runId, { [key]: value });
  }

  logParams(runId: string, params: Readonly<Record<string, unknown>>): void | Promise<void> {
    const list = Object.entries(params).map(([key, value]) => {
      checkKey("param", key);
      return { key, value: toValueText("param", key, value, limits.paramValue) };
    });
    return this.store.logBatch(runId, { params: list });
  }

  setTag(runId: string, key: string, value: unknown): void | Promise<void> {
    return this.setTags(runId, { [key]: value });
  }

  setTags(runId: string, tags: Readonly<Record<string, unknown>>): void | Promise<void> {
    return this.store.logBatch(runId, { tags: tagTexts(tags) });
  }

  async deleteTag(runId: string, key: string): Promise<void> {
    await this.store.deleteTag(runId, key);
  }

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

  async logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void> {
    await this.store.logOutputs(runId, outputs);
  }

  async getMetricHistory(runId: string, key: string): Promise<MetricPoint[]> {
    return this.store.getMetricHistory(runId, key);
  }

  /** Copies a file into the run, under the folder `artifactPath` when given. */
  async logArtifact(runId: string, localPath: string, artifactPath?: string): Promise<void> {
    const info = await stat(localPath).catch((cause: unknown) => {
      throw missingFile(localPath, cause);
    });
    if (info.isDirectory())
      return this.logArtifacts(runId, localPath, inFolder(artifactPath, basename(resolve(localPath))));
    const path = checkArtifactPath(inFolder(artifactPath, basename(localPath)));
    await this.store.putArtifact(runId, path, { file: resolve(localPath) });
  }

  /** Copies what is in a folder into the run, with its subfolders. */
  async logArtifacts(runId: string, localFolder: string, artifactPath?: string): Promise<void> {
    const { artifactUri } = (await this.store.getRun(runId)).info;
    const files = await filesBelow(localFolder, artifactUri);
    const targets = files.map(({ path }) => checkArtifactPath(inFolder(artifactPath, path)));
    for (const [at, { file }] of files.entries()) await this.store.putArtifact(runId, targets[at] ?? "", { file });
  }

  async logText(runId: string, text: string, artifactFile: string): Promise<void> {
    await this.store.putArtifact(runId, checkArtifactPath(artifactFile), Buffer.from(text, "utf8"));
  }

  /** Any JSON value, indented by 2. */
  async logDict(runId: string, value: unknown, artifactFile: string): Promise<void> {
    await this.logText(runId, toJson(value), artifactFile);
  }

  /** As MLflow's log_table: a second call with the same file adds its rows. */
  async logTable(runId: string, data: TableData, artifactFile: string): Promise<void> {
    const path = checkArtifactPath(artifactFile);
    if (!path.endsWith(".json")) {
      throw new TrackingError("INVALID_PARAMETER_VALUE", `A table is logged to a .json file; got '${artifactFile}'.`);
    }
    const before = await this.#readTable(runId, path);
    const table = before === undefined ? toTable(data) : appendTable(before, toTable(data));
    await this.store.putArtifact(runId, path, Buffer.from(toJson(table)));
    if (before !== undefined) return;
    const run = await this.store.getRun(runId);
    const listed: unknown = JSON.parse(run.data.tags["mlflow.loggedArtifacts"] ?? "[]");
    const logged = JSON.stringify([...(Array.isArray(listed) ? listed : []), { path, type: "table" }]);
    await this.store.logBatch(runId, { tags: { "mlflow.loggedArtifacts": logged } });
  }

  /** A Vega-Lite spec as `.json`, or its picture as `.svg` (`options.svg`). */
  async logFigure(
    runId: string,
    spec: Readonly<Record<string, unknown>>,
    artifactFile: string,
    options: LogFigureOptions = {},
  ): Promise<void> {
    if (artifactFile.endsWith(".json")) return this.logDict(runId, spec, artifactFile);
    if (!artifactFile.endsWith(".svg") || options.svg === undefined) {
      throw new TrackingError("INVALID_PARAMETER_VALUE", `A figure is logged as .json or .svg; got '${artifactFile}'.`);
    }
    await this.logText(runId, await options.svg, artifactFile);
  }

  /** An encoded picture: its bytes, base64 text or a data URL; under a file's name, or under a key and a step as MLflow has it. */
  async logImage(runId: string, image: Uint8Array | string, target: string | LogImageOptions): Promise<void> {
    if (typeof target === "string") {
      await this.store.putArtifact(runId, checkArtifactPath(target), decodeImage(image, target));
      return;
    }
    const bytes = decodeImage(image);
    await this.store.putArtifact(runId, imagePath(target, imageExtension(bytes)), bytes);
    await this.setTag(runId, "mlflow.loggedImages", true);
  }

  async listArtifacts(runId: string, path?: string): Promise<FileInfo[]> {
    return this.store.listArtifacts(runId, path === undefined || path === "" ? undefined : checkArtifactPath(path));
  }

  /** Copies an artifact (a file or folder) to `destination`; resolves with the local path. */
  async downloadArtifacts(runId: string, path: string, destination: string): Promise<string> {
    return this.store.downloadArtifact(runId, checkArtifactPath(path), destination);
  }

  /** The run's artifact root, or the URI of one artifact. */
  async getArtifactUri(runId: string, path?: string): Promise<string> {
    const { artifactUri } = (await this.store.getRun(runId)).info;
    return path === undefined || path === "" ? artifactUri : `${artifactUri}/${checkArtifactPath(path)}`;
  }

  async #readTable(runId: string, path: string): Promise<Table | undefined> {
    try {
      return JSON.parse(Buffer.from(await this.store.readArtifact(runId, path)).toString("utf8")) as Table;
    } catch (error) {
      if (error instanceof TrackingError && error.code === "RESOURCE_DOES_NOT_EXIST") return undefined;
      throw error;
    }
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

function inFolder(folder: string | undefined, name: string): string {
  return folder === undefined || folder === "" ? name : `${folder}/${name}`;
}
