import type { TrackingClient } from "../../tracking/client.js";
import type { Experiment, Run } from "../../tracking/types.js";
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
  // Whatever stands behind the path could be a token.
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
  const runs = experiments.length === 0 ? [] : await client.searchRuns({ experimentIds, maxResults: mostRuns });
  const byExperiment = new Map<string, Run[]>();
  for (const run of runs) {
    const others = byExperiment.get(run.info.experimentId);
    if (others === undefined) byExperiment.set(run.info.experimentId, [run]);
    else others.push(run);
  }
  const all = experiments.map((experiment) => ({
    ...experimentJson(experiment, byExperiment.get(experiment.experimentId) ?? []),
    ...(permissions === undefined ? {} : { level: permissions.levelOf(experiment) }),
  }));
  const time = ({ newest, created }: ExperimentJson) => newest ?? created;
  return {
    experiments: all.sort((a, b) => time(b) - time(a)),
    ...(runs.length === mostRuns ? { partial: true } : {}),
  };
}

/** @param runs - newest first */
function experimentJson(
  { experimentId, name, lifecycleStage, creationTime, tags }: Experiment,
  runs: readonly Run[],
): ExperimentJson {
  const [newest] = runs;
  return {
    id: experimentId,
    name,
    deleted: lifecycleStage === "deleted",
    created: creationTime,
    tags,
    runs: runs.length,
    running: runs.filter(({ info }) => info.status === "RUNNING").length,
    ...(newest === undefined ? {} : { newest: newest.info.startTime }),
  };
}
