import { inspect } from "node:util";
import { isNotFound } from "../errors.js";
import { ValueOutline } from "../value-outline.js";
import type { LogFigureOptions, LogImageOptions, LogInputOptions, TableData } from "./artifact-formats.js";
import type { TrackingClient } from "./client.js";
import type { Figure } from "./figure.js";
import { type MetricOptions, type MetricSeries, type MetricValue, toMetricList, toMetrics } from "./metric-values.js";
import { PendingCalls } from "./pending-calls.js";
import type { Metric, ModelOutput, Run, RunInfo, RunStatus } from "./types.js";
import { checkEndStatus } from "./validation.js";
import { checkOptions } from "./value-type.js";

export interface EndRunOptions {
  /** Why it ended, for a person; kept as tag `runlab.end_reason`. */
  reason?: string;
}

/**
 * An open run. Every log verb gives a promise that resolves when the value is in the store. It need not be awaited: a failure
 * that nobody looked at is thrown by {@link ActiveRun.end} or at the end of the cell.
 */
export class ActiveRun {
  readonly info: Readonly<RunInfo>;
  readonly client: TrackingClient;
  readonly #pending = new PendingCalls();
  readonly #onEnd: (run: ActiveRun) => void;
  readonly #watchers = new Set<(metrics: readonly Metric[]) => void>();
  #beforeEnd: Array<() => Promise<void>> = [];
  #ended = false;

  constructor(info: RunInfo, client: TrackingClient, onEnd: (run: ActiveRun) => void) {
    this.info = info;
    this.client = client;
    this.#onEnd = onEnd;
  }

  /** Of a run that was started while its server was away: another one, once the server has given it. */
  get runId(): string {
    return this.client.store.outbox?.runIdOf(this.info.runId) ?? this.info.runId;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The run as the store has it now. */
  async read(): Promise<Run> {
    throwFirst(await this.settle());
    return this.client.getRun(this.runId);
  }

  /** A number, or an array of them (steps go up by one), or an object of them (keys `key/name`). @see MLflow log_metric */
  logMetric(key: string, value: MetricValue, options?: MetricOptions): Promise<void> {
    const logged = this.#pending.track(this.client.logMetric(this.runId, key, value, options));
    if (this.#watchers.size > 0) this.#tell(() => toMetrics(key, value, options));
    return logged;
  }

  logMetrics(metrics: Readonly<Record<string, MetricValue>> | MetricSeries, options?: MetricOptions): Promise<void> {
    const logged = this.#pending.track(this.client.logMetrics(this.runId, metrics, options));
    if (this.#watchers.size > 0) this.#tell(() => toMetricList(metrics, options));
    return logged;
  }

  /**
   * Hands every point that is logged from now on to `watcher`, at once and in a loop without a pause too (a live chart).
   * @param watcher - what it throws, the log call throws, once the point is on its way and the other watchers have it
   * @returns ends it
   */
  watchMetrics(watcher: (metrics: readonly Metric[]) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Written once: the same value again is fine, another is INVALID_PARAMETER_VALUE. */
  logParam(key: string, value: unknown): Promise<void> {
    return this.#pending.track(this.client.logParam(this.runId, key, value));
  }

  logParams(params: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#pending.track(this.client.logParams(this.runId, params));
  }

  setTag(key: string, value: unknown): Promise<void> {
    return this.#pending.track(this.client.setTag(this.runId, key, value));
  }

  setTags(tags: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#pending.track(this.client.setTags(this.runId, tags));
  }

  deleteTag(key: string): Promise<void> {
    return this.#pending.track(this.client.deleteTag(this.runId, key));
  }

  setRunName(name: string): Promise<void> {
    return this.#pending.track(this.client.renameRun(this.runId, name));
  }

  logArtifact(localPath: string, artifactPath?: string): Promise<void> {
    return this.#pending.track(this.client.logArtifact(this.runId, localPath, artifactPath));
  }

  logArtifacts(localFolder: string, artifactPath?: string): Promise<void> {
    return this.#pending.track(this.client.logArtifacts(this.runId, localFolder, artifactPath));
  }

  logText(text: string, artifactFile: string): Promise<void> {
    return this.#pending.track(this.client.logText(this.runId, text, artifactFile));
  }

  logDict(value: unknown, artifactFile: string): Promise<void> {
    return this.#pending.track(this.client.logDict(this.runId, value, artifactFile));
  }

  logTable(data: TableData, artifactFile: string): Promise<void> {
    return this.#pending.track(this.client.logTable(this.runId, data, artifactFile));
  }

  logFigure(figure: Figure, artifactFile: string, options?: LogFigureOptions): Promise<void> {
    return this.#pending.track(this.client.logFigure(this.runId, figure, artifactFile, options));
  }

  logImage(image: Uint8Array | string, target: string | LogImageOptions): Promise<void> {
    return this.#pending.track(this.client.logImage(this.runId, image, target));
  }

  logInput(options: LogInputOptions): Promise<void> {
    return this.#pending.track(this.client.logInput(this.runId, options));
  }

  logOutputs(outputs: readonly ModelOutput[]): Promise<void> {
    return this.#pending.track(this.client.logOutputs(this.runId, outputs));
  }

  /** Whether one of its calls has failed so far. */
  get hasFailed(): boolean {
    return this.#pending.hasFailed;
  }

  /** Has `work` done when the run is ended, before its end is in the store. It must not fail. */
  beforeEnd(work: () => Promise<void>): void {
    this.#beforeEnd.push(work);
  }

  /** Waits for the open calls; resolves with the failures that nobody looked at. */
  async settle(): Promise<unknown[]> {
    return [...(await this.#pending.settle()), ...(await this.client.settle(this.runId))];
  }

  /**
   * Ends the run; a second time does nothing. `status` is FINISHED, FAILED or KILLED. A log call that failed unseen makes a FINISHED run FAILED and is thrown here,
   * after the end is in the store.
   */
  async end(status: RunStatus = "FINISHED", options: EndRunOptions = {}): Promise<void> {
    if (this.#ended) return;
    checkEndStatus(status);
    checkOptions("endRun", options, "{ reason }");
    this.#ended = true;
    for (const work of this.#beforeEnd.splice(0)) await work();
    const failures = await this.settle();
    const failed = failures.length > 0 && status === "FINISHED";
    const reason = options.reason ?? (failed ? describe(failures[0]) : undefined);
    try {
      await this.client.endRun(this.runId, failed ? "FAILED" : status, reason);
    } finally {
      // Also when its store has refused the end: the run is nobody's active run any more.
      this.#onEnd(this);
    }
    throwFirst(failures);
  }

  /**
   * Ends it in this session only, when the store does not have it any more.
   * @returns the failures that nobody looked at; undefined when the store has it
   */
  async endIfRemoved(): Promise<unknown[] | undefined> {
    try {
      await this.client.getRun(this.runId);
      return undefined;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    this.#ended = true;
    for (const work of this.#beforeEnd.splice(0)) await work();
    this.#onEnd(this);
    return this.#pending.settle();
  }

  /** The process is exiting: writes the end at once, where the store can. @returns the failures that nobody looked at */
  endNow(status: RunStatus, reason?: string): unknown[] {
    if (this.#ended) return [];
    this.#ended = true;
    const failures = this.#pending.takeFailures();
    const failed = failures.length > 0 && status === "FINISHED";
    try {
      this.client.endRunNow(this.runId, failed ? "FAILED" : status, failed ? describe(failures[0]) : reason);
    } catch (error) {
      // The other runs of the process are still to be ended.
      failures.push(error);
    }
    return failures;
  }

  /** `await using run = await startRun()`: FINISHED at the end of the block. A throw cannot be seen from here. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }

  #tell(read: () => readonly Metric[]): void {
    let metrics: readonly Metric[];
    try {
      metrics = read();
    } catch {
      return; // refused by the client too, which is where the caller hears of it
    }
    const thrown: unknown[] = [];
    for (const watcher of this.#watchers) {
      try {
        watcher(metrics);
      } catch (error) {
        thrown.push(error);
      }
    }
    if (thrown.length > 0) throw thrown[0];
  }

  toString(): string {
    return `Run ${this.info.runName} (${this.runId})`;
  }
}

/** Name and message of whatever was thrown, on one line of at most 500 characters. */
export function describe(error: unknown): string {
  const text =
    error instanceof Error
      ? `${String(error.name)}: ${error.message}`
      : typeof error === "object" && error !== null
        ? // Not its own text: it may have none, or a key `toString`.
          inspect(new ValueOutline().printable(error, 1), { depth: 1, breakLength: Number.POSITIVE_INFINITY })
        : String(error);
  return text.replace(/\s+/g, " ").slice(0, 500);
}

/** Throws the first of the failures as it is; several: as an AggregateError whose message names the first. */
export function throwFirst(failures: readonly unknown[]): void {
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) {
    throw new AggregateError(failures, `${failures.length} log calls failed; the first: ${describe(failures[0])}`);
  }
}
