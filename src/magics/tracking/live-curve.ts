import { randomUUID } from "node:crypto";
import { isUnanswered } from "../../errors.js";
import type { CellOutput } from "../../kernel/cell-output.js";
import { metricCurves } from "../../render/metric-curves.js";
import type { RunColours } from "../../render/palette.js";
import { chartBundle, liveChartBundle } from "../../render/static/chart-bundle.js";
import { bySteps, thin } from "../../render/thin.js";
import { type ActiveRun, describe } from "../../tracking/active-run.js";
import type { Metric, MetricPoint } from "../../tracking/types.js";

/** Least time between two pictures, ms: four a second are smooth, and more would fill the notebook's connection. */
const interval = 250;

/** Most points of a picture while the run goes on; the last one is drawn from the store. */
const limit = 2000;

/** One run of a picture. */
interface Series {
  run: ActiveRun;
  points: MetricPoint[];
  unwatch: () => void;
}

/**
 * The curves of one metric, a line per run that is watched, drawn while the runs go on: a display that is updated with the points
 * as they are logged, also from a loop that never pauses, and at the end once more in full.
 */
export class LiveCurve {
  readonly #metric: string;
  readonly #output: CellOutput;
  readonly #colours: RunColours;
  readonly #displayId = randomUUID();
  readonly #series: Series[] = [];
  #drawnAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown;

  constructor(metric: string, output: CellOutput, colours: RunColours) {
    this.#metric = metric;
    this.#output = output;
    this.#colours = colours;
  }

  /** Draws the points that `run` logs from now on. */
  watch(run: ActiveRun): void {
    const series: Series = { run, points: [], unwatch: () => undefined };
    this.#series.push(series);
    series.unwatch = run.watchMetrics((metrics) => this.#take(series, metrics));
  }

  /**
   * Stops watching and draws what the store has.
   * @returns why there is no curve: no point came, or it could not be drawn
   */
  async end(): Promise<string | undefined> {
    for (const { unwatch } of this.#series) unwatch();
    clearTimeout(this.#timer);
    const drawn = this.#series.filter(({ points }) => points.length > 0);
    if (drawn.length === 0) return `live=${this.#metric} drew nothing: no '${this.#metric}' was logged.`;
    try {
      for (const series of drawn) {
        series.points = await this.#allPoints(series);
      }
      this.#output.update(this.#displayId, await chartBundle(this.#drawing(drawn)));
    } catch (error) {
      this.#failure ??= error;
    }
    return this.#failure === undefined ? undefined : `Could not draw ${this.#metric}: ${describe(this.#failure)}`;
  }

  /** While the server is away, those that came, which are thinned. */
  async #allPoints({ run, points }: Series): Promise<MetricPoint[]> {
    try {
      return (await run.client.getMetricHistory(run.runId, this.#metric)).sort(bySteps);
    } catch (error) {
      if (isUnanswered(error)) return points;
      throw error;
    }
  }

  #take(series: Series, metrics: readonly Metric[]): void {
    const own = metrics.filter(({ key }) => key === this.#metric);
    if (own.length === 0 || this.#failure !== undefined) return;
    for (const { step, value, timestamp } of own) series.points.push({ step, value, timestamp });
    // All lines together stay within the limit.
    const most = Math.max(8, Math.floor(limit / this.#series.length));
    if (series.points.length > most) series.points = [...thin(series.points.sort(bySteps), most / 2)];
    const wait = this.#drawnAt + interval - performance.now();
    if (wait <= 0) this.#draw();
    // The last points before a pause are shown in the pause.
    else this.#timer ??= setTimeout(() => this.#draw(), wait).unref();
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const first = this.#drawnAt === Number.NEGATIVE_INFINITY;
    try {
      const bundle = liveChartBundle(this.#drawing(this.#series.filter(({ points }) => points.length > 0)));
      if (first) this.#output.display(bundle, { displayId: this.#displayId });
      else this.#output.update(this.#displayId, bundle);
    } catch (error) {
      // A log call must not fail for its picture.
      this.#failure = error;
    }
    this.#drawnAt = performance.now();
  }

  #drawing(drawn: readonly Series[]) {
    const series = drawn.map(({ run, points }) => {
      const { runId, runName } = run.info;
      return { runId, runName, points: [...points].sort(bySteps) };
    });
    const places = this.#colours.placesOf(series.map(({ runId }) => runId));
    return metricCurves(this.#metric, series, { places });
  }
}
