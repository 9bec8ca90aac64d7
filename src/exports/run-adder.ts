import { randomUUID } from "node:crypto";
import { isNotFound } from "../errors.js";
import { partsOf } from "../tracking/batch-builder.js";
import type { TrackingClient } from "../tracking/client.js";
import type { Run } from "../tracking/types.js";
import type { ImportedRun } from "./export-format.js";

/** On a run while it is being added: one that has it when its import has ended in the middle is added anew. */
const unfinished = "runlab.import";

/** Adds runs that have been checked to an experiment: each is there whole, or not. */
export class RunAdder {
  readonly #client: TrackingClient;
  readonly #experimentId: string;
  /** Which import a run is unfinished from; another process may import the same file. */
  readonly #token = randomUUID();
  /** Runs that the file has no ids for: imported again they would be other runs. */
  readonly #nameless: string[] = [];
  #added = 0;
  #skipped = 0;

  constructor(client: TrackingClient, experimentId: string) {
    this.#client = client;
    this.#experimentId = experimentId;
  }

  get added(): number {
    return this.#added;
  }

  /** Runs that the store has already; they stay as they are. */
  get skipped(): number {
    return this.#skipped;
  }

  async add(run: ImportedRun): Promise<void> {
    if (run.runId !== undefined && (await this.#has(run.runId))) {
      this.#skipped++;
      return;
    }
    const { runId, runName, startTime, userId } = run;
    const created = await this.#client.createRun(this.#experimentId, {
      ...(runId === undefined ? {} : { runId }),
      ...(runName === undefined ? {} : { runName }),
      ...(startTime === undefined ? {} : { startTime }),
      ...(userId === undefined ? {} : { userId }),
      tags: { [unfinished]: this.#token },
      owned: false,
    });
    const id = created.info.runId;
    try {
      await this.#fill(created, run);
      await this.#client.deleteTag(id, unfinished);
    } catch (error) {
      if ((await this.#tokenOf(id).catch(() => undefined)) === this.#token)
        await this.#remove(id).catch(() => undefined);
      throw error;
    }
    if (runId === undefined) this.#nameless.push(id);
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

  async #fill(created: Run, run: ImportedRun): Promise<void> {
    const client = this.#client;
    const id = created.info.runId;
    const tags = { ...run.tags, "mlflow.runName": created.info.runName };
    const params = Object.entries(run.params).map(([key, value]) => ({ key, value }));
    const metrics = Object.entries(run.metrics).flatMap(([key, list]) => list.map((point) => ({ key, ...point })));
    for (const part of partsOf({ tags, params, metrics })) await client.logBatch(id, part);
    if (run.datasetInputs.length > 0) await client.logInputs(id, run.datasetInputs);
    if (run.modelOutputs.length > 0) await client.logOutputs(id, run.modelOutputs);
    const { startTime } = created.info;
    await client.updateRun(id, run.status, Math.max(run.endTime ?? startTime, startTime));
  }

  async #has(runId: string): Promise<boolean> {
    try {
      if ((await this.#tokenOf(runId)) === undefined) return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
    await this.#remove(runId);
    return false;
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
