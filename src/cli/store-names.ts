import type { NameSource } from "../magics/complete.js";

/** Runs looked at for the names of their metrics and params. */
const looked = 200;

/** Names that the notebook's store holds, for completion; the store is opened when the first are asked for. */
export function storeNames(): NameSource {
  return async (kind) => {
    const { sharedSession } = await import("../stores/shared-session.js");
    const session = sharedSession();
    if (kind === "experiment") return (await session.searchExperiments({})).map(({ name }) => name);
    const runs = await session.searchRuns({ maxResults: looked });
    if (kind === "run") return unique(runs.map(({ info }) => info.runName));
    if (kind === "metric") return unique(runs.flatMap(({ data }) => Object.keys(data.metrics)));
    if (kind === "param") return unique(runs.flatMap(({ data }) => Object.keys(data.params)));
    if (kind === "tag") return unique(runs.flatMap(({ data }) => Object.keys(data.tags)));
    return [];
  };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
