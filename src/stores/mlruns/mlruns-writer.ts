import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { TrackingError } from "../../errors.js";
import { loggedModelToJson } from "../../tracking/mlflow-model-json.js";
import type {
  LoggedModelChanges,
  ModelMetric,
  ModelRegistry,
  ModelVersion,
  ModelVersionChanges,
  RegisteredModelChanges,
} from "../../tracking/registry.js";
import type { RunBatch, RunChanges, TrackingStore } from "../../tracking/store.js";
import type { Metric } from "../../tracking/types.js";
import { printYaml } from "../../yaml-text.js";
import { nodeDisk } from "../file/node-disk.js";
import { MlrunsFiles } from "./mlruns-files.js";
import { type MlrunsReader, modelStatuses, statuses } from "./mlruns-reader.js";

/** What copying into an `mlruns` folder writes. */
export type MlrunsWrites = Pick<
  TrackingStore,
  | "createExperiment"
  | "updateExperiment"
  | "createRun"
  | "updateRun"
  | "logBatch"
  | "logMetric"
  | "deleteTag"
  | "logInputs"
  | "logOutputs"
> & {
  registry: Pick<
    ModelRegistry,
    "createLoggedModel" | "createRegisteredModel" | "createModelVersion" | "deleteModelVersion"
  > & {
    updateLoggedModel(modelId: string, changes: LoggedModelChanges): Promise<void>;
    updateRegisteredModel(name: string, changes: RegisteredModelChanges): Promise<void>;
    updateModelVersion(name: string, version: string, changes: ModelVersionChanges): Promise<void>;
  };
};

/**
 * Writes MLflow's file store, in its layout. One process writes, and no MLflow meanwhile: MLflow's own processes take no locks there.
 * @see mlflow/store/tracking/file_store.py and mlflow/store/model_registry/file_store.py, 3.17
 */
export function mlrunsWrites(root: string, reader: MlrunsReader): MlrunsWrites {
  const disk = nodeDisk();
  const files = new MlrunsFiles();
  /** The number of the last version of each registered model: none is given twice. */
  const lastVersions = new Map<string, number>();

  const writeMeta = async (folder: string, fields: object): Promise<void> => {
    disk.makeFolder(folder);
    disk.replace(join(folder, "meta.yaml"), await printYaml(fields));
  };
  const changeMeta = async (folder: string, changes: object): Promise<void> => {
    const meta = await files.meta(folder);
    await writeMeta(folder, { ...meta?.fields, ...changes });
  };
  const writeValues = (folder: string, values: Readonly<Record<string, string>>): void => {
    disk.makeFolder(folder);
    for (const [key, value] of Object.entries(values)) {
      const path = join(folder, key);
      disk.makeFolder(dirname(path));
      disk.replace(path, value);
    }
  };
  const addPoints = (folder: string, metrics: readonly Metric[]): void => {
    const lines = new Map<string, string>();
    for (const { key, value, timestamp, step } of metrics) {
      lines.set(key, `${lines.get(key) ?? ""}${timestamp} ${floatText(value)} ${step}\n`);
    }
    for (const [key, text] of lines) {
      const path = join(folder, key);
      disk.makeFolder(dirname(path));
      const { fd } = disk.open(path);
      try {
        disk.append(fd, text, path);
      } finally {
        disk.close(fd);
      }
    }
  };
  const logBatch = async (runId: string, { metrics = [], params = [], tags = {} }: RunBatch): Promise<void> => {
    const folder = reader.runFolder(runId);
    writeValues(join(folder, "params"), Object.fromEntries(params.map(({ key, value }) => [key, value])));
    writeValues(join(folder, "tags"), tags);
    addPoints(join(folder, "metrics"), metrics);
  };
  const modelFolder = (name: string) => join(root, "models", name);
  const versionFolder = (name: string, version: string) => join(modelFolder(name), `version-${version}`);

  return {
    async createExperiment({ name, tags = {} }) {
      const taken = (await reader.experiments()).map(({ experimentId }) => Number(experimentId));
      const id = name === "Default" && !taken.includes(0) ? "0" : String(Math.max(0, ...taken) + 1);
      const now = Date.now();
      const folder = join(root, id);
      writeValues(join(folder, "tags"), tags);
      await writeMeta(folder, {
        artifact_location: pathToFileURL(folder).href,
        creation_time: now,
        experiment_id: id,
        last_update_time: now,
        lifecycle_stage: "active",
        name,
      });
      const made = (await reader.experiments()).find(({ experimentId }) => experimentId === id);
      if (made === undefined) throw new TrackingError("INTERNAL_ERROR", `Experiment ${id} was not written to ${root}.`);
      return made;
    },

    async updateExperiment(experimentId, { setTags = {} }) {
      writeValues(join(root, experimentId, "tags"), setTags);
    },

    async createRun({ runId = "", experimentId, runName, userId, startTime, tags }) {
      const folder = join(root, experimentId, runId);
      for (const name of ["metrics", "params", "artifacts"]) disk.makeFolder(join(folder, name));
      writeValues(join(folder, "tags"), { ...tags, "mlflow.runName": runName });
      await writeMeta(folder, {
        artifact_uri: pathToFileURL(join(folder, "artifacts")).href,
        end_time: null,
        entry_point_name: "",
        experiment_id: experimentId,
        lifecycle_stage: "active",
        run_id: runId,
        run_name: runName,
        source_name: "",
        source_type: 4,
        source_version: "",
        start_time: startTime,
        status: 1,
        tags: [],
        user_id: userId,
      });
      return reader.run(runId);
    },

    async updateRun(runId: string, { status, endTime }: RunChanges) {
      await changeMeta(reader.runFolder(runId), {
        ...(status !== undefined && { status: statuses.indexOf(status) + 1 }),
        ...(endTime !== undefined && { end_time: endTime }),
      });
    },

    logBatch,
    logMetric: (runId, metric) => logBatch(runId, { metrics: [metric] }),

    async deleteTag(runId, key) {
      disk.remove(join(reader.runFolder(runId), "tags", key));
    },

    async logInputs(runId, inputs) {
      const folder = reader.runFolder(runId);
      for (const { dataset, tags } of inputs) {
        const { name, digest, sourceType, source, schema, profile } = dataset;
        const id = createHash("md5").update(name).update(digest).digest("hex");
        const fields = { name, digest, source_type: sourceType, source, schema, profile };
        await writeMeta(join(folder, "..", "datasets", id), fields);
        const inputId = createHash("md5").update(id).update(runId).digest("hex");
        await writeMeta(join(folder, "inputs", inputId), {
          source_type: "DATASET",
          source_id: id,
          destination_type: "RUN",
          destination_id: id,
          tags,
        });
      }
    },

    async logOutputs(runId, outputs) {
      for (const { modelId, step } of outputs) {
        await writeMeta(join(reader.runFolder(runId), "outputs", modelId), {
          source_type: "RUN_OUTPUT",
          source_id: modelId,
          destination_type: "MODEL_OUTPUT",
          destination_id: modelId,
          step,
          tags: {},
        });
      }
    },

    registry: {
      async createLoggedModel(model) {
        const now = Date.now();
        const folder = join(root, model.experimentId, "models", model.modelId);
        const { status = "READY", tags = {} } = model;
        const record = { ...model, status, tags, creationTimestamp: now, lastUpdatedTimestamp: now };
        const { info } = loggedModelToJson(record, "");
        writeValues(join(folder, "tags"), Object.fromEntries((info.tags ?? []).map(({ key, value }) => [key, value])));
        writeValues(join(folder, "params"), model.params ?? {});
        disk.makeFolder(join(folder, "artifacts"));
        await writeMeta(folder, {
          artifact_location: pathToFileURL(join(folder, "artifacts")).href,
          creation_timestamp: now,
          experiment_id: model.experimentId,
          last_updated_timestamp: now,
          model_id: model.modelId,
          model_type: model.modelType,
          name: model.name,
          source_run_id: model.sourceRunId,
          status: modelStatuses.indexOf(status) + 1,
          status_message: null,
        });
        return record;
      },

      async updateLoggedModel(modelId, { status, metrics = [] }) {
        const folder = await reader.modelFolder(modelId);
        if (status !== undefined) await changeMeta(folder, { status: modelStatuses.indexOf(status) + 1 });
        const lines = new Map<string, string>();
        for (const metric of metrics) lines.set(metric.key, (lines.get(metric.key) ?? "") + modelMetricLine(metric));
        writeValues(join(folder, "metrics"), Object.fromEntries(lines));
      },

      async createRegisteredModel({ name, description = "", tags = {} }) {
        const folder = modelFolder(name);
        const now = Date.now();
        writeValues(join(folder, "tags"), tags);
        disk.makeFolder(join(folder, "aliases"));
        await writeMeta(folder, {
          aliases: {},
          creation_timestamp: now,
          description,
          last_updated_timestamp: now,
          name,
        });
        return {
          name,
          description,
          tags,
          aliases: {},
          creationTimestamp: now,
          lastUpdatedTimestamp: now,
          latestVersions: [],
        };
      },

      async updateRegisteredModel(name, { aliases = {}, setTags = {} }) {
        writeValues(join(modelFolder(name), "tags"), setTags);
        for (const [alias, version] of Object.entries(aliases)) {
          if (version !== null) writeValues(join(modelFolder(name), "aliases"), { [alias]: version });
        }
      },

      async createModelVersion({ name, source, runId, userId, modelId, description = "", tags = {} }) {
        const numbers = files
          .folders(modelFolder(name))
          .map((child) => Number(/^version-(\d+)$/.exec(child)?.[1] ?? 0));
        const number = Math.max(lastVersions.get(name) ?? 0, ...numbers) + 1;
        lastVersions.set(name, number);
        const version = String(number);
        const now = Date.now();
        writeValues(join(versionFolder(name, version), "tags"), tags);
        await writeMeta(versionFolder(name, version), {
          creation_timestamp: now,
          current_stage: "None",
          description,
          last_updated_timestamp: now,
          model_id: modelId ?? null,
          name,
          run_id: runId,
          run_link: null,
          source,
          status: "READY",
          status_message: null,
          storage_location: source,
          user_id: userId,
          version: number,
        });
        const made: ModelVersion = {
          name,
          version,
          creationTimestamp: now,
          lastUpdatedTimestamp: now,
          description,
          userId,
          currentStage: "None",
          source,
          runId,
          ...(modelId !== undefined && { modelId }),
          status: "READY",
          tags,
          aliases: [],
        };
        return made;
      },

      async updateModelVersion(name, version, { stage }) {
        if (stage !== undefined) await changeMeta(versionFolder(name, version), { current_stage: stage });
      },

      async deleteModelVersion(name, version) {
        await disk.removeFolder(versionFolder(name, basename(version)));
      },
    },
  };
}

/** `time value step run [dataset digest]` */
function modelMetricLine({ timestamp, value, step, runId, datasetName, datasetDigest }: ModelMetric): string {
  const dataset = datasetName === undefined ? "" : ` ${datasetName} ${datasetDigest ?? ""}`;
  return `${timestamp} ${floatText(value)} ${step} ${runId}${dataset}\n`;
}

/** As Python reads a float. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0.0" : String(value);
}
