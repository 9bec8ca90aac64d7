import { rm } from "node:fs/promises";
import { TrackingError } from "../../errors.js";
import { listed } from "../../queries/find-experiment.js";
import { plural } from "../../render/format-value.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { allPages } from "../../tracking/all-pages.js";
import type { TrackingClient } from "../../tracking/client.js";
import type { Experiment } from "../../tracking/types.js";
import { copyRegistry } from "./registry-copier.js";
import { RunCopier } from "./run-copier.js";

export interface CopyRequest {
  /** Only runs that this filter holds for, and then no registered models. */
  where?: string | undefined;
  /** Only these experiments, by name; default: all. */
  experiments?: readonly string[];
  /** Told of each experiment. */
  say?: (line: string) => void;
}

export interface CopyResult {
  experiments: number;
  /** Runs that were copied, or completed. */
  copied: number;
  /** Runs that were there already, and equal. */
  there: number;
  models: number;
  versions: number;
  /** What is there already and not equal; it stays as it is. */
  differ: string[];
  /** What the other store cannot hold. */
  leftOut: string[];
}

/**
 * Copies experiments, runs, files, logged models and the registry of one store to another, and compares what it reads back. Ids are
 * kept where the other store takes them. Copying again completes what was interrupted, and adds what is new.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE when both are one store; DATA_LOSS when a copy is not equal
 */
export async function copyStore(
  from: TrackingClient,
  to: TrackingClient,
  { where, experiments: names, say = () => undefined }: CopyRequest = {},
): Promise<CopyResult> {
  if (from.store.uri === to.store.uri) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `${from.store.uri} cannot be copied to itself.`, {
      hint: "Name another store as the target.",
    });
  }
  const result: CopyResult = { experiments: 0, copied: 0, there: 0, models: 0, versions: 0, differ: [], leftOut: [] };
  const { path: folder } = temporaryFolder("runlab-copy-");
  try {
    const copier = new RunCopier(from, to, folder);
    for (const experiment of await chosen(from, names)) {
      const experimentId = await experimentIn(to, experiment);
      result.experiments++;
      const counts = await copyRuns(copier, from, experiment, experimentId, where, result);
      say(`${experiment.name}: ${counts}`);
    }
    if (where === undefined && names === undefined) {
      const { models, versions, differ } = await copyRegistry(from, to, copier.ids);
      Object.assign(result, { models, versions });
      result.differ.push(...differ);
    }
    result.leftOut.push(...copier.leftOut, ...(await modelsWithoutRun(from)));
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** MLflow may log a model outside of any run; here every file is a run's. */
async function modelsWithoutRun(from: TrackingClient): Promise<string[]> {
  const models = await allPages((pageToken) => from.searchLoggedModels(pageToken === undefined ? {} : { pageToken }));
  return models
    .filter(({ sourceRunId }) => sourceRunId === "")
    .map(({ name, modelId }) => `the model ${name} (${modelId}), which no run has logged`);
}

async function copyRuns(
  copier: RunCopier,
  from: TrackingClient,
  { experimentId: sourceId }: Experiment,
  experimentId: string,
  where: string | undefined,
  result: CopyResult,
): Promise<string> {
  const before = { ...result };
  let pageToken: string | undefined;
  do {
    // Oldest first: a parent comes before the runs in it.
    const page = await from.searchRuns({
      experimentIds: [sourceId],
      ...(where !== undefined && { filterString: where }),
      orderBy: ["start_time ASC"],
      ...(pageToken !== undefined && { pageToken }),
    });
    for (const { info } of page) {
      const run = await from.getRun(info.runId);
      const outcome = await copier.copy(run, experimentId);
      if (outcome === "copied") result.copied++;
      else if (outcome === "there") result.there++;
      else result.differ.push(`run ${info.runName} (${info.runId}): ${outcome.differs}`);
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return `${plural(result.copied - before.copied, "run")} copied, ${result.there - before.there} there already`;
}

async function chosen(from: TrackingClient, names: readonly string[] | undefined): Promise<Experiment[]> {
  const all = await allPages((pageToken) =>
    from.searchExperiments({ orderBy: ["creation_time ASC"], ...(pageToken === undefined ? {} : { pageToken }) }),
  );
  if (names === undefined) return all;
  return names.map((name) => {
    const found = all.find((experiment) => experiment.name === name);
    if (found !== undefined) return found;
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `There is no experiment '${name}' in ${from.store.uri}.`, {
      hint: `It has: ${listed(all.map((experiment) => experiment.name))}.`,
    });
  });
}

/** The experiment of the same name, made when there is none. */
export async function experimentIn(to: TrackingClient, { name, tags }: Experiment): Promise<string> {
  const found = await to.getExperimentByName(name);
  if (found === undefined) return to.createExperiment(name, { tags });
  if (found.lifecycleStage === "deleted") {
    throw new TrackingError("INVALID_STATE", `The experiment '${name}' is deleted in ${to.store.uri}.`, {
      hint: "Restore or rename it there, or copy other experiments.",
    });
  }
  const missing = Object.entries(tags).filter(([key]) => !Object.hasOwn(found.tags, key));
  if (missing.length > 0) await to.setExperimentTags(found.experimentId, Object.fromEntries(missing));
  return found.experimentId;
}

/** What was copied, for a person. */
export function copiedText({ experiments, copied, there, models, versions, leftOut }: CopyResult): string[] {
  const already = there === 0 ? "" : `, ${there.toLocaleString("en-US")} there already`;
  return [
    `Copied ${plural(copied, "run")} of ${plural(experiments, "experiment")}${already}; ${plural(models, "registered model")} and ${plural(versions, "version")} added`,
    ...leftOut.map((what) => `Left out: ${what}`),
  ];
}
