import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ModelError } from "../../errors.js";
import { setOwn } from "../../own.js";
import { keyValuesToJson } from "../../tracking/mlflow-json.js";
import { loggedModelFromJson } from "../../tracking/mlflow-model-json.js";
import type { LoggedModel, ModelMetric } from "../../tracking/registry.js";
import type { DatasetInput, Experiment, LifecycleStage, MetricPoint, ModelOutput, Run } from "../../tracking/types.js";
import { addMetric } from "../metric-summary.js";
import { countPaths } from "../registry/logged-models.js";
import { noRun } from "../run-change.js";
import { damaged, MlrunsFiles, type MlrunsMeta } from "./mlruns-files.js";

export const statuses = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"] as const;
export const modelStatuses = ["PENDING", "READY", "FAILED"] as const;

/** Where MLflow puts experiments that are deleted. */
const trash = ".trash";

/** What an `mlruns` folder holds, read anew each time. @see mlflow/store/tracking/file_store.py, 3.17 */
export class MlrunsReader {
  readonly #root: string;
  readonly #files = new MlrunsFiles();

  constructor(root: string) {
    this.#root = root;
  }

  async experiments(): Promise<Experiment[]> {
    const found: Experiment[] = [];
    for (const folder of this.#experimentFolders()) {
      const meta = await this.#files.meta(folder);
      if (meta === undefined) continue;
      const id = basename(folder);
      found.push({
        experimentId: id,
        name: meta.text("name") || id,
        artifactLocation: meta.text("artifact_location"),
        lifecycleStage: stageOf(meta),
        creationTime: meta.number("creation_time") ?? 0,
        lastUpdateTime: meta.number("last_update_time") ?? 0,
        tags: this.#files.values(join(folder, "tags")),
      });
    }
    return found;
  }

  async runs(experimentId: string): Promise<Run[]> {
    const folder = this.#experimentFolders().find((one) => basename(one) === experimentId);
    if (folder === undefined) return [];
    const runs: Run[] = [];
    for (const name of this.#files.folders(folder)) {
      if (!/^[0-9a-f]{32}$/.test(name)) continue;
      const run = await this.#readRun(join(folder, name), experimentId);
      if (run !== undefined) runs.push(run);
    }
    return runs;
  }

  /** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
  async run(runId: string): Promise<Run> {
    const folder = this.runFolder(runId);
    const run = await this.#readRun(folder, basename(join(folder, "..")));
    if (run === undefined) throw noRun(runId);
    return run;
  }

  /** In the order in which they were logged. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST; DATA_LOSS naming the line */
  points(runId: string, key: string): MetricPoint[] {
    return this.#readPoints(join(this.runFolder(runId), "metrics", key));
  }

  /** The folder of a run's own files, also when all of `mlruns` has been moved since. */
  async artifactFolder(runId: string): Promise<string> {
    const folder = this.runFolder(runId);
    const moved = join(folder, "artifacts");
    return existsSync(moved) ? moved : folderOf((await this.#files.meta(folder))?.text("artifact_uri") ?? "", moved);
  }

  /** Models that runs have logged, oldest first, each with the folder of its files. Of those of one name in a run, the path is counted. */
  async models(): Promise<Array<{ model: LoggedModel; folder: string }>> {
    const found: Array<{ model: LoggedModel; folder: string }> = [];
    for (const experiment of this.#experimentFolders()) {
      for (const id of this.#files.folders(join(experiment, "models"))) {
        const folder = join(experiment, "models", id);
        const meta = await this.#files.meta(folder);
        if (meta === undefined) continue;
        const moved = join(folder, "artifacts");
        found.push({
          model: this.#readModel(folder, id, basename(experiment), meta),
          folder: existsSync(moved) ? moved : folderOf(meta.text("artifact_location"), moved),
        });
      }
    }
    found.sort((a, b) => a.model.creationTimestamp - b.model.creationTimestamp);
    countPaths(found.map(({ model }) => model));
    return found;
  }

  /** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
  async modelFolder(modelId: string): Promise<string> {
    const found = this.#experimentFolders()
      .map((folder) => join(folder, "models", modelId))
      .find((folder) => this.#files.isFolder(folder));
    if (found !== undefined) return found;
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Logged model with ID '${modelId}' not found.`);
  }

  /** The latest of each run and dataset: `time value step run [dataset digest]`. */
  #modelMetrics(folder: string): ModelMetric[] {
    return this.#files.keys(folder).flatMap((key) => {
      const latest = new Map<string, ModelMetric>();
      for (const [time = "", value = "", step = "0", runId = "", datasetName, datasetDigest] of this.#files.rows(
        join(folder, key),
      )) {
        const metric: ModelMetric = {
          key,
          value: toNumber(value),
          timestamp: Number(time),
          step: Number(step),
          runId,
          ...(datasetName !== undefined && { datasetName }),
          ...(datasetDigest !== undefined && { datasetDigest }),
        };
        latest.set(`${runId} ${datasetName} ${datasetDigest}`, metric);
      }
      return [...latest.values()];
    });
  }

  #readModel(folder: string, modelId: string, experimentId: string, meta: MlrunsMeta): LoggedModel {
    const model = loggedModelFromJson({
      info: {
        model_id: modelId,
        experiment_id: experimentId,
        name: meta.text("name"),
        source_run_id: meta.text("source_run_id"),
        creation_timestamp_ms: meta.number("creation_timestamp") ?? 0,
        last_updated_timestamp_ms: meta.number("last_updated_timestamp") ?? 0,
        // Told by a number in these files.
        status: "LOGGED_MODEL_READY",
        model_type: meta.text("model_type"),
        tags: keyValuesToJson(this.#files.values(join(folder, "tags"))),
      },
      data: { params: keyValuesToJson(this.#files.values(join(folder, "params"))) },
    });
    const metrics = this.#modelMetrics(join(folder, "metrics"));
    return {
      ...model,
      status: modelStatuses[(meta.number("status") ?? 2) - 1] ?? "READY",
      ...(metrics.length > 0 && { metrics }),
    };
  }

  #experimentFolders(): string[] {
    return [this.#root, join(this.#root, trash)].flatMap((parent) =>
      this.#files
        .folders(parent)
        .filter((name) => name !== trash && name !== "models")
        .map((name) => join(parent, name)),
    );
  }

  /** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
  runFolder(runId: string): string {
    const found = this.#experimentFolders()
      .map((folder) => join(folder, runId))
      .find((folder) => this.#files.isFolder(folder));
    if (found === undefined || !/^[0-9a-f]{32}$/.test(runId)) throw noRun(runId);
    return found;
  }

  async #readRun(folder: string, experimentId: string): Promise<Run | undefined> {
    const meta = await this.#files.meta(folder);
    if (meta === undefined) return undefined;
    const runId = basename(folder);
    const tags = this.#files.values(join(folder, "tags"));
    const endTime = meta.number("end_time");
    const deletedTime = meta.number("deleted_time");
    const run: Run = {
      info: {
        runId,
        runName: meta.text("run_name") || (tags["mlflow.runName"] ?? runId),
        experimentId,
        status: statuses[(meta.number("status") ?? 1) - 1] ?? "RUNNING",
        startTime: meta.number("start_time") ?? 0,
        ...(endTime !== undefined && { endTime }),
        lifecycleStage: stageOf(meta),
        ...(deletedTime !== undefined && { deletedTime }),
        artifactUri: meta.text("artifact_uri"),
        userId: meta.text("user_id"),
      },
      data: { params: this.#files.values(join(folder, "params")), metrics: {}, tags },
      inputs: { datasetInputs: await this.#inputs(folder) },
      outputs: { modelOutputs: await this.#outputs(folder) },
      metricSummaries: {},
    };
    setOwn(tags, "mlflow.runName", run.info.runName);
    for (const key of this.#files.keys(join(folder, "metrics"))) {
      for (const point of this.#readPoints(join(folder, "metrics", key))) addMetric(run, { key, ...point });
    }
    return run;
  }

  async #inputs(folder: string): Promise<DatasetInput[]> {
    const inputs: DatasetInput[] = [];
    for (const name of this.#files.folders(join(folder, "inputs"))) {
      const meta = await this.#files.meta(join(folder, "inputs", name));
      if (meta?.text("source_type") !== "DATASET") continue;
      const dataset = await this.#files.meta(join(folder, "..", "datasets", basename(meta.text("source_id"))));
      if (dataset === undefined) continue;
      const [schema, profile] = [dataset.text("schema"), dataset.text("profile")];
      inputs.push({
        dataset: {
          name: dataset.text("name"),
          digest: dataset.text("digest"),
          sourceType: dataset.text("source_type"),
          source: dataset.text("source"),
          ...(schema !== "" && { schema }),
          ...(profile !== "" && { profile }),
        },
        tags: meta.record("tags"),
      });
    }
    return inputs;
  }

  async #outputs(folder: string): Promise<ModelOutput[]> {
    const outputs: ModelOutput[] = [];
    for (const name of this.#files.folders(join(folder, "outputs"))) {
      const meta = await this.#files.meta(join(folder, "outputs", name));
      if (meta !== undefined) outputs.push({ modelId: meta.text("destination_id"), step: meta.number("step") ?? 0 });
    }
    return outputs;
  }

  /** `time value [step [dataset digest]]` */
  #readPoints(path: string): MetricPoint[] {
    return this.#files.rows(path).map(([time = "", value = "", step = "0"], at) => {
      const point = { step: Number(step), value: toNumber(value), timestamp: Number(time) };
      const isWhole = Number.isSafeInteger(point.step) && Number.isSafeInteger(point.timestamp);
      if (isWhole && (!Number.isNaN(point.value) || /^nan$/i.test(value))) return point;
      throw damaged(path, `line ${at + 1} is no time, value and step`);
    });
  }
}

/** Python's way of writing a float. */
function toNumber(text: string): number {
  const infinity = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinity !== null) return infinity[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return text === "" ? Number.NaN : Number(text);
}

function stageOf(meta: MlrunsMeta): LifecycleStage {
  return meta.text("lifecycle_stage") === "deleted" ? "deleted" : "active";
}

/** @param otherwise - given for a location that is not in the file system */
function folderOf(uri: string, otherwise: string): string {
  if (uri.startsWith("file://")) return fileURLToPath(uri);
  return uri.startsWith("/") ? uri : otherwise;
}
