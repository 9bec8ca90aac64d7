import { RunlabError, TrackingError } from "../../errors.js";
import { allPages } from "../../tracking/all-pages.js";
import { partsOf } from "../../tracking/batch-builder.js";
import type { TrackingClient } from "../../tracking/client.js";
import { versionsTag } from "../../tracking/mlflow-model-json.js";
import type { LoggedModel } from "../../tracking/registry.js";
import type { Run } from "../../tracking/types.js";
import { copyTags, firstDifference, missingPoints, runContent, type Unkept } from "./run-content.js";
import { filesOf, sha256, withFile, withIds } from "./run-files.js";

export type CopyOutcome = "copied" | "there" | { differs: string };

/**
 * Copies runs to another store, with their ids where it takes them. A run bears a mark until it is whole; one that is found with it is
 * completed. What was copied is read back and compared.
 */
export class RunCopier {
  readonly #from: TrackingClient;
  readonly #to: TrackingClient;
  readonly #folder: string;
  readonly #unkept: Unkept;
  /** Ids of runs and models that are others in the copy. */
  readonly ids = new Map<string, string>();
  /** What the other store cannot hold, for a person. */
  readonly leftOut: string[] = [];

  /** @param folder - for files on their way */
  constructor(from: TrackingClient, to: TrackingClient, folder: string) {
    this.#from = from;
    this.#to = to;
    this.#folder = folder;
    this.#unkept = { ...from.store.differences, ...to.store.differences };
  }

  /** @throws {TrackingError} DATA_LOSS when what is read back is not what was copied */
  async copy(run: Run, experimentId: string): Promise<CopyOutcome> {
    const { runId } = run.info;
    const found = await this.#find(run, experimentId);
    if (found !== undefined) this.#note(runId, found.info.runId);
    if (found !== undefined && !Object.hasOwn(found.data.tags, copyTags.unfinished)) {
      await this.#noteModels(runId, found.info.runId);
      const differs = await this.#difference(run, found);
      return differs === undefined ? "there" : { differs };
    }
    const copy = found ?? (await this.#create(run, experimentId));
    const id = copy.info.runId;
    this.#note(runId, id);
    await this.#copyValues(run, copy);
    await this.#copyModels(run, copy);
    const digests = await this.#copyFiles(run, id);
    const { inputs, outputs } = run;
    if (inputs.datasetInputs.length > 0) await this.#to.logInputs(id, inputs.datasetInputs);
    const models = outputs.modelOutputs.map(({ modelId, step }) => ({ modelId: this.#idOf(modelId), step }));
    if (models.length > 0) await this.#to.logOutputs(id, models);
    await this.#to.updateRun(id, run.info.status, run.info.endTime);
    const differs = await this.#difference(run, await this.#to.getRun(id), digests);
    if (differs !== undefined) {
      throw new TrackingError(
        "DATA_LOSS",
        `The copy of run ${run.info.runName} (${runId}) is not equal to it: ${differs}.`,
        {
          hint: "It keeps its tag runlab.copying. Copy again; if it stays so, one of the stores does not keep what it is given.",
        },
      );
    }
    await this.#to.deleteTag(id, copyTags.unfinished);
    return "copied";
  }

  async #find(run: Run, experimentId: string): Promise<Run | undefined> {
    const { runId } = run.info;
    if (!this.#givesIds) {
      return this.#to.getRun(runId).catch((error: unknown) => {
        if (error instanceof RunlabError && error.code === "RESOURCE_DOES_NOT_EXIST") return undefined;
        throw error;
      });
    }
    const [found] = await this.#to.searchRuns({
      experimentIds: [experimentId],
      filterString: `tags.\`${copyTags.origin}\` = '${runId}'`,
      maxResults: 1,
    });
    return found;
  }

  #create({ info, data }: Run, experimentId: string): Promise<Run> {
    const { runId, runName, startTime, userId } = info;
    const parent = data.tags["mlflow.parentRunId"];
    return this.#to.createRun(experimentId, {
      ...(this.#givesIds ? {} : { runId }),
      runName,
      startTime,
      userId,
      tags: {
        [copyTags.unfinished]: this.#from.store.uri,
        ...(this.#givesIds && { [copyTags.origin]: runId }),
        ...(parent !== undefined && { "mlflow.parentRunId": this.#idOf(parent) }),
      },
      owned: false,
    });
  }

  async #copyValues(run: Run, copy: Run): Promise<void> {
    const id = copy.info.runId;
    const tags = { ...run.data.tags };
    if (tags["mlflow.parentRunId"] !== undefined) tags["mlflow.parentRunId"] = this.#idOf(tags["mlflow.parentRunId"]);
    // What is a copy already, from elsewhere, is found here by the id that it has there.
    if (this.#givesIds) delete tags[copyTags.origin];
    const params = Object.entries(run.data.params).map(([key, value]) => ({ key, value }));
    for (const part of partsOf({ params, tags })) await this.#to.logBatch(id, part);
    for (const key of Object.keys(run.data.metrics)) {
      const there = await this.#to.getMetricHistory(id, key);
      const points = await this.#from.getMetricHistory(run.info.runId, key);
      const metrics = missingPoints(points, there, this.#unkept).map((point) => ({ key, ...point }));
      for (const part of partsOf({ metrics })) await this.#to.logBatch(id, part);
    }
  }

  /** The records of models, so that their files find their place. */
  async #copyModels(run: Run, copy: Run): Promise<void> {
    const there = await modelsOf(this.#to, copy.info.runId);
    for (const model of await modelsOf(this.#from, run.info.runId)) {
      const { creationTimestamp: _, lastUpdatedTimestamp: __, status, metrics = [], ...record } = model;
      // A server writes this tag itself, and would add to it.
      if (this.#givesIds) delete record.tags[versionsTag];
      const target = { experimentId: copy.info.experimentId, sourceRunId: copy.info.runId };
      const same = there.find(({ artifactPath }) => artifactPath === model.artifactPath);
      try {
        const made = same ?? (await this.#to.createLoggedModel({ ...record, ...target, status }));
        this.#note(model.modelId, made.modelId);
        if (status !== "PENDING") await this.#to.finalizeLoggedModel(made.modelId, { status });
        if (metrics.length > 0 && this.#to.store.registry.updateLoggedModel !== undefined) {
          // What the run has of them is there first.
          await this.#to.settle(copy.info.runId);
          const measured = metrics.map((metric) => ({ ...metric, runId: this.#idOf(metric.runId) }));
          await this.#to.updateLoggedModel(made.modelId, { metrics: measured });
        }
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.leftOut.push(`the record of model ${model.name} of run ${run.info.runId}: ${error.message}`);
      }
    }
  }

  async #noteModels(runId: string, copyId: string): Promise<void> {
    if (!this.#givesIds) return;
    const copies = await modelsOf(this.#to, copyId);
    for (const { modelId, artifactPath } of await modelsOf(this.#from, runId)) {
      const copy = copies.find((one) => one.artifactPath === artifactPath);
      if (copy !== undefined) this.#note(modelId, copy.modelId);
    }
  }

  /** @returns the digests of the files as they were put, by path */
  async #copyFiles(run: Run, id: string): Promise<Map<string, string>> {
    const { runId } = run.info;
    const digests = new Map<string, string>();
    const artifacts = await this.#to.store.artifacts(id);
    for (const path of await filesOf(this.#from, runId)) {
      await withFile(this.#from, runId, path, this.#folder, async (original) => {
        const file = await this.#withOwnIds(original, path);
        try {
          await artifacts.put(path, { file });
        } catch (error) {
          if (!isRefusal(error)) throw error;
          this.leftOut.push(`the file ${path} of run ${runId}: ${error.message}`);
          return;
        }
        digests.set(path, await sha256(file));
      });
    }
    return digests;
  }

  /** An MLmodel file names the model and its run. */
  async #withOwnIds(file: string, path: string): Promise<string> {
    return this.ids.size > 0 && path.endsWith("/MLmodel") ? withIds(file, this.ids, this.#folder) : file;
  }

  /** @param digests - of the files that were copied; default: those of the source */
  async #difference(run: Run, copy: Run, digests?: ReadonlyMap<string, string>): Promise<string | undefined> {
    const source = await runContent(this.#from, run, this.#unkept, (id) => this.#idOf(id));
    const other = await runContent(this.#to, copy, this.#unkept);
    const files = digests ?? (await this.#digests(this.#from, run.info.runId, true));
    for (const [path, digest] of files) source.set(`file '${path}'`, digest);
    for (const [path, digest] of await this.#digests(this.#to, copy.info.runId, false)) {
      // Under a folder with files that are not the run's own, as a server may have it.
      other.set(`file '${path}'`, digest);
    }
    return firstDifference(source, other);
  }

  async #digests(client: TrackingClient, runId: string, ownIds: boolean): Promise<Map<string, string>> {
    const digests = new Map<string, string>();
    for (const path of await filesOf(client, runId)) {
      await withFile(client, runId, path, this.#folder, async (file) => {
        digests.set(path, await sha256(ownIds ? await this.#withOwnIds(file, path) : file));
      });
    }
    return digests;
  }

  get #givesIds(): boolean {
    return Object.hasOwn(this.#to.store.differences ?? {}, "givenIds");
  }

  #idOf(id: string): string {
    return this.ids.get(id) ?? id;
  }

  #note(id: string, copyId: string): void {
    if (id !== copyId) this.ids.set(id, copyId);
  }
}

function modelsOf(client: TrackingClient, runId: string): Promise<LoggedModel[]> {
  return allPages((pageToken) =>
    client.searchLoggedModels({ runId, ...(pageToken === undefined ? {} : { pageToken }) }),
  );
}

function isRefusal(error: unknown): error is RunlabError {
  return error instanceof RunlabError && error.code === "INVALID_PARAMETER_VALUE";
}
