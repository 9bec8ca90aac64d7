import { RunlabError, TrackingError } from "../errors.js";
import { allPages } from "./all-pages.js";
import type { Field, Filter } from "./filter/filter-tree.js";
import type { TrackingStore } from "./store.js";
import type { Experiment, Run } from "./types.js";

export interface RemovalRequest {
  /** Only what was deleted at least so long ago, ms; default 0. */
  olderThan?: number;
  /** Only runs of these experiments; default: all. */
  experimentIds?: readonly string[];
  /** Says what would be removed, and removes nothing. */
  dryRun?: boolean;
}

export interface Removal {
  runs: Array<Pick<Run["info"], "runId" | "runName" | "experimentId">>;
  experiments: Array<Pick<Experiment, "experimentId" | "name">>;
  /** Deleted runs that stay, because a version of a registered model comes from them, or because they cannot be removed. */
  kept: Array<{ runId: string; runName: string; reason: string }>;
  /** Deleted experiments that stay, e.g. because something of them cannot be read. */
  keptExperiments: Array<{ experimentId: string; name: string; reason: string }>;
}

/**
 * Removes for good what has been deleted: deleted runs, and deleted experiments with all their runs. As MLflow's `gc`, except
 * that a run stays while the registry has a version of its models.
 * @throws {TrackingError} NOT_IMPLEMENTED when the store cannot do it
 */
export async function removeDeleted(store: TrackingStore, request: RemovalRequest = {}): Promise<Removal> {
  const { olderThan = 0, dryRun = false } = request;
  const { purgeRun, purgeExperiment } = store;
  if (purgeRun === undefined || purgeExperiment === undefined) {
    throw new TrackingError("NOT_IMPLEMENTED", `The store ${store.uri} cannot permanently remove runs.`, {
      hint: "On an MLflow server, use `mlflow gc`.",
    });
  }
  const before = Date.now() - olderThan;
  const registered = await registeredRuns(store);
  const removal: Removal = { runs: [], experiments: [], kept: [], keptExperiments: [] };
  const experiments = await allPages((pageToken) => store.searchExperiments({ viewType: "ALL", pageToken }));
  for (const experiment of experiments) {
    const { experimentId, name, lifecycleStage, lastUpdateTime } = experiment;
    if (request.experimentIds !== undefined && !request.experimentIds.includes(experimentId)) continue;
    const gone = lifecycleStage === "deleted" && lastUpdateTime <= before;
    const viewType = gone ? "ALL" : "DELETED_ONLY";
    const runs = await allPages((pageToken) =>
      store.searchRuns({ experimentIds: [experimentId], viewType, pageToken, maxResults: 1000 }),
    );
    // Runs deleted before deletions had a time count as old.
    const doomed = runs.filter((run) => gone || (run.info.deletedTime ?? 0) <= before);
    for (const run of doomed) {
      const { runId, runName } = run.info;
      const reason = registered.get(runId);
      if (reason !== undefined) {
        removal.kept.push({ runId, runName, reason });
        continue;
      }
      const problem = dryRun ? undefined : await obstacleTo(removeRun(run));
      if (problem === undefined) removal.runs.push({ runId, runName, experimentId });
      else removal.kept.push({ runId, runName, reason: problem });
    }
    const empty = !doomed.some((run) => removal.kept.some(({ runId }) => runId === run.info.runId));
    if (!gone || !empty || experimentId === "0") continue;
    const problem = dryRun ? undefined : await obstacleTo(purgeExperiment.call(store, experimentId));
    if (problem === undefined) removal.experiments.push({ experimentId, name });
    else removal.keptExperiments.push({ experimentId, name, reason: problem });
  }
  return removal;

  async function removeRun({ info }: Run): Promise<void> {
    const field: Field = { entity: "attribute", key: "source_run_id" };
    const filter: Filter = { kind: "text", field, comparator: "=", value: info.runId };
    for (const { modelId } of await allPages((pageToken) => store.registry.searchLoggedModels({ filter, pageToken }))) {
      await store.registry.deleteLoggedModel(modelId);
    }
    if (info.lifecycleStage !== "deleted") await store.deleteRun(info.runId);
    await purgeRun?.call(store, info.runId);
  }
}

/** Why something could not be removed, which keeps nothing else from being removed; undefined when it was. */
async function obstacleTo(removal: Promise<void>): Promise<string | undefined> {
  try {
    await removal;
    return undefined;
  } catch (error) {
    if (error instanceof RunlabError) return error.message;
    throw error;
  }
}

/** Runs that versions of registered models come from, with a sentence why each stays. */
async function registeredRuns(store: TrackingStore): Promise<Map<string, string>> {
  const versions = await allPages((pageToken) => store.registry.searchModelVersions({ pageToken }));
  return new Map(
    versions.map(({ runId, name, version }) => [runId, `version ${version} of model ${name} comes from it`]),
  );
}
