import type { Metric, Run } from "../../tracking/types.js";
import type { RunChange } from "../run-change.js";
import { ChangeAnnouncer, type ChangeLog } from "./change-log.js";
import type { RunLayout, StoreLayout } from "./layout.js";
import { toDocument } from "./run-codec.js";
import { type RunIndex, stampOf } from "./run-index.js";
import { RunRemoved, RunWriter } from "./run-writer.js";
import type { WriterContext } from "./writer-context.js";

/** How often points that the disk refused are tried again, ms. */
const retryMs = 500;

/** A run that this process does not own goes back to rest so long after the last change, ms. */
const restAfterMs = 500;

export interface OpenRunsParts {
  readonly layout: StoreLayout;
  readonly context: WriterContext;
  readonly index: RunIndex;
  readonly changes: ChangeLog;
  /** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
  experimentOf(runId: string): string;
  warn(problem: Error): void;
}

/** The runs that this process writes to: opened at the first change, put to rest at their end, announced to other processes. */
export class OpenRuns {
  readonly #parts: OpenRunsParts;
  readonly #announcer: ChangeAnnouncer;
  #haveWritten = false;
  readonly #writers = new Map<string, RunWriter>();
  readonly #resting = new Map<string, NodeJS.Timeout>();
  /** Runs with points that the disk has refused. */
  readonly #retrying = new Map<string, NodeJS.Timeout>();
  /** Runs that were removed while they were written to. */
  readonly #removed = new Map<string, RunLayout>();

  constructor(parts: OpenRunsParts) {
    this.#parts = parts;
    this.#announcer = new ChangeAnnouncer(parts.changes, (runId) => this.#writers.has(runId));
  }

  /** Makes a run's files. */
  async create(run: Run, owns: boolean): Promise<void> {
    const { context, changes } = this.#parts;
    const { runId, experimentId } = run.info;
    const layout = this.#parts.layout.run(experimentId, runId);
    let isNew = false;
    try {
      isNew = context.disk.makeFolder(layout.folder);
      this.#take(runId, RunWriter.create(context, layout, run, owns));
      changes.announce(experimentId, runId);
    } catch (error) {
      this.#writers.get(runId)?.close();
      this.#forget(runId);
      // Nobody knows of the run yet. What was there before, under an id of the caller's choice, is not ours.
      if (isNew) await context.disk.removeFolder(layout.folder).catch(() => undefined);
      throw error;
    }
  }

  /** Whether this process has written to any run of the store. */
  get haveWritten(): boolean {
    return this.#haveWritten;
  }

  has(runId: string): boolean {
    return this.#writers.has(runId);
  }

  /** The run as it is being written, with what other processes have written; undefined when it is at rest, or was removed. */
  read(runId: string): Run | undefined {
    try {
      return this.#writers.get(runId)?.read();
    } catch (error) {
      if (!this.#isRemoved(runId, error)) throw error;
      return undefined;
    }
  }

  /** @throws {RunRemoved} when this process was writing to the run and it is not there any more */
  checkNotRemoved(runId: string): void {
    const layout = this.#removed.get(runId);
    if (layout !== undefined && !this.#parts.context.disk.exists(layout.document)) throw new RunRemoved(runId, layout);
  }

  /** The pen of a run, which is opened when it is at rest. */
  writer(runId: string, owns = false): RunWriter {
    const known = this.#writers.get(runId);
    if (known !== undefined) {
      if (this.#resting.size > 0) this.#resting.get(runId)?.refresh();
      return known;
    }
    const { layout, context, index, changes } = this.#parts;
    const experimentId = this.#parts.experimentOf(runId);
    const writer = RunWriter.open(context, layout.run(experimentId, runId), owns);
    for (const problem of writer.state.problems ?? []) this.#parts.warn(problem);
    index.forget(experimentId, runId);
    this.#take(runId, writer);
    changes.announce(experimentId, runId);
    if (!owns) this.#restLater(runId);
    return writer;
  }

  /** As {@link writer}; the run belongs to this process from now on. */
  takeUp(runId: string): RunWriter {
    const known = this.#writers.get(runId);
    if (known?.owns) return known;
    known?.writeUnwritten();
    known?.close();
    this.#forget(runId);
    return this.writer(runId, true);
  }

  change(runId: string, change: RunChange): void {
    this.log(runId, (writer) => writer.change(change));
  }

  /** As {@link log}, for a loop that logs one point at a time. */
  logMetric(runId: string, metric: Metric): void {
    const writer = this.writer(runId);
    const now = performance.now();
    try {
      writer.addMetric(metric, now);
      this.#announcer.note(runId, writer.experimentId, now);
    } catch (error) {
      if (!this.#isRemoved(runId, error)) this.#retryLater(runId);
      throw error;
    }
  }

  /** Calls `log` with the run's pen and the time: points that the disk refuses are tried again. */
  log(runId: string, log: (writer: RunWriter, now: number) => void): void {
    const writer = this.writer(runId);
    const now = performance.now();
    try {
      log(writer, now);
      this.#announcer.note(runId, writer.experimentId, now);
    } catch (error) {
      if (!this.#isRemoved(runId, error)) this.#retryLater(runId);
      throw error;
    }
  }

  /** For a process that is exiting. When others write to the run too, the next reader puts it into its document. */
  endNow(runId: string, change: RunChange): void {
    this.change(runId, change);
    if (this.writer(runId).fold()) this.#forget(runId);
  }

  /**
   * Puts a run's changes into its document. They are in its journal already, so a full disk or a lost lock here loses
   * nothing: the next reader of the run does it.
   */
  async rest(runId: string): Promise<void> {
    const writer = this.#writers.get(runId);
    if (writer === undefined) return;
    try {
      writer.writeUnwritten();
    } catch (error) {
      if (this.#isRemoved(runId, error)) throw error;
      this.#retryLater(runId);
      this.#parts.warn(error as Error);
      return;
    }
    this.#forget(runId);
    try {
      if (writer.fold()) this.#note(writer);
      else await writer.foldShared();
    } catch (error) {
      writer.close();
      this.#parts.warn(error as Error);
    }
  }

  /** Puts to rest what can be; a run that goes on is only closed. @throws {TrackingError} when points cannot be written */
  async close(): Promise<void> {
    this.#announcer.flush();
    const lost: unknown[] = [];
    for (const [runId, writer] of [...this.#writers]) {
      try {
        writer.writeUnwritten();
      } catch (error) {
        // The run stays open, so a later call may still write them; one that was removed does not.
        this.#isRemoved(runId, error);
        lost.push(error);
        continue;
      }
      if (writer.state.run.info.status === "RUNNING" && writer.owns) writer.close();
      else await this.rest(runId);
    }
    if (lost.length > 0) throw lost[0];
    // Who only reads from now on writes down nothing of what it finds.
    this.#haveWritten = false;
    // A run that goes on keeps giving signs of life, as long as its process lives.
    if (this.#writers.size === 0) await this.#parts.context.heartbeat.close();
  }

  #restLater(runId: string): void {
    const timer = setTimeout(() => {
      this.rest(runId).catch((error: unknown) => this.#parts.warn(error as Error));
    }, restAfterMs);
    this.#resting.set(runId, timer.unref());
  }

  /** The timer does not keep a process alive: at its end `close` tries once more and says what is lost. */
  #retryLater(runId: string): void {
    const writer = this.#writers.get(runId);
    if (this.#retrying.has(runId) || writer === undefined || writer.unwritten === 0) return;
    const timer = setTimeout(() => {
      this.#retrying.delete(runId);
      try {
        writer.writeUnwritten();
        // The run may have ended meanwhile.
        if (writer.state.run.info.status !== "RUNNING") this.#restLater(runId);
      } catch (error) {
        if (!this.#isRemoved(runId, error)) this.#retryLater(runId);
      }
    }, retryMs);
    this.#retrying.set(runId, timer.unref());
  }

  /** A run that has come to rest is in the index at once, so that one more run costs the next search nothing. */
  #note({ state, document }: RunWriter): void {
    const { layout, context, index } = this.#parts;
    const { experimentId, runId } = state.run.info;
    const run = layout.run(experimentId, runId);
    index.note(experimentId, [{ document: document ?? toDocument(state), stamp: stampOf(run, context.disk) }]);
    // Another process may have taken it up in between: it forgets the run once its journal is there.
    if (context.disk.exists(run.journal)) index.forget(experimentId, runId);
  }

  #take(runId: string, writer: RunWriter): void {
    this.#haveWritten = true;
    this.#parts.index.open();
    this.#writers.set(runId, writer);
    this.#removed.delete(runId);
    if (writer.owns) this.#parts.context.heartbeat.begin();
  }

  /** Lets go of a run that was removed, so that it holds up nobody. @returns whether `error` says that it was */
  #isRemoved(runId: string, error: unknown): boolean {
    if (!(error instanceof RunRemoved)) return false;
    const writer = this.#writers.get(runId);
    if (writer === undefined) return true;
    this.#removed.set(runId, this.#parts.layout.run(writer.state.run.info.experimentId, runId));
    clearTimeout(this.#retrying.get(runId));
    this.#retrying.delete(runId);
    writer.discard();
    this.#forget(runId);
    return true;
  }

  #forget(runId: string): void {
    clearTimeout(this.#resting.get(runId));
    this.#resting.delete(runId);
    if (this.#writers.get(runId)?.owns) this.#parts.context.heartbeat.end();
    this.#writers.delete(runId);
  }
}
