import type { TrackingClient } from "../../tracking/client.js";
import { countRunsIn } from "../../tracking/filter/search.js";
import type { RunCount } from "../../tracking/store.js";
import type { Experiment } from "../../tracking/types.js";
import type { Permissions } from "../auth/permissions.js";
import type { ExperimentJson, ExperimentsJson, HomeJson, JupyterJson, MeJson } from "./page-json.js";
import { mostExperiments, mostRuns } from "./runs-answer.js";

/** Where the page begins: the experiment of the newest run. */
export async function homeAnswer(client: TrackingClient, version: string): Promise<HomeJson> {
  const experiments = await client.searchExperiments({ maxResults: mostExperiments });
  const experimentIds = experiments.map(({ experimentId }) => experimentId);
  const [newest] = experiments.length === 0 ? [] : await client.searchRuns({ experimentIds, maxResults: 1 });
  const experimentId = newest?.info.experimentId ?? experimentIds[0];
  return { version, store: client.store.uri, ...(experimentId === undefined ? {} : { experimentId }) };
}

/** Jupyter's terminals have these two; a kernel that was started after the first terminal may have them too. */
function jupyterServer(): JupyterJson | undefined {
  const { JUPYTER_SERVER_URL: url, JUPYTER_SERVER_ROOT: root } = process.env;
  if (!url && !root) return undefined;
  // Whatever follows the path could be a token.
  const bare = url && URL.canParse(url) ? new URL(url) : undefined;
  const isWeb = bare !== undefined && /^https?:$/.test(bare.protocol);
  return { ...(isWeb ? { url: `${bare.origin}${bare.pathname}` } : {}), ...(root ? { root } : {}) };
}

/** Who asks, and what that user may do besides. */
export function meAnswer(permissions: Permissions | undefined): MeJson {
  const found = jupyterServer();
  const jupyter = found === undefined ? {} : { jupyter: found };
  if (permissions === undefined) return jupyter;
  const { user, registryLevel, bySession } = permissions;
  return { user: user.name, admin: user.admin, models: registryLevel, bySession, ...jupyter };
}

/** All experiments with what has happened in them, the one with the newest run first. */
export async function experimentsAnswer(
  client: TrackingClient,
  permissions: Permissions | undefined,
): Promise<ExperimentsJson> {
  const experiments = await client.searchExperiments({ viewType: "ALL", maxResults: mostExperiments });
  const experimentIds = experiments.map(({ experimentId }) => experimentId);
  const { counts, partial } = await runCounts(client, experimentIds);
  const all = experiments.map((experiment) => ({
    ...experimentJson(experiment, counts.get(experiment.experimentId)),
    ...(permissions === undefined ? {} : { level: permissions.levelOf(experiment) }),
  }));
  const time = ({ newest, created }: ExperimentJson) => newest ?? created;
  return {
    experiments: all.sort((a, b) => time(b) - time(a)),
    ...(partial ? { partial } : {}),
  };
}

/** `partial`: the store does not count, and there are more runs than are searched for at once. */
async function runCounts(client: TrackingClient, experimentIds: readonly string[]) {
  const counts = await client.store.countRuns?.(experimentIds);
  if (counts !== undefined) return { counts, partial: false as const };
  const runs = experimentIds.length === 0 ? [] : await client.searchRuns({ experimentIds, maxResults: mostRuns });
  return { counts: countRunsIn(runs), partial: runs.length === mostRuns };
}

function experimentJson(
  { experimentId, name, lifecycleStage, creationTime, tags }: Experiment,
  { runs, running, newest }: Partial<RunCount> = {},
): ExperimentJson {
  return {
    id: experimentId,
    name,
    deleted: lifecycleStage === "deleted",
    created: creationTime,
    tags,
    runs: runs ?? 0,
    running: running ?? 0,
    ...(newest === undefined ? {} : { newest }),
  };
}
