import { randomUUID } from "node:crypto";
import { isNotFound, RunlabError } from "../errors.js";
import { own } from "../own.js";
import { allPages } from "../tracking/all-pages.js";
import { partsOf } from "../tracking/batch-builder.js";
import type { TrackingClient } from "../tracking/client.js";
import type { MetricPoint, ModelOutput, Run } from "../tracking/types.js";
import type { ImportedModel, ImportedPoints, ImportedRun } from "./export-format.js";
import { newPoints } from "./new-points.js";

/** On a run while it is being added: one that has it when its import has ended in the middle is added anew. */
const unfinished = "runlab.import";

/** MLflow's largest batch. */
const metricsAtOnce = 1000;

/** On a copy: the id that its run has in the file, and perhaps in another experiment of the store. */
const copiedFrom = "runlab.import.run_id";

export const parentTag = "mlflow.parentRunId";

/** How much a run is to add: itself, its points and its files. */
export function workOfRun({ metrics, artifacts }: ImportedRun): number {
  return Object.values(metrics).reduce((sum, points) => sum + points.length, 1 + (artifacts?.length ?? 0));
}

/** Adds runs that have been checked to an experiment: each is there whole, or not. */
export class RunAdder {
  readonly #client: TrackingClient;
  readonly #experimentId: string;
  /** Which import a run is unfinished from; another process may import the same file. */
  readonly #token = randomUUID();
  /** Runs that the file has no ids for: imported again they would be other runs. */
  readonly #nameless: string[] = [];
  /** The copies that the experiment has, by the ids of their originals; read when the first is asked for. */
  #copies: Promise<Map<string, string>> | undefined;
  /** As MLflow's servers do: then every run is a copy. */
  #storeGivesIds = false;
  #modelsLeft = 0;
  #added = 0;
  #copied = 0;
  #skipped = 0;
  #grown = 0;
  #pointsAdded = 0;

  readonly #advance: (work: number) => void;

  /** @param advance - takes each piece of work that is done, counted as by {@link workOfRun} */
  constructor(client: TrackingClient, experimentId: string, advance: (work: number) => void = () => undefined) {
    this.#client = client;
    this.#experimentId = experimentId;
    this.#advance = advance;
  }

  get added(): number {
    return this.#added;
  }

  /** Those of the added ones that are copies with ids of their own. */
  get copied(): number {
    return this.#copied;
  }

  /** Runs that the experiment has already, themselves or as copies; they stay as they are. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Those of them that got points which an earlier import had not found, and how many these are. */
  get grown(): { runs: number; points: number } {
    return { runs: this.#grown, points: this.#pointsAdded };
  }

  /** What was not kept, a sentence each. */
  get notes(): string[] {
    const count = this.#modelsLeft;
    return [
      ...(this.#storeGivesIds && this.#copied > 0 ? ["The store gives runs ids of its own."] : []),
      ...(count === 0
        ? []
        : [`Logged models that the store did not take as such: ${count}; their files are in the runs.`]),
    ];
  }

  /**
   * Adds a run under its own id; when another experiment has it, or the store gives ids itself, a copy. A run that the experiment
   * has stays as it is, but for the new points of one that grows. Of nested runs the parent must come first.
   */
  async add(run: ImportedRun): Promise<void> {
    const { runId, runName, startTime, userId } = run;
    const known = runId === undefined ? undefined : await this.#whereIs(runId);
    if (known === "here") {
      this.#skipped++;
      if (run.grows && runId !== undefined) await this.#grow(run, runId);
      return;
    }
    const original = known === "elsewhere" ? runId : undefined;
    const created = await this.#client
      .createRun(this.#experimentId, {
        ...(runId === undefined || original !== undefined ? {} : { runId }),
        ...(runName === undefined ? {} : { runName }),
        ...(startTime === undefined ? {} : { startTime }),
        ...(userId === undefined ? {} : { userId }),
        tags: { [unfinished]: this.#token, ...(original === undefined ? {} : { [copiedFrom]: original }) },
        owned: false,
      })
      .catch((error: unknown) => {
        if (runId === undefined || original !== undefined || !isNotImplemented(error)) throw error;
        this.#storeGivesIds = true;
        return undefined;
      });
    if (created === undefined) return this.add(run);
    const id = created.info.runId;
    try {
      await this.#fill(created, run, original);
      await this.#client.deleteTag(id, unfinished);
    } catch (error) {
      if ((await this.#tokenOf(id).catch(() => undefined)) === this.#token)
        await this.#remove(id).catch(() => undefined);
      throw error;
    }
    if (runId === undefined) this.#nameless.push(id);
    if (original !== undefined) {
      (await this.#copiesHere()).set(original, id);
      this.#copied++;
    }
    this.#added++;
  }

  /** After a failure: takes back what importing again would add a second time. @returns how many of the added runs stay */
  async withdraw(): Promise<number> {
    let left = this.#added;
    for (const id of this.#nameless) {
      const removed = await this.#remove(id).then(
        () => true,
        () => false,
      );
      if (removed) left--;
    }
    return left;
  }

  /** @param original - the id of the run that this is a copy of */
  async #fill(created: Run, run: ImportedRun, original: string | undefined): Promise<void> {
    const client = this.#client;
    const id = created.info.runId;
    const nestedIn = own(run.tags, parentTag);
    const parent = nestedIn === undefined ? undefined : (await this.#copiesHere()).get(nestedIn);
    const tags = {
      ...run.tags,
      "mlflow.runName": created.info.runName,
      ...(original === undefined ? {} : { [copiedFrom]: original }),
      ...(parent === undefined ? {} : { [parentTag]: parent }),
    };
    const params = Object.entries(run.params).map(([key, value]) => ({ key, value }));
    for (const part of partsOf({ tags, params })) await client.logBatch(id, part);
    for (const [key, points] of Object.entries(run.metrics)) await this.#logPoints(id, key, points);
    for (const { path, give } of run.artifacts ?? []) {
      await give((content) => client.writeArtifact(id, path, content));
      this.#advance(1);
    }
    const modelIds = new Map<string, string>();
    for (const model of run.loggedModels ?? []) {
      // The original has its id.
      if (original !== undefined) modelIds.set(model.modelId, `m-${randomUUID().replaceAll("-", "")}`);
      await this.#addModel(id, { ...model, modelId: modelIds.get(model.modelId) ?? model.modelId });
    }
    if (run.datasetInputs.length > 0) await client.logInputs(id, run.datasetInputs);
    const outputs = run.modelOutputs.map(
      ({ modelId, step }): ModelOutput => ({ modelId: modelIds.get(modelId) ?? modelId, step }),
    );
    if (outputs.length > 0) await client.logOutputs(id, outputs);
    const { startTime } = created.info;
    await client.updateRun(id, run.status, Math.max(run.endTime ?? startTime, startTime));
  }

  async #logPoints(runId: string, key: string, points: ImportedPoints): Promise<void> {
    for (let from = 0; from < points.length; from += metricsAtOnce) {
      const part = points.slice(from, from + metricsAtOnce);
      await this.#client.logBatch(runId, {
        metrics: part.map(({ step, value, timestamp }) => ({ key, value, timestamp, step })),
      });
      this.#advance(part.length);
    }
  }

  /** A deleted run stays as it is. */
  async #grow({ metrics, endTime }: ImportedRun, runId: string): Promise<void> {
    const client = this.#client;
    const id = this.#storeGivesIds ? ((await this.#copiesHere()).get(runId) ?? runId) : runId;
    const { info, metricSummaries } = await client.getRun(id);
    if (info.lifecycleStage === "deleted") return;
    const before = this.#pointsAdded;
    for (const [key, points] of Object.entries(metrics)) {
      const count = own(metricSummaries, key)?.count ?? 0;
      if (count === points.length) continue;
      const known: MetricPoint[] = count === 0 ? [] : await client.getMetricHistory(id, key);
      const added = count === 0 ? points : newPoints(points, known);
      await this.#logPoints(id, key, added);
      this.#pointsAdded += added.length;
    }
    if (this.#pointsAdded === before) return;
    this.#grown++;
    if (endTime !== undefined && endTime > (info.endTime ?? 0)) await client.updateRun(id, info.status, endTime);
  }

  /** One that an import before has left, ended in the middle, stays. */
  async #addModel(sourceRunId: string, model: ImportedModel): Promise<void> {
    try {
      await this.#client.createLoggedModel({ ...model, experimentId: this.#experimentId, sourceRunId });
    } catch (error) {
      if (isNotImplemented(error)) {
        this.#modelsLeft++;
        return;
      }
      if (!(error instanceof RunlabError) || error.code !== "RESOURCE_ALREADY_EXISTS") throw error;
      const there = await this.#client.getLoggedModel(model.modelId).catch(() => undefined);
      if (there?.sourceRunId !== sourceRunId) throw error;
    }
  }

  /** Where the store has a run already: in this experiment, itself or as a copy, or in another one. */
  async #whereIs(runId: string): Promise<"here" | "elsewhere" | undefined> {
    if (this.#storeGivesIds) return (await this.#copiesHere()).has(runId) ? "here" : "elsewhere";
    const run = await this.#client.getRun(runId).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    if (run?.data.tags[unfinished] !== undefined) {
      await this.#remove(runId);
      return undefined;
    }
    if (run === undefined) return undefined;
    if (run.info.experimentId === this.#experimentId) return "here";
    return (await this.#copiesHere()).has(runId) ? "here" : "elsewhere";
  }

  #copiesHere(): Promise<Map<string, string>> {
    this.#copies ??= this.#readCopies();
    return this.#copies;
  }

  /** Also deleted ones; what an import left unfinished is removed. */
  async #readCopies(): Promise<Map<string, string>> {
    const found = await allPages((pageToken) =>
      this.#client.searchRuns({
        experimentIds: [this.#experimentId],
        filterString: `tags.\`${copiedFrom}\` LIKE '%'`,
        viewType: "ALL",
        maxResults: 1000,
        pageToken,
      }),
    );
    const copies = new Map<string, string>();
    for (const { info, data } of found) {
      const original = own(data.tags, copiedFrom);
      if (own(data.tags, unfinished) !== undefined) await this.#remove(info.runId);
      else if (original !== undefined) copies.set(original, info.runId);
    }
    return copies;
  }

  async #tokenOf(runId: string): Promise<string | undefined> {
    return (await this.#client.getRun(runId)).data.tags[unfinished];
  }

  /** A store that cannot remove a run for good keeps it as deleted. */
  async #remove(runId: string): Promise<void> {
    await this.#client.deleteRun(runId);
    await this.#client.purgeRun(runId);
  }
}

function isNotImplemented(error: unknown): boolean {
  return error instanceof RunlabError && error.code === "NOT_IMPLEMENTED";
}
