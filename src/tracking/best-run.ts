import { TrackingError } from "../errors.js";
import { metricGoal } from "../metric-goal.js";
import { own } from "../own.js";
import type { TrackingSession } from "./session.js";
import type { Run } from "./types.js";
import { checkKey, checkWord } from "./validation.js";
import { checkOptions } from "./value-type.js";

export interface BestRunOptions {
  /** Which way is better; default by the metric's name (loss: min, accuracy: max). */
  goal?: "min" | "max";
  /** Default: the session's experiment. */
  experimentName?: string;
  /** Only among runs that match: see `searchRuns`. */
  filterString?: string;
}

/**
 * The run with the best last value of a metric; runs without the metric, or with NaN, do not count.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when no run has it
 */
export async function bestRun(session: TrackingSession, metric: string, options: BestRunOptions = {}): Promise<Run> {
  checkKey("metric", metric);
  checkOptions("bestRun", options, '{ goal: "min" }');
  const { experimentName, filterString } = options;
  const goal = options.goal === undefined ? metricGoal(metric) : checkWord("goal", options.goal, ["min", "max"]);
  const where = experimentName === undefined ? {} : { experimentNames: [experimentName] };
  // `field > -infinity` cannot be written in a filter; runs without the metric come last in any order.
  const page = await session.searchRuns({
    ...where,
    filterString,
    orderBy: [`metrics.\`${metric}\` ${goal === "min" ? "ASC" : "DESC"}`],
    maxResults: 1,
  });
  const run = page.find(({ data }) => Object.hasOwn(data.metrics, metric) && !Number.isNaN(own(data.metrics, metric)));
  if (run !== undefined) return run;
  const name = experimentName ?? (await session.currentExperiment()).name;
  const keys = new Set((await session.searchRuns(where)).flatMap(({ data }) => Object.keys(data.metrics)));
  const filtered = filterString === undefined ? "" : ` that match ${filterString}`;
  throw new TrackingError(
    "RESOURCE_DOES_NOT_EXIST",
    `No run of experiment '${name}'${filtered} has a value of metric '${metric}'.`,
    { hint: keys.size === 0 ? "None has logged a metric yet." : `There are: ${[...keys].slice(0, 10).join(", ")}.` },
  );
}
