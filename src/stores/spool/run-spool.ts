import { setTimeout as delay } from "node:timers/promises";
import { isUnanswered, TrackingError } from "../../errors.js";
import { BatchBuilder, partsOf } from "../../tracking/batch-builder.js";
import type { RunBatch } from "../../tracking/store.js";
import { isRefusal, type Reach, silent, timeouts } from "./reach.js";
import type { RemoteStore } from "./remote-store.js";
import type { SpoolEntry } from "./spool-entry.js";
import type { SpoolFile, WaitingEntry } from "./spool-file.js";

/** How long values gather before they are sent, ms, unless somebody waits for them or a request is full. */
const gathering = 1_000;
const fullRequest = 1_000;

/** What all spools of a store share. */
export interface SpoolContext {
  readonly remote: RemoteStore;
  readonly reach: Reach;
  /** The server's id of a run that was started while it was away. */
  resolveParent(experimentId: string, runId: string): Promise<string>;
  /** The run now has an id of the server's. */
  created(runId: string, remoteId: string): void;
  /** Nothing waits any more. */
  idle(spool: RunSpool): void;
}

/** Sends the changes of one run in their order, one request at a time: while one is on its way, the others gather. */
export class RunSpool {
  readonly runId: string;
  readonly #file: SpoolFile;
  readonly #context: SpoolContext;
  /** Callers that wait for a change, by the byte at which it ends; each is told why the change was refused. */
  readonly #waiters = new Map<number, (error: unknown) => void>();
  /** Names of the copies of files that wait, by the file's path in the run. */
  readonly #files = new Map<string, string>();
  #failures: unknown[] = [];
  #stuck: unknown;
  #sending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Values that wait to be sent. */
  #gathered = 0;
  /** Callers that are waiting in {@link flush}. */
  #flushing = 0;
  #sentCount = 0;
  #waiting: number;
  /** Whether the server may have more than the file says: its answer was lost, or the process that waited for it has died. */
  #unsure: boolean;

  /** @param file - new, or taken over from a process that has ended */
  constructor(file: SpoolFile, context: SpoolContext) {
    this.#file = file;
    this.#context = context;
    this.runId = file.header.runId;
    this.#waiting = file.count();
    this.#unsure = this.#waiting > 0;
  }

  get file(): SpoolFile {
    return this.#file;
  }

  /** Changes that wait; the creation of the run is one. */
  get waiting(): number {
    return this.#waiting + (this.#file.remoteId === undefined ? 1 : 0);
  }

  /** Whether the server does not have the run yet. */
  get isNewRun(): boolean {
    return this.#file.remoteId === undefined && this.#file.header.create !== undefined;
  }

  /** The path of the copy of a file that waits. */
  keptFile(path: string): string | undefined {
    const name = this.#files.get(path);
    return name === undefined ? undefined : this.#file.fileNamed(name);
  }

  /** Changes that have been sent. */
  get sentCount(): number {
    return this.#sentCount;
  }

  /** Nothing waits or is on its way. */
  get isIdle(): boolean {
    return this.waiting === 0 && this.#sending === undefined;
  }

  /** On the disk when the call returns. */
  log(batch: RunBatch): void {
    for (const part of partsOf(batch)) {
      this.#append({ kind: "batch", batch: part });
      this.#gathered += part.metrics?.length ?? 1;
    }
    if (this.#context.reach.isAway) return;
    if (this.#gathered >= fullRequest) this.#start();
    else this.#startSoon();
  }

  /**
   * On the disk when the call returns; the promise waits for the server, unless it is away.
   * @throws what the server refuses it for
   */
  async change(entry: SpoolEntry): Promise<void> {
    const end = this.#append(entry);
    if (entry.kind === "artifact") this.#files.set(entry.path, entry.file);
    let refusal: { error: unknown } | undefined;
    this.#waiters.set(end, (error) => {
      refusal = { error };
    });
    try {
      await this.flush();
    } finally {
      this.#waiters.delete(end);
    }
    if (refusal !== undefined) throw refusal.error;
    if (this.#stuck !== undefined && this.#file.sent < end) throw this.#stuck;
  }

  /**
   * Waits until everything that waits now is sent. Returns early while the server is away, and when sending is {@link stuck}.
   * @param force - tries even while the server is away
   */
  async flush({ force = false } = {}): Promise<void> {
    this.#stuck = undefined;
    this.#flushing++;
    try {
      await this.#flush(force);
    } finally {
      this.#flushing--;
    }
  }

  async #flush(force: boolean): Promise<void> {
    const end = this.#file.size;
    const { reach } = this.#context;
    while (this.#file.remoteId === undefined || (this.#waiting > 0 && this.#file.sent < end)) {
      if (this.#stuck !== undefined || (reach.isAway && !force)) return;
      const before = this.#file.sent;
      const sent = this.#start().then(() => true);
      if (!(await Promise.race([sent, delay(timeouts.usual, false, { ref: false })])) && this.#file.sent === before) {
        reach.lost(silent(this.#file.header.store));
      }
      if (reach.isAway) return;
    }
  }

  /** On the disk when the call returns, to be sent by another process. */
  leave(entry: SpoolEntry): void {
    clearTimeout(this.#timer);
    this.#append(entry);
  }

  /** Whether there are failures that {@link takeFailures} has not returned yet. */
  get hasFailed(): boolean {
    return this.#failures.length > 0;
  }

  /** The errors of changes that were refused since the last call. */
  takeFailures(): unknown[] {
    const failures = this.#failures;
    this.#failures = [];
    return failures;
  }

  /** Why nothing more can be sent, though the server answers. */
  get stuck(): unknown {
    return this.#stuck;
  }

  /** Keeps the file for a later process to send, or removes it when nothing waits. */
  close(): void {
    clearTimeout(this.#timer);
    if (this.isIdle) this.#file.remove();
    else this.#file.close();
  }

  #append(entry: SpoolEntry): number {
    const end = this.#file.append(entry);
    this.#waiting++;
    return end;
  }

  #startSoon(): void {
    this.#timer ??= setTimeout(() => this.#start(), gathering);
  }

  #start(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#sendAll().then(
      () => this.#ended(undefined),
      (error: unknown) => this.#ended(error),
    );
    return this.#sending;
  }

  #ended(error: unknown): void {
    this.#sending = undefined;
    this.#unsure ||= error !== undefined;
    if (isUnanswered(error)) this.#context.reach.lost(error);
    else this.#stuck = error;
    if (this.isIdle) this.#context.idle(this);
  }

  async #sendAll(): Promise<void> {
    const runId = await this.#create();
    if (this.#unsure) await this.#catchUp(runId);
    for (let entries = this.#file.next(); entries.length > 0; entries = this.#file.next()) {
      await this.#deliver(runId, entries);
      if (this.#flushing > 0 || this.#gathered >= fullRequest || this.#waiting === 0) continue;
      this.#startSoon();
      return;
    }
  }

  async #create(): Promise<string> {
    const { remoteId, header } = this.#file;
    if (remoteId !== undefined) return remoteId;
    const { create, runId } = header;
    if (create === undefined) return runId;
    const parent = create.tags["mlflow.parentRunId"];
    const tags =
      parent === undefined
        ? create.tags
        : { ...create.tags, "mlflow.parentRunId": await this.#context.resolveParent(create.experimentId, parent) };
    const { info } = await this.#context.remote.createRunOnce({ ...create, tags }, runId, true);
    this.#context.reach.found();
    this.#file.remoteId = info.runId;
    this.#context.created(runId, info.runId);
    return info.runId;
  }

  /** Skips what the server has stored although its answer was lost. */
  async #catchUp(runId: string): Promise<void> {
    const [id, end] = ((await this.#context.remote.lastMark(runId).catch(unlessRefused)) ?? "").split(":");
    if (id === this.#file.id && Number(end) > this.#file.sent) {
      const before = this.#waiting;
      this.#file.markSent(Number(end));
      this.#waiting = this.#file.count();
      this.#sentCount += before - this.#waiting;
    }
    this.#unsure = false;
  }

  /** One wrong value makes the server refuse the whole request: its halves are then sent, until the wrong call is alone. */
  async #deliver(runId: string, entries: readonly WaitingEntry[]): Promise<void> {
    const last = entries.at(-1);
    if (last === undefined) return;
    try {
      await this.#send(runId, entries, last.end);
      this.#context.reach.found();
      this.#sentCount += entries.length;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#context.reach.found();
      if (entries.length > 1) {
        const middle = entries.length >> 1;
        await this.#deliver(runId, entries.slice(0, middle));
        await this.#deliver(runId, entries.slice(middle));
        return;
      }
      const waiter = this.#waiters.get(last.end);
      if (waiter === undefined) this.#failures.push(error);
      else waiter(error);
    }
    this.#file.markSent(last.end);
    this.#waiting -= entries.length;
    for (const { entry } of entries) {
      if (entry?.kind === "artifact" && this.#files.get(entry.path) === entry.file) this.#files.delete(entry.path);
      if (entry?.kind === "batch") this.#gathered -= entry.batch.metrics?.length ?? 1;
    }
  }

  async #send(runId: string, entries: readonly WaitingEntry[], end: number): Promise<void> {
    const { remote } = this.#context;
    const entry = entries[0]?.entry;
    switch (entry?.kind) {
      case undefined:
        throw new TrackingError("DATA_LOSS", `A change of run ${runId} that waited to be sent is damaged, and lost.`, {
          hint: "The other changes of the run are sent. Compare its values with what you logged, and log again what is missing.",
        });
      case "batch": {
        const builder = new BatchBuilder();
        for (const { entry: one } of entries) if (one?.kind === "batch") builder.add(one.batch);
        return remote.logBatchOnce(runId, builder.batch, `${this.#file.id}:${end}`);
      }
      case "update":
        return remote.updateRun(runId, entry.changes);
      case "deleteTag":
        return remote.deleteTag(runId, entry.key);
      case "inputs":
        return remote.logInputs(runId, entry.inputs);
      case "outputs":
        return remote.logOutputs(runId, entry.outputs);
      case "artifact":
        return (await remote.artifacts(runId)).put(entry.path, { file: this.#file.fileNamed(entry.file) });
    }
  }
}

/** The run may be gone: each of its changes is then refused on its own. */
function unlessRefused(error: unknown): undefined {
  if (!isRefusal(error)) throw error;
}
