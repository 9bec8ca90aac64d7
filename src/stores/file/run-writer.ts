import { fstatSync, readSync, statSync } from "node:fs";
import { TrackingError } from "../../errors.js";
import type { Metric, Run } from "../../tracking/types.js";
import { addMetric } from "../metric-summary.js";
import { applyChange, checkActive, checkParams, type RunChange } from "../run-change.js";
import { AppendError, type Disk } from "./disk.js";
import type { Handle, HandlePool } from "./handle-pool.js";
import { journalLine, readJournal } from "./journal.js";
import { metricFileName, metricKeyOf, type RunLayout } from "./layout.js";
import { metricLine } from "./metric-lines.js";
import type { ProcessIdentity } from "./owner.js";
import { type RunState, toDocument } from "./run-codec.js";
import { applyEntry, foldRun, type LoadedRun, loadRun, recount, runDocument, sameProcess } from "./run-files.js";
import { type UnwrittenCount, UnwrittenPoints } from "./unwritten-points.js";

interface MetricFile extends Handle {
  readonly path: string;
  /** A write failed halfway: what it left must not be read as a point. */
  torn: boolean;
}

export interface WriterContext {
  readonly disk: Disk;
  readonly self: ProcessIdentity;
  readonly pool: HandlePool;
  readonly unwritten: UnwrittenCount;
}

/**
 * This process's pen for one run. A change is a line in the run's journal, a point a line in its metric's file; both are with
 * the operating system when the call returns. At the end the journal is put into the document ({@link RunWriter.fold}).
 * Other processes may write to the same run: the order of lines in the journal decides, for all alike, which param came first.
 */
export class RunWriter {
  readonly #context: WriterContext;
  readonly #layout: RunLayout;
  readonly #owns: boolean;
  readonly #journal: Handle = { fd: -1 };
  readonly #files = new Map<string, MetricFile>();
  readonly #unwritten: UnwrittenPoints;
  #inode = 0;
  /** How much of the journal is in the state. */
  #offset = 0;
  #tornJournal = false;
  #state: LoadedRun;

  private constructor(context: WriterContext, layout: RunLayout, state: LoadedRun, owns: boolean) {
    this.#context = context;
    this.#layout = layout;
    this.#state = state;
    this.#owns = owns;
    this.#unwritten = new UnwrittenPoints(context.unwritten);
  }

  /** The pen of a new run; its folder exists and is empty. */
  static create(context: WriterContext, layout: RunLayout, run: Run, owns: boolean): RunWriter {
    const state: LoadedRun = { run, bytes: new Map(), owners: [], open: true, end: 0 };
    const writer = new RunWriter(context, layout, state, owns);
    try {
      writer.#openJournal();
      runDocument(layout, context.disk).write(toDocument(state));
    } catch (error) {
      writer.close();
      throw error;
    }
    return writer;
  }

  /** Takes up a run that exists. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST, DATA_LOSS */
  static open(context: WriterContext, layout: RunLayout, owns: boolean): RunWriter {
    const writer = new RunWriter(context, layout, loadRun(layout, context.disk), owns);
    try {
      writer.#openJournal();
      writer.#reload();
    } catch (error) {
      writer.close();
      throw error;
    }
    return writer;
  }

  /** The run with what other processes have written; do not change it. */
  read(): Run {
    this.#sync();
    return this.#state.run;
  }

  /** What has been written, without asking the disk. */
  get state(): RunState {
    return this.#state;
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
    this.#append(journalLine({ kind: "change", change }), () => applyChange(this.#state.run, change));
    // Another process may have been first.
    if (params !== undefined) checkParams(this.#state.run, params);
  }

  /** How many points the disk has refused so far; they are in memory only. */
  get unwritten(): number {
    return this.#unwritten.size;
  }

  /** @throws {TrackingError} of the disk; the point is kept in memory then, see {@link UnwrittenPoints} */
  addMetric(metric: Metric): void {
    if (this.#state.run.info.lifecycleStage !== "active") checkActive(this.#state.run);
    if (this.#unwritten.size > 0) {
      this.#addAll([...this.#unwritten.take(), metric]);
      return;
    }
    try {
      this.#addPoint(metric);
    } catch (error) {
      throw this.#keep([metric], error);
    }
  }

  /** One write per key. @throws as {@link addMetric} */
  addMetrics(metrics: readonly Metric[]): void {
    if (metrics.length === 0) return;
    checkActive(this.#state.run);
    this.#addAll(this.#unwritten.size > 0 ? [...this.#unwritten.take(), ...metrics] : metrics);
  }

  /** Tries to write the points that the disk has refused. @throws {TrackingError} when it refuses them again */
  writeUnwritten(): void {
    if (this.#unwritten.size > 0) this.#addAll(this.#unwritten.take());
  }

  #addPoint(metric: Metric): void {
    const { run, bytes } = this.#state;
    const line = metricLine(metric.timestamp, metric.value, metric.step);
    this.#write(this.#file(metric.key), line);
    bytes.set(metric.key, (bytes.get(metric.key) ?? 0) + line.length);
    addMetric(run, metric);
  }

  #addAll(metrics: readonly Metric[]): void {
    const byKey = new Map<string, Metric[]>();
    for (const metric of metrics) {
      const list = byKey.get(metric.key);
      if (list === undefined) byKey.set(metric.key, [metric]);
      else list.push(metric);
    }
    const waiting = [...byKey];
    try {
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        this.#addPoints(...next);
        waiting.shift();
      }
    } catch (error) {
      const left = waiting.flatMap(([, list]) => list);
      throw error instanceof HalfWritten ? this.#keep(left.slice(error.points), error.reason) : this.#keep(left, error);
    }
  }

  #addPoints(key: string, list: readonly Metric[]): void {
    const lines = list.map(({ timestamp, value, step }) => metricLine(timestamp, value, step)).join("");
    try {
      this.#write(this.#file(key), lines);
    } catch (error) {
      if (!(error instanceof AppendError)) throw error;
      throw new HalfWritten(error, this.#count(key, list, lines.slice(0, error.written)));
    }
    this.#count(key, list, lines);
  }

  /** Takes note of the points whose lines are written. @returns how many they are */
  #count(key: string, list: readonly Metric[], written: string): number {
    const whole = written.slice(0, written.lastIndexOf("\n") + 1);
    const points = whole.split("\n").length - 1;
    this.#state.bytes.set(key, (this.#state.bytes.get(key) ?? 0) + whole.length);
    for (const metric of list.slice(0, points)) addMetric(this.#state.run, metric);
    return points;
  }

  #keep(metrics: readonly Metric[], error: unknown): unknown {
    return error instanceof TrackingError ? this.#unwritten.keep(metrics, error) : error;
  }

  /**
   * Puts the journal into the document and closes the run's files. Alone, it is done when this returns true; when other
   * processes write too it returns false, and {@link foldShared} is needed.
   */
  fold(): boolean {
    const { disk, pool } = this.#context;
    this.writeUnwritten();
    this.#closeFiles();
    if (this.#shared() || !disk.link(this.#layout.journal, this.#layout.folding)) return false;
    disk.remove(this.#layout.journal);
    if (statSync(this.#layout.folding).size !== this.#offset) return false;
    this.#settleTorn();
    runDocument(this.#layout, disk).write(toDocument(this.#state));
    disk.remove(this.#layout.folding);
    pool.close(this.#journal);
    return true;
  }

  async foldShared(): Promise<void> {
    this.writeUnwritten();
    const { disk, self } = this.#context;
    await foldRun(this.#layout, disk, self, true);
    this.close();
  }

  /** Gives the files back; what is in the journal stays there. */
  close(): void {
    this.#closeFiles();
    this.#context.pool.close(this.#journal);
  }

  #closeFiles(): void {
    for (const file of this.#files.values()) this.#context.pool.close(file);
  }

  #settleTorn(): void {
    if ([...this.#files.values()].some((file) => file.torn)) recount(this.#state, this.#layout);
  }

  #shared(): boolean {
    return this.#state.owners.some((owner) => !sameProcess(owner, this.#context.self));
  }

  #openJournal(): void {
    const { pool, self } = this.#context;
    pool.open(this.#journal, this.#layout.journal);
    const { ino, size } = fstatSync(this.#journal.fd);
    this.#inode = ino;
    const owner = { ...self, owns: this.#owns };
    const line = journalLine({ kind: "owner", owner });
    // A line that was torn when its process died must not run on into ours.
    const mend = size > 0 && lastByte(this.#journal.fd, size) !== newline ? "!\n" : "";
    this.#context.disk.append(this.#journal.fd, mend + line, this.#layout.journal);
    // What stands before it is read by whoever calls.
    this.#offset = mend.length + line.length;
    this.#state.owners.push(owner);
  }

  /** Reads everything again; the journal that is open now is read from its start. */
  #reload(): void {
    this.#state = loadRun(this.#layout, this.#context.disk);
    this.#offset = this.#state.end;
  }

  /**
   * Appends a line, then looks where it came to stand: alone behind what is known (`apply` is called), behind lines of other
   * processes (all are applied in their order), or in a journal that has been folded away meanwhile (it is written again).
   */
  #append(line: string, apply: () => void): void {
    if (this.#journal.fd < 0) this.#reopen();
    for (;;) {
      this.#appendWhole(line);
      const now = statSync(this.#layout.journal, { throwIfNoEntry: false });
      if (now?.ino === this.#inode) {
        const length = Buffer.byteLength(line);
        if (now.size === this.#offset + length) {
          this.#offset = now.size;
          apply();
        } else {
          this.#catchUpJournal();
        }
        return;
      }
      this.#reopen();
    }
  }

  #appendWhole(line: string): void {
    const { disk } = this.#context;
    try {
      if (this.#tornJournal) {
        // Whatever stands there, it is no JSON with a mark behind it.
        disk.append(this.#journal.fd, "!\n", this.#layout.journal);
        this.#tornJournal = false;
      }
      disk.append(this.#journal.fd, line, this.#layout.journal);
    } catch (error) {
      // A part of the line may stand there; it was not acknowledged, and the next begins on a line of its own.
      this.#tornJournal = true;
      throw error;
    }
  }

  #reopen(): void {
    this.#context.pool.close(this.#journal);
    this.#openJournal();
    this.#reload();
  }

  #catchUpJournal(): void {
    const more = readJournal(this.#layout.journal, this.#offset);
    if (more === undefined) return;
    for (const entry of more.entries) applyEntry(this.#state, entry);
    this.#offset = more.end;
  }

  /** Brings the state up to what other processes have written. */
  #sync(): void {
    const now = statSync(this.#layout.journal, { throwIfNoEntry: false });
    if (now?.ino !== this.#inode) this.#reload();
    else if (now.size !== this.#offset) this.#catchUpJournal();
    if (this.#shared()) recount(this.#state, this.#layout);
    else this.#settleTorn();
  }

  #file(key: string): MetricFile {
    const known = this.#files.get(key);
    if (known !== undefined) {
      if (known.fd < 0) this.#context.pool.open(known, known.path);
      return known;
    }
    const { disk, pool } = this.#context;
    // Also for a run that came here without it: git keeps no empty folder.
    if (this.#files.size === 0) disk.makeFolder(this.#layout.metrics);
    if (!this.#state.bytes.has(key)) {
      if (metricKeyOf(metricFileName(key)) === undefined) {
        this.#append(journalLine({ kind: "metric", key }), () => this.#state.bytes.set(key, 0));
      }
      this.#state.bytes.set(key, 0);
    }
    const file: MetricFile = { fd: -1, path: this.#layout.metric(key), torn: false };
    pool.open(file, file.path);
    const { size } = fstatSync(file.fd);
    file.torn = size > 0 && lastByte(file.fd, size) !== newline;
    this.#files.set(key, file);
    return file;
  }

  #write(file: MetricFile, lines: string): void {
    const { disk } = this.#context;
    try {
      if (file.torn) {
        const { size } = fstatSync(file.fd);
        // A fragment like `17 0.5 1` of step 12 would read as a point: a mark behind it makes it none.
        if (size > 0 && lastByte(file.fd, size) !== newline) disk.append(file.fd, " !\n", file.path);
      }
      disk.append(file.fd, lines, file.path);
    } catch (error) {
      file.torn = true;
      throw error;
    }
  }
}

/** Some of a metric's points are written. */
class HalfWritten {
  readonly reason: unknown;
  readonly points: number;

  constructor(reason: unknown, points: number) {
    this.reason = reason;
    this.points = points;
  }
}

const newline = 0x0a;

function lastByte(fd: number, size: number): number | undefined {
  const byte = Buffer.alloc(1);
  return readSync(fd, byte, 0, 1, size - 1) === 1 ? byte[0] : undefined;
}
