import type { NameSource } from "../magics/magic.js";
import type { TrackingClient } from "../tracking/client.js";
import type { TrackingSession } from "../tracking/session.js";

/** Loads what stores need, when the first names are asked for. */
export type OpenSession = () => Promise<TrackingSession>;

/** Runs looked at for the names of their metrics and params. */
const looked = 200;

/** Names that the notebook's store holds, for completion; the store is opened when the first are asked for. */
export class StoreNames {
  readonly #open: OpenSession;
  #uri: string | undefined;

  constructor(open: OpenSession) {
    this.#open = open;
  }

  /** The notebook has chosen a store. */
  useStore(uri: string): void {
    this.#uri = uri;
  }

  readonly names: NameSource = async (kind) => {
    const session = await this.#open();
    if (this.#uri !== undefined) session.setTrackingUri(this.#uri);
    if (kind === "experiment") return (await session.searchExperiments({})).map(({ name }) => name);
    if (kind === "registered_model") return (await session.client.searchRegisteredModels()).map(({ name }) => name);
    if (kind === "model_tag") {
      return unique((await session.client.searchRegisteredModels()).flatMap(({ tags }) => Object.keys(tags)));
    }
    if (kind === "model") return modelUris(session.client);
    // Which experiment is active, the notebook alone knows: those of all are proposed.
    const experimentIds = (await session.searchExperiments({})).map(({ experimentId }) => experimentId);
    const runs = await session.searchRuns({ experimentIds, maxResults: looked });
    if (kind === "run") return unique(runs.map(({ info }) => info.runName));
    if (kind === "metric") return unique(runs.flatMap(({ data }) => Object.keys(data.metrics)));
    if (kind === "param") return unique(runs.flatMap(({ data }) => Object.keys(data.params)));
    if (kind === "tag") return unique(runs.flatMap(({ data }) => Object.keys(data.tags)));
    return [];
  };
}

/** Registered models by alias and version, then those that only runs have, newest first. */
async function modelUris(client: TrackingClient): Promise<string[]> {
  const models = await client.searchRegisteredModels();
  const registered = models.flatMap(({ name, aliases, latestVersions }) => [
    ...Object.keys(aliases).map((alias) => `models:/${name}@${alias}`),
    ...latestVersions.map(({ version }) => `models:/${name}/${version}`),
  ]);
  const logged = (await client.searchLoggedModels()).slice(0, looked);
  return unique([...registered, ...logged.map((model) => `runs:/${model.sourceRunId}/${model.name}`)]);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
