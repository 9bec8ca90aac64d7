import { TrackingError } from "../../errors.js";
import type { Metric, Run } from "../../tracking/types.js";
import { checkActive, checkParams, type RunChange } from "../run-change.js";
import { foldAlone, foldRun } from "./fold-run.js";
import { type JournalEntry, journalLine } from "./journal.js";
import { JournalWriter } from "./journal-writer.js";
import type { RunLayout } from "./layout.js";
import { MetricWriter } from "./metric-writer.js";
import { sameProcess } from "./owner.js";
import { type RunDocument, type RunState, toDocument } from "./run-codec.js";
import { applyEntry, type LoadedRun, loadRun, recount, runDocument, wasGivenUp } from "./run-files.js";
import type { WriterContext } from "./writer-context.js";

/** Points that come this soon after each other follow on each other, ms; removing a folder of four files takes three times as long. */
const pauseMs = 0.02;

/** How long points may follow on each other until the run's place is looked at again, ms: another process may have removed it. */
const lookMs = 1;

/** The folder of a run that is being written to was removed or moved, by hand or by `runlab gc`. */
export class RunRemoved extends TrackingError {
  constructor(runId: string, layout: RunLayout) {
    super("RESOURCE_DOES_NOT_EXIST", `Run ${runId} has been removed: its folder '${layout.folder}' does not exist.`, {
      hint: "It cannot be logged to any more. Start a new run.",
    });
  }
}

/** Takes the end away of a run whose process nothing was heard of for long, when it was only asleep. */
const goingOn: RunChange = { status: "RUNNING", endTime: null, deleteTags: ["runlab.end_reason"] };

/**
 * This process's pen for one run. A change is a line in the run's journal, a point a line in its metric's file; both are with
 * the operating system when the call returns. At the end the journal is put into the document ({@link RunWriter.fold}).
 * Other processes may write to the same run: the order of lines in the journal decides, for all alike, which param came first.
 */
export class RunWriter {
  readonly #context: WriterContext;
  readonly #layout: RunLayout;
  readonly #owns: boolean;
  readonly #journal: JournalWriter;
  readonly #metrics: MetricWriter;
  #state: LoadedRun;
  #document: RunDocument | undefined;
  /**
   * When the last call that logged something ended, and when the run's place was looked at, ms. Not when it began: while the disk
   * was slow to take a point, this thread did not remove the run.
   */
  #calledAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;

  private constructor(context: WriterContext, layout: RunLayout, state: LoadedRun, owns: boolean) {
    this.#context = context;
    this.#layout = layout;
    this.#state = state;
    this.#owns = owns;
    this.#journal = new JournalWriter(context, layout.journal);
    this.#metrics = new MetricWriter(context, layout, {
      state: () => this.#state,
      nameMetric: (key) => this.#append({ kind: "metric", key }),
    });
  }

  /** The pen of a new run; its folder exists and is empty. */
  static create(context: WriterContext, layout: RunLayout, run: Run, owns: boolean): RunWriter {
    const state: LoadedRun = { run, bytes: new Map(), sums: new Map(), owners: [], open: true, end: 0 };
    const writer = new RunWriter(context, layout, state, owns);
    return writer.#begin(() => {
      writer.#openJournal();
      runDocument(layout, context.disk).write(toDocument(state), context.disk);
      writer.#calledAt = writer.#lookedAt = performance.now();
    });
  }

  /** Takes up a run that exists. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST, DATA_LOSS */
  static open(context: WriterContext, layout: RunLayout, owns: boolean): RunWriter {
    const writer = new RunWriter(context, layout, loadRun(layout, context.disk), owns);
    return writer.#begin(() => {
      writer.#openJournal();
      writer.#reload();
    });
  }

  /** The run with what other processes have written; do not change it. */
  read(): Run {
    const news = this.#journal.news();
    if (news === "folded") {
      this.#checkThere();
      this.#reload();
      if (this.#owns && wasGivenUp(this.#state.run)) this.#reopen();
    } else if (news === "lines") this.#applyNews();
    if (this.#shared()) recount(this.#state, this.#layout, this.#context.disk);
    else this.#settleTorn();
    this.#metrics.showLatest();
    return this.#state.run;
  }

  /** What has been written, without asking the disk; the latest values of metrics may be behind their summaries. */
  get state(): RunState {
    return this.#state;
  }

  get experimentId(): string {
    return this.#layout.experimentId;
  }

  /** What {@link fold} has written. */
  get document(): RunDocument | undefined {
    return this.#document;
  }

  /** Whether this process takes the run along when it dies. */
  get owns(): boolean {
    return this.#owns;
  }

  /** @throws {TrackingError} INVALID_PARAMETER_VALUE: deleted, or a param has another value */
  change(change: RunChange): void {
    if (change.stage === undefined) checkActive(this.#state.run);
    const { params } = change;
    if (params !== undefined) checkParams(this.#state.run, params);
    this.#append({ kind: "change", change });
    // Another process may have been first.
    if (params !== undefined) checkParams(this.#state.run, params);
  }

  /** How many points the disk has refused so far; they are in memory only. */
  get unwritten(): number {
    return this.#metrics.unwritten;
  }

  /**
   * @param now - `performance.now()`
   * @throws {RunRemoved}
   * @throws {TrackingError} of the disk; the point is kept in memory then
   */
  addMetric(metric: Metric, now: number): void {
    this.#lookNowAndThen(now);
    checkActive(this.#state.run);
    this.#metrics.add(metric);
    this.#calledAt = performance.now();
  }

  /** One write per key. @throws as {@link addMetric} */
  addMetrics(metrics: readonly Metric[], now: number): void {
    if (metrics.length === 0) return;
    this.#lookNowAndThen(now);
    checkActive(this.#state.run);
    this.#metrics.addAll(metrics);
    this.#calledAt = performance.now();
  }

  /**
   * A change and points, all of it or nothing: what can be refused is refused before anything is written. A disk that refuses points
   * after that keeps them waiting, see {@link MetricWriter.add}.
   * @throws as {@link change} and {@link addMetric}
   */
  addBatch(change: RunChange, metrics: readonly Metric[], now: number): void {
    if (metrics.length > 0) {
      this.#lookNowAndThen(now);
      checkActive(this.#state.run);
      if (change.params !== undefined) checkParams(this.#state.run, change.params);
      this.#metrics.open(metrics);
    }
    this.change(change);
    if (metrics.length > 0) this.#metrics.addAll(metrics);
    this.#calledAt = performance.now();
  }

  /** Tries to write the points that the disk has refused. @throws {TrackingError} when it refuses them again */
  writeUnwritten(): void {
    if (this.#metrics.unwritten === 0) return;
    this.#look();
    this.#metrics.writeUnwritten();
  }

  /** Gives everything back for a run that is not there any more. */
  discard(): void {
    this.#metrics.discardUnwritten();
    this.close();
  }

  /**
   * Puts the journal into the document and closes the run's files. Alone, it is done when this returns true; when other
   * processes write too it returns false, and {@link foldShared} is needed.
   */
  fold(): boolean {
    const { disk, self } = this.#context;
    this.writeUnwritten();
    this.#metrics.close();
    if (this.#shared()) return false;
    const alone = foldAlone(this.#layout, disk, self, this.#journal.place, () => {
      this.#settleTorn();
      this.#metrics.sumUp();
      this.#document = toDocument(this.#state);
      return this.#document;
    });
    if (alone) this.#journal.close();
    return alone;
  }

  async foldShared(): Promise<void> {
    this.writeUnwritten();
    await foldRun(this.#layout, this.#context, true);
    this.close();
  }

  /** Gives the files back; what is in the journal stays there. */
  close(): void {
    this.#metrics.close();
    this.#journal.close();
  }

  #begin(open: () => void): this {
    try {
      open();
      return this;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #openJournal(): void {
    const owner = { ...this.#context.self, owns: this.#owns };
    this.#journal.open(owner);
    this.#state.owners.push(owner);
  }

  /** Reads everything again, the journal that is open now from its start. */
  #reload(): void {
    this.#state = loadRun(this.#layout, this.#context.disk);
    this.#journal.knowUpTo(this.#state.end);
  }

  /** Appends an entry and applies it, in its place among those of other processes. */
  #append(entry: JournalEntry): void {
    const line = journalLine(entry, this.#layout.journal);
    if (!this.#journal.isOpen) this.#reopen();
    let landing = this.#journal.append(line);
    while (landing === "lost") {
      this.#reopen();
      landing = this.#journal.append(line);
    }
    if (landing === "next") applyEntry(this.#state, entry);
    else this.#applyNews();
    this.#calledAt = performance.now();
  }

  /** Another process has folded the journal away. */
  #reopen(): void {
    this.#checkThere();
    this.#openJournal();
    this.#reload();
    if (this.#owns && wasGivenUp(this.#state.run)) this.#append({ kind: "change", change: goingOn });
  }

  /**
   * An open file takes what is written to it also when it has been removed, so its place is looked at: before every call but those
   * that follow on each other without a pause, and there once in a while. Nobody can have removed a run's files one by one in this
   * thread between two calls that came so close.
   */
  #lookNowAndThen(now: number): void {
    const followsOn = now - this.#calledAt < pauseMs && now - this.#lookedAt < lookMs;
    if (followsOn) return;
    this.#lookedAt = now;
    this.#look();
  }

  #look(): void {
    if (this.#journal.news() === "folded") this.#reopen();
    this.#metrics.lookAgain();
  }

  #checkThere(): void {
    if (!this.#context.disk.exists(this.#layout.document))
      throw new RunRemoved(this.#state.run.info.runId, this.#layout);
  }

  #applyNews(): void {
    for (const entry of this.#journal.readNews()) applyEntry(this.#state, entry);
  }

  #settleTorn(): void {
    if (this.#metrics.torn) recount(this.#state, this.#layout, this.#context.disk);
  }

  #shared(): boolean {
    return this.#state.owners.some((owner) => !sameProcess(owner, this.#context.self));
  }
}
