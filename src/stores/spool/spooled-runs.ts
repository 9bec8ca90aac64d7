import { copyFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { TrackingError } from "../../errors.js";
import { makeFolder } from "../../make-folder.js";
import type { ArtifactContent } from "../../tracking/artifact-store.js";
import type { Outbox, SyncResult, Waiting } from "../../tracking/outbox.js";
import { type NewRun, type RunBatch, stored } from "../../tracking/store.js";
import type { Run, RunStatus } from "../../tracking/types.js";
import { addMetric } from "../metric-summary.js";
import { newRun } from "../new-run.js";
import { applyChange, checkActive, checkParams, checkTag, type RunChange } from "../run-change.js";
import type { Reach } from "./reach.js";
import type { RemoteStore } from "./remote-store.js";
import { RunSpool, type SpoolContext } from "./run-spool.js";
import type { SpoolEntry } from "./spool-entry.js";
import type { SpoolFolder } from "./spool-folder.js";

/** The runs that this process logs to: what each will be once everything is sent, and what waits of each. */
export class SpooledRuns implements Outbox {
  readonly #folder: SpoolFolder;
  readonly #remote: RemoteStore;
  readonly #reach: Reach;
  readonly #context: SpoolContext;
  readonly #spools = new Map<string, RunSpool>();
  /** As they will be once everything is sent, so that a wrong value is refused at once. */
  readonly #known = new Map<string, Run>();
  readonly #learning = new Map<string, Promise<Run>>();
  /** From the id of a run that was started while the server was away to the id that the server has given it. */
  readonly #ids = new Map<string, string>();

  constructor(remote: RemoteStore, folder: SpoolFolder, reach: Reach) {
    this.#remote = remote;
    this.#folder = folder;
    this.#reach = reach;
    this.#context = {
      remote,
      reach,
      resolveParent: async (experimentId, runId) =>
        this.#ids.get(runId) ?? (await remote.runOfRequest(experimentId, runId))?.info.runId ?? runId,
      created: (runId, remoteId) => this.#rename(runId, remoteId),
      idle: (spool) => this.#tidy(spool),
    };
  }

  runIdOf(runId: string): string {
    return this.#ids.get(runId) ?? runId;
  }

  /** The run, where this process logs to it. */
  get(runId: string): Run | undefined {
    return this.#known.get(this.runIdOf(runId));
  }

  /** A run that the server has just made. */
  add(run: Run): void {
    this.#known.set(run.info.runId, run);
  }

  /** A run that is made while the server is away: until it is back, the id of the request stands in for the one that it will give. */
  begin(wanted: NewRun, requestId: string): Run {
    const file = this.#folder.create({ runId: requestId, create: wanted });
    this.#spools.set(requestId, new RunSpool(file, this.#context));
    const run = newRun({ ...wanted, runId: requestId }, () => "");
    this.#known.set(requestId, run);
    return run;
  }

  /** The next log call to the run asks the server whether it is still there. */
  forget(runId: string): void {
    this.#known.delete(this.runIdOf(runId));
  }

  // ---- what is logged

  log(runId: string, batch: RunBatch): Promise<void> {
    try {
      const id = this.runIdOf(runId);
      const run = this.#known.get(id);
      if (run === undefined) return this.#learn(id).then(() => this.log(id, batch));
      const { metrics = [], params = [], tags } = batch;
      checkActive(run);
      checkParams(run, params);
      this.#spoolOf(id).log(batch);
      for (const metric of metrics) addMetric(run, metric);
      applyChange(run, { params, ...(tags && { tags }) });
      return stored;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @param direct - for a run that this process does not log to */
  async change(
    runId: string,
    entry: SpoolEntry,
    change: RunChange,
    direct: (id: string) => Promise<void>,
  ): Promise<void> {
    const id = this.runIdOf(runId);
    const run = this.#known.get(id);
    if (run === undefined) {
      await this.sent(id);
      return this.#reach.ask(() => direct(id));
    }
    if (entry.kind === "deleteTag" && this.#reach.isAway) checkTag(run, entry.key);
    const done = this.#spoolOf(id).change(entry);
    applyChange(run, change);
    try {
      await done;
    } catch (error) {
      // The change was applied to the known run above, but never took place.
      this.forget(id);
      throw error;
    }
  }

  /** @returns false for a run of which this process knows nothing */
  async keepFile(runId: string, path: string, content: ArtifactContent): Promise<boolean> {
    const id = this.runIdOf(runId);
    if (!this.#known.has(id)) return false;
    const { name, path: copy } = this.#spoolOf(id).file.newFile();
    makeFolder(dirname(copy), { mode: 0o700 });
    await (content instanceof Uint8Array ? writeFile(copy, content) : copyFile(content.file, copy));
    await this.#spoolOf(this.runIdOf(id)).change({ kind: "artifact", path, file: name });
    return true;
  }

  /** The copy of a file that waits. @throws RESOURCE_DOES_NOT_EXIST when a run has no such file, since the server does not have it yet */
  keptFile(runId: string, path: string): string | undefined {
    const id = this.runIdOf(runId);
    const spool = this.#spools.get(id);
    const copy = spool?.keptFile(path);
    if (copy !== undefined || !spool?.isNewRun) return copy;
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `Run ${id} has no file '${path}'.`);
  }

  // ---- what waits

  get waiting(): Waiting {
    const changes = [...this.#spools.values()].reduce((sum, spool) => sum + spool.waiting, 0);
    const { error } = this.#reach;
    return { changes, folder: this.#folder.path, ...(error !== undefined && { reason: error.message }) };
  }

  leftBehind(): number {
    const open = this.#openFiles();
    return this.#folder.countLeft((id) => open.has(id));
  }

  /** Waits until the server has the changes of one run, or of all; returns at once while the server is away. */
  async sent(runId?: string): Promise<void> {
    await Promise.all(this.#spoolsFor(runId).map((spool) => spool.flush()));
  }

  async settle(runId?: string): Promise<unknown[]> {
    const spools = this.#spoolsFor(runId);
    await this.sent(runId);
    return spools.flatMap((spool) => this.#collect(spool));
  }

  async sync({ force = false } = {}): Promise<SyncResult> {
    const sent: SyncResult["sent"] = [];
    const failures: unknown[] = [];
    const send = async (spool: RunSpool) => {
      const before = spool.sentCount;
      await spool.flush({ force: true });
      failures.push(...this.#collect(spool));
      const changes = spool.sentCount - before;
      if (changes > 0) sent.push({ runId: spool.file.remoteId ?? spool.runId, changes });
    };
    for (const spool of [...this.#spools.values()]) {
      await send(spool);
      if (this.#reach.isAway) break;
    }
    const open = this.#openFiles();
    if (!this.#reach.isAway) {
      for (const file of this.#folder.takeLeft((id) => open.has(id), force)) {
        const spool = new RunSpool(file, this.#context);
        await send(spool);
        spool.close();
        if (this.#reach.isAway) break;
      }
    }
    const left = this.#folder.countLeft((id) => open.has(id));
    const { changes, ...waiting } = this.waiting;
    return {
      sent,
      failures,
      waiting: { ...waiting, changes: changes + left },
      elsewhere: this.#folder.countElsewhere(),
    };
  }

  /** Sends what waits, without waiting for it. */
  tryAgain(): void {
    for (const spool of this.#spools.values()) void spool.flush({ force: true });
  }

  /** For a process that is exiting: the end of the run stays on disk until the next `sync`. */
  endNow(runId: string, end: { status: RunStatus; endTime: number; reason?: string }): void {
    const id = this.runIdOf(runId);
    if (this.#known.has(id)) this.#spoolOf(id).leave({ kind: "update", changes: end });
  }

  async close(): Promise<void> {
    await this.sent();
    for (const spool of this.#spools.values()) spool.close();
    this.#spools.clear();
    this.#known.clear();
  }

  // ---- inside

  #learn(runId: string): Promise<Run> {
    const learning =
      this.#learning.get(runId) ??
      this.#reach
        .read(() => this.#remote.getRun(runId))
        .then((run) => {
          this.#known.set(runId, run);
          return run;
        });
    this.#learning.set(runId, learning);
    const done = () => this.#learning.delete(runId);
    learning.then(done, done);
    return learning;
  }

  #spoolOf(runId: string): RunSpool {
    const known = this.#spools.get(runId);
    if (known !== undefined) return known;
    const spool = new RunSpool(this.#folder.create({ runId }), this.#context);
    this.#spools.set(runId, spool);
    return spool;
  }

  #openFiles(): Set<string> {
    return new Set([...this.#spools.values()].map(({ file }) => file.id));
  }

  #spoolsFor(runId: string | undefined): RunSpool[] {
    if (runId === undefined) return [...this.#spools.values()];
    const spool = this.#spools.get(this.runIdOf(runId));
    return spool === undefined ? [] : [spool];
  }

  #collect(spool: RunSpool): unknown[] {
    const failures = spool.takeFailures();
    // The known run holds what was refused: the next call reads it from the server again.
    if (failures.length > 0) this.forget(spool.runId);
    this.#tidy(spool);
    return spool.stuck === undefined ? failures : [...failures, spool.stuck];
  }

  /** Closes a spool that has nothing left to send. */
  #tidy(spool: RunSpool): void {
    if (!spool.isIdle || spool.hasFailed) return;
    for (const [id, one] of this.#spools) {
      if (one !== spool) continue;
      this.#spools.delete(id);
      spool.close();
    }
  }

  #rename(runId: string, remoteId: string): void {
    this.#ids.set(runId, remoteId);
    const spool = this.#spools.get(runId);
    const run = this.#known.get(runId);
    if (spool !== undefined) this.#spools.set(remoteId, spool);
    if (run !== undefined) {
      run.info.runId = remoteId;
      this.#known.set(remoteId, run);
    }
    this.#spools.delete(runId);
    this.#known.delete(runId);
  }
}
