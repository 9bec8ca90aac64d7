import type { NameSource, StoredName } from "../magics/magic.js";
import type { TrackingClient } from "../tracking/client.js";
import type { TrackingSession } from "../tracking/session.js";

/** Loads what stores need, when the first names are asked for. */
export type OpenSession = () => Promise<TrackingSession>;

/** Runs looked at for the names of their metrics and params. */
const looked = 200;

/** How long a completion waits for the store, ms; then it gets the names that were read last. Front ends wait a second. */
const patience = 400;

/** A store that takes longer than this is read while the names that were read last are proposed, ms. */
const quick = 50;

/** After this time a store that has not answered is asked again, ms. */
const lost = 30_000;

/** Names that are being read from the store; `since`: ms since the epoch. */
interface Reading {
  promise: Promise<string[]>;
  since: number;
}

/** Names of one kind in one store. */
interface Kept {
  names: string[];
  /** How long it took to read them, ms; absent before they have been read once. */
  took?: number;
  reading?: Reading;
}

/**
 * Names that the notebook's store holds, for completion; the store is opened when the first are asked for. A fast store is
 * read each time, so that what a cell has just logged is proposed. A slow one delays nobody for longer than `patience`, and
 * only as long as nothing has been read from it.
 */
export class StoreNames {
  readonly #open: OpenSession;
  readonly #kept = new Map<string, Kept>();
  #uri: string | undefined;

  constructor(open: OpenSession) {
    this.#open = open;
  }

  /** The notebook has chosen a store. */
  useStore(uri: string): void {
    this.#uri = uri;
  }

  readonly names: NameSource = async (kind) => {
    const key = JSON.stringify([this.#uri, kind]);
    const kept = this.#kept.get(key) ?? { names: [] };
    this.#kept.set(key, kept);
    const { promise, since } = this.#refresh(kept, kind);
    if (kept.took !== undefined && kept.took > quick) return kept.names;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<string[]>((resolve) => {
      timer = setTimeout(() => resolve(kept.names), Math.max(0, since + patience - Date.now()));
    });
    return Promise.race([promise, tooLong]).finally(() => clearTimeout(timer));
  };

  /** Reads names anew, once at a time. Never rejects: a store that cannot be read is reported when a cell uses it. */
  #refresh(kept: Kept, kind: StoredName): Reading {
    const since = Date.now();
    if (kept.reading && since - kept.reading.since < lost) return kept.reading;
    const promise = this.#read(kind)
      .catch(() => kept.names)
      .then((names) => {
        // One that was taken for lost may still come back, but not over a later one.
        if (kept.reading?.promise !== promise) return names;
        kept.names = names;
        kept.took = Date.now() - since;
        delete kept.reading;
        return names;
      });
    const reading = { promise, since };
    kept.reading = reading;
    return reading;
  }

  async #read(kind: StoredName): Promise<string[]> {
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
  }
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

function unique(names: string[]): string[] {
  return [...new Set(names)];
}
