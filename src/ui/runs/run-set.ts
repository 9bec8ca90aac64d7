import type { RunJson, RunsJson } from "../../server/page/page-json.js";

/** The runs of a table; their values stand in the order of the names. Never changed: {@link mergeRuns} makes another. */
export interface RunSet {
  params: readonly string[];
  metrics: readonly string[];
  tags: readonly string[];
  /** Newest first. */
  runs: readonly RunJson[];
  /** The store has more; these are the newest. */
  more: boolean;
  /** The others are being read. */
  partial?: true;
}

export function runSet({ params, metrics, tags, runs, more }: RunsJson): RunSet {
  return { params, metrics, tags, runs, more: more === true };
}

/**
 * The set with what is new in some runs.
 * @param asked - the runs that were asked for: one of them that is not in the answer is no longer among those that are shown
 */
export function mergeRuns(set: RunSet, json: RunsJson, asked: readonly string[]): RunSet {
  const params = [...set.params];
  const metrics = [...set.metrics];
  const tags = [...set.tags];
  const place = {
    params: placer(params, json.params),
    metrics: placer(metrics, json.metrics),
    tags: placer(tags, json.tags),
  };
  const changed = json.runs.map(
    (run): RunJson => ({
      ...run,
      params: place.params(run.params, null),
      metrics: place.metrics(run.metrics, null),
      tags: place.tags(run.tags, null),
      ...(run.points === undefined ? {} : { points: place.metrics(run.points, 0) }),
    }),
  );
  const gone = new Set(asked);
  const kept = set.runs.filter(({ id }) => !gone.has(id));
  const runs = [...changed, ...kept].sort((a, b) => b.start - a.start || (a.id < b.id ? -1 : 1));
  return { params, metrics, tags, runs, more: set.more };
}

/** Moves values from the order of `from` to that of `to`, which gets the names that it lacks. */
function placer(to: string[], from: readonly string[]) {
  const known = new Map(to.map((key, at) => [key, at]));
  const targets = from.map((key) => known.get(key) ?? to.push(key) - 1);
  return <T>(values: readonly T[], missing: T): T[] => {
    const placed: T[] = [];
    for (const [at, value] of values.entries()) {
      const target = targets[at] ?? 0;
      while (placed.length < target) placed.push(missing);
      placed[target] = value;
    }
    return placed;
  };
}
