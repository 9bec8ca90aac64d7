import { TrackingError } from "../errors.js";
import { keysByUse } from "../render/runs-table.js";
import { suggest } from "../suggest.js";
import type { Experiment } from "../tracking/types.js";
import { allExperiments, listed } from "./find-experiment.js";
import { type QuerySource, searchPages } from "./run-search.js";

/** Runs that are looked through for the metrics that there are. */
const looked = 1000;

/** Metrics that an error names. */
const named = 10;

/** What was looked for in vain. */
export interface Sought {
  /** Where; undefined: in all experiments. */
  experiments?: readonly Experiment[];
  /** The filter, when one was given. */
  where?: string;
  /** One of these was to be there; empty: any run would do. */
  metrics: readonly string[];
}

/**
 * Why a search found no run: the experiment has none, none matches the filter, or none has the metric, with what there is
 * instead.
 * @returns the error, for the caller to throw
 */
export async function noRuns(source: QuerySource, { experiments, where, metrics }: Sought): Promise<TrackingError> {
  const all = await allExperiments(source);
  const of = experiments === undefined ? "" : ` of ${experimentsNamed(experiments)}`;
  const experimentIds = (experiments ?? all).map(({ experimentId }) => experimentId);
  const { runs, more } = await searchPages(source, { experimentIds }, looked);
  if (runs.length === 0) {
    const others = all.filter(({ experimentId }) => !experimentIds.includes(experimentId)).map(({ name }) => name);
    const hint = others.length === 0 ? "Log a run first." : `Other experiments: ${listed(others)}.`;
    const message =
      experiments === undefined ? "There are no runs yet." : `There are no runs in ${experimentsNamed(experiments)}.`;
    return notFound(message, hint);
  }
  const matching =
    where === undefined ? runs : (await searchPages(source, { experimentIds, filterString: where }, looked)).runs;
  const count = `${runs.length.toLocaleString("en-US")}${more ? " or more" : ""}`;
  if (matching.length === 0) {
    return notFound(
      `No run${of} matches ${where}.`,
      `Without the filter there ${runs.length === 1 ? "is 1 run" : `are ${count} runs`}.`,
    );
  }
  const wanted = `'${metrics.join("' or '")}'`;
  const filtered = where === undefined ? "" : ` that matches ${where}`;
  const valueless = metrics.some((key) => matching.some(({ data }) => Object.hasOwn(data.metrics, key)));
  if (valueless)
    return notFound(
      `Metric ${wanted} is NaN in every run${of}${filtered} that has it.`,
      "NaN has no place in an order.",
    );
  const keys = keysByUse(matching.map(({ data }) => data.metrics));
  const [metric = ""] = metrics;
  const near = metrics.length === 1 ? suggest(metric, keys) : undefined;
  const list = `${keys.slice(0, named).join(", ")}${keys.length > named ? ", …" : ""}`;
  const hint = `${near === undefined ? "" : `Did you mean '${near}'? `}There are: ${list}.`;
  return notFound(
    `No run${of}${filtered} has a metric ${wanted}.`,
    keys.length === 0 ? "None has logged a metric." : hint,
  );
}

function experimentsNamed(experiments: readonly Experiment[]): string {
  const names = listed(experiments.map(({ name }) => name));
  return experiments.length === 1 ? `experiment ${names}` : `experiments ${names}`;
}

function notFound(message: string, hint: string): TrackingError {
  return new TrackingError("RESOURCE_DOES_NOT_EXIST", message, { hint });
}
