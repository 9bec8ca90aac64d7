import { fstatSync } from "node:fs";
import { TrackingError } from "../../errors.js";
import { own } from "../../own.js";
import type { Metric } from "../../tracking/types.js";
import { addMetric, extend, showLatest } from "../metric-summary.js";
import { emptySum, extendSum, type FileSum } from "./checksum.js";
import { endsTorn, type OpenFile } from "./disk.js";
import { AppendError } from "./disk-error.js";
import type { Handle } from "./handle-pool.js";
import { metricFileName, metricKeyOf, type RunLayout } from "./layout.js";
import { metricLine, timeText } from "./metric-lines.js";
import type { RunState } from "./run-codec.js";
import { recount, sumUp } from "./run-files.js";
import { UnwrittenPoints } from "./unwritten-points.js";
import type { WriterContext } from "./writer-context.js";

interface MetricFile extends Handle {
  readonly path: string;
  /** A write failed halfway: what it left must not be read as a point. */
  torn: boolean;
  /** Of what stood in the file and what this process has written since, less {@link unsummed}; undefined when that is not known. */
  sum: FileSum | undefined;
  /** Lines that are not in the sum yet: summing them up together costs a tenth. */
  unsummed: string;
  /** Whether its latest value is among the run's, see {@link MetricWriter.showLatest}. */
  shown: boolean;
  /** When it was last made sure that the file is there, see {@link MetricWriter.lookAgain}. */
  look: number;
}

export interface MetricWriterHost {
  /** The run, to which written points are added. */
  state(): RunState;
  /** Writes down that there is a metric whose file's name does not tell its key. */
  nameMetric(key: string): void;
}

/** One process's ends of a run's metric files. A point is a line; it is with the operating system when the call returns. */
export class MetricWriter {
  readonly #context: WriterContext;
  readonly #layout: RunLayout;
  readonly #host: MetricWriterHost;
  readonly #files = new Map<string, MetricFile>();
  readonly #unwritten: UnwrittenPoints;
  #look = 0;
  /** Of the last point. */
  #time = Number.NaN;
  #timeText = "";
  #hasFolderMade = false;

  constructor(context: WriterContext, layout: RunLayout, host: MetricWriterHost) {
    this.#context = context;
    this.#layout = layout;
    this.#host = host;
    this.#unwritten = new UnwrittenPoints(context.unwritten);
  }

  /** How many points the disk has refused so far; they are in memory only. */
  get unwritten(): number {
    return this.#unwritten.size;
  }

  /** A write has failed halfway: what the files hold is to be counted. */
  get torn(): boolean {
    return [...this.#files.values()].some((file) => file.torn);
  }

  /** @throws {TrackingError} of the disk; the point is kept in memory then, see {@link UnwrittenPoints} */
  add(metric: Metric): void {
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

  /** One write per key. @throws as {@link add} */
  addAll(metrics: readonly Metric[]): void {
    this.#addAll(this.#unwritten.size > 0 ? [...this.#unwritten.take(), ...metrics] : metrics);
  }

  /** Opens the files that these points go to. @throws {TrackingError} when one cannot be written to; nothing is kept then */
  open(metrics: readonly Metric[]): void {
    for (const key of new Set(metrics.map((metric) => metric.key))) this.#file(key);
  }

  /** Tries to write the points that the disk has refused. @throws {TrackingError} when it refuses them again */
  writeUnwritten(): void {
    if (this.#unwritten.size > 0) this.#addAll(this.#unwritten.take());
  }

  /** Brings the run's latest values up to date, which single points leave behind. */
  showLatest(): void {
    const { run } = this.#host.state();
    for (const [key, file] of this.#files) {
      if (!file.shown) showLatest(run, key);
      file.shown = true;
    }
  }

  /** Files may have been removed: each is looked at before it is written to. */
  lookAgain(): void {
    this.#look++;
  }

  /** There is no run any more to which the points that the disk has refused could be written. */
  discardUnwritten(): void {
    this.#unwritten.take();
  }

  close(): void {
    for (const file of this.#files.values()) this.#context.pool.close(file);
  }

  /** Completes the checksums of the run's metric files. */
  sumUp(): void {
    const state = this.#host.state();
    for (const [key, file] of this.#files) {
      sumLines(file);
      if (file.sum?.bytes === state.bytes.get(key) && file.sum !== undefined) state.sums.set(key, file.sum);
    }
    sumUp(state, this.#layout, this.#context.disk);
  }

  #addPoint(metric: Metric): void {
    const { timestamp, value, step } = metric;
    // A loop logs a hundred points in a millisecond.
    if (timestamp !== this.#time) {
      this.#time = timestamp;
      this.#timeText = timeText(timestamp);
    }
    const line = metricLine(timestamp, value, step, this.#timeText);
    const file = this.#file(metric.key);
    this.#write(file, line);
    // Not before: the first point of a metric may have made the run be read again.
    const { run, bytes } = this.#host.state();
    bytes.set(metric.key, (bytes.get(metric.key) ?? 0) + line.length);
    const summary = own(run.metricSummaries, metric.key);
    if (summary === undefined) addMetric(run, metric);
    else {
      // Setting a field of an object by a name that comes from outside would cost more than all the rest here.
      extend(summary, metric);
      file.shown = false;
    }
  }

  #addAll(metrics: readonly Metric[]): void {
    const waiting = [...byKey(metrics)];
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
    let lines = "";
    for (const { timestamp, value, step } of list) lines += metricLine(timestamp, value, step);
    try {
      this.#write(this.#file(key), lines);
    } catch (error) {
      if (!(error instanceof AppendError)) throw error;
      const whole = lines.slice(0, lines.lastIndexOf("\n", error.written - 1) + 1);
      const points = whole.split("\n").length - 1;
      this.#count(key, list.slice(0, points), whole.length);
      throw new HalfWritten(error, points);
    }
    this.#count(key, list, lines.length);
  }

  /** Takes note of points whose lines are written. */
  #count(key: string, list: readonly Metric[], length: number): void {
    const { run, bytes } = this.#host.state();
    bytes.set(key, (bytes.get(key) ?? 0) + length);
    let summary = own(run.metricSummaries, key);
    for (const metric of list) {
      if (summary !== undefined) extend(summary, metric);
      else {
        addMetric(run, metric);
        summary = own(run.metricSummaries, key);
      }
    }
    showLatest(run, key);
  }

  #keep(metrics: readonly Metric[], error: unknown): unknown {
    return error instanceof TrackingError ? this.#unwritten.keep(metrics, error) : error;
  }

  #file(key: string): MetricFile {
    const known = this.#files.get(key);
    if (known !== undefined) {
      if (known.fd < 0) this.#openAgain(known);
      else if (known.look !== this.#look && fstatSync(known.fd).nlink === 0) this.#openAnew(known);
      known.look = this.#look;
      return known;
    }
    const { disk, pool } = this.#context;
    // Also for a run that came here without it: git keeps no empty folder.
    if (this.#files.size === 0) this.#hasFolderMade = disk.makeFolder(this.#layout.metrics);
    if (!this.#host.state().bytes.has(key)) {
      if (metricKeyOf(metricFileName(key)) === undefined) this.#host.nameMetric(key);
      this.#host.state().bytes.set(key, 0);
    }
    const file: MetricFile = {
      fd: -1,
      path: this.#layout.metric(key),
      torn: false,
      sum: emptySum,
      unsummed: "",
      shown: true,
      look: this.#look,
    };
    // In a folder that this process has made, a file is new unless another process was first.
    if (!this.#hasFolderMade || !pool.create(file, file.path)) {
      const found = pool.open(file, file.path);
      file.torn = isTorn(found);
      file.sum = [emptySum, this.#host.state().sums.get(key)].find((sum) => sum?.bytes === found.size);
    }
    this.#files.set(key, file);
    return file;
  }

  /** The pool has closed it meanwhile. */
  #openAgain(file: MetricFile): void {
    const { size } = this.#context.pool.open(file, file.path);
    if (file.sum !== undefined && size !== file.sum.bytes + file.unsummed.length) file.sum = undefined;
  }

  /** Somebody has removed a metric's file and left the run: its earlier points are gone. */
  #openAnew(file: MetricFile): void {
    const { disk, pool } = this.#context;
    pool.close(file);
    disk.makeFolder(this.#layout.metrics);
    file.torn = isTorn(pool.open(file, file.path));
    file.sum = undefined;
    recount(this.#host.state(), this.#layout, disk);
  }

  #write(file: MetricFile, lines: string): void {
    const { disk } = this.#context;
    try {
      // A fragment like `17 0.5 1` of step 12 would read as a point: a mark after it makes it invalid.
      if (file.torn && endsTorn(file.fd)) disk.append(file.fd, " !\n", file.path);
      disk.append(file.fd, lines, file.path);
    } catch (error) {
      file.torn = true;
      file.sum = undefined;
      throw error;
    }
    if (file.sum === undefined) return;
    file.unsummed += lines;
    if (file.unsummed.length > unsummedLimit) sumLines(file);
  }
}

function byKey(metrics: readonly Metric[]): Map<string, readonly Metric[]> {
  const [first] = metrics;
  if (first === undefined) return new Map();
  if (metrics.every(({ key }) => key === first.key)) return new Map([[first.key, metrics]]);
  const lists = new Map<string, Metric[]>();
  for (const metric of metrics) {
    const list = lists.get(metric.key);
    if (list === undefined) lists.set(metric.key, [metric]);
    else list.push(metric);
  }
  return lists;
}

/** Characters of lines that wait to be summed up. */
const unsummedLimit = 16_384;

function sumLines(file: MetricFile): void {
  if (file.sum !== undefined && file.unsummed !== "") file.sum = extendSum(file.sum, file.unsummed);
  file.unsummed = "";
}

function isTorn({ fd, size }: OpenFile): boolean {
  return endsTorn(fd, size);
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
