import { randomUUID } from "node:crypto";
import type { CellOutput } from "../../kernel/cell-output.js";
import { metricCurves } from "../../render/metric-curves.js";
import { chartBundle, liveChartBundle } from "../../render/static/chart-bundle.js";
import { bySteps, thin } from "../../render/thin.js";
import { type ActiveRun, describe } from "../../tracking/active-run.js";
import type { Metric, MetricPoint } from "../../tracking/types.js";

/** Least time between two pictures, ms: four a second are smooth, and more would fill the notebook's connection. */
const interval = 250;

/** Most points of a picture while the run goes on; the last one is drawn from the store. */
const limit = 2000;

/**
 * The curve of one metric of a run, drawn while the run goes on: a display that is updated with the points as they are
 * logged, also from a loop that never pauses, and at the end once more in full.
 */
export class LiveCurve {
  readonly #metric: string;
  readonly #run: ActiveRun;
  readonly #output: CellOutput;
  readonly #displayId = randomUUID();
  readonly #unwatch: () => void;
  #points: MetricPoint[] = [];
  #drawnAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown;

  constructor(run: ActiveRun, metric: string, output: CellOutput) {
    this.#run = run;
    this.#metric = metric;
    this.#output = output;
    this.#unwatch = run.watchMetrics((metrics) => this.#take(metrics));
  }

  /**
   * Stops watching and draws what the store has; nothing when no point came.
   * @returns why the curve could not be drawn
   */
  async end(): Promise<string | undefined> {
    this.#unwatch();
    clearTimeout(this.#timer);
    if (this.#points.length === 0) return undefined;
    try {
      const points = await this.#run.client.getMetricHistory(this.#run.runId, this.#metric);
      this.#output.update(this.#displayId, await chartBundle(this.#drawing(points.sort(bySteps))));
    } catch (error) {
      this.#failure ??= error;
    }
    return this.#failure === undefined ? undefined : `Could not draw ${this.#metric}: ${describe(this.#failure)}`;
  }

  #take(metrics: readonly Metric[]): void {
    const own = metrics.filter(({ key }) => key === this.#metric);
    if (own.length === 0 || this.#failure !== undefined) return;
    for (const { step, value, timestamp } of own) this.#points.push({ step, value, timestamp });
    if (this.#points.length > limit) this.#points = [...thin(this.#points.sort(bySteps), limit / 2)];
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
      const bundle = liveChartBundle(this.#drawing([...this.#points].sort(bySteps)));
      if (first) this.#output.display(bundle, { displayId: this.#displayId });
      else this.#output.update(this.#displayId, bundle);
    } catch (error) {
      // A log call must not fail for its picture.
      this.#failure = error;
    }
    this.#drawnAt = performance.now();
  }

  #drawing(points: MetricPoint[]) {
    const { runId, runName } = this.#run.info;
    return metricCurves(this.#metric, [{ runId, runName, points }]);
  }
}
