import type { NameSource, StoredName } from "../magics/magic.js";
import { registeredModels } from "../queries/registered-models.js";
import type { TrackingClient } from "../tracking/client.js";
import type { TrackingSession } from "../tracking/session.js";
import type { TrackingStore } from "../tracking/store.js";

/** Loads what stores need, when the first names are asked for. */
export type OpenSession = () => Promise<TrackingSession>;

/** Runs looked at for the names of their metrics and params. */
const looked = 200;

/** How long a completion waits for the store's first names, ms; there is nothing else to propose. Front ends wait a second. */
const firstTimeout = 400;

/** How long it waits when there are names that were read before, ms; a store that is known to take longer is not waited for. */
const laterTimeout = 50;

/** Names of a slow store that cannot be watched are read again when they are older, ms. */
const slowStoreAge = 2_000;

/** After this time a store that has not answered is asked again, ms. */
const lost = 30_000;

/** A store is watched as long as names are asked for, and this long after, ms. */
const watchTime = 60_000;

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
  /** When they were read, ms since the epoch. */
  at?: number;
  /** How often such names had changed by then. */
  change?: number;
  reading?: Reading;
}

/** What of a store changes together. */
type Part = "runs" | "experiments" | "models";

const partOf: Readonly<Record<StoredName, Part>> = {
  run: "runs",
  metric: "runs",
  param: "runs",
  tag: "runs",
  experiment: "experiments",
  model: "models",
  registered_model: "models",
  model_tag: "models",
};

/**
 * Names that the notebook's store holds, for completion; the store is opened when the first are asked for. What has been read
 * is proposed until it changes: a store that can be watched tells, and a cell that runs may change anything. A store that
 * cannot be watched is read each time, or every few seconds when it is slow. A slow one delays nobody for longer than
 * `firstTimeout`, and only as long as nothing has been read from it.
 */
export class StoreNames {
  readonly #open: OpenSession;
  readonly #kept = new Map<string, Kept>();
  readonly #changes: Record<Part, number> = { runs: 0, experiments: 0, models: 0 };
  #uri: string | undefined;
  #watched: { store: TrackingStore; end: () => void } | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(open: OpenSession) {
    this.#open = open;
  }

  /** The notebook has chosen a store. */
  useStore(uri: string): void {
    if (uri === this.#uri) return;
    this.#uri = uri;
    this.close();
  }

  /** A cell is about to run. */
  cellRuns(): void {
    this.#changed("runs", "experiments", "models");
  }

  /** Watches no store any more; the next question reads again. */
  close(): void {
    this.#watched?.end();
    this.#watched = undefined;
    clearTimeout(this.#idle);
    this.cellRuns();
  }

  readonly names: NameSource = async (kind) => {
    const key = JSON.stringify([this.#uri, kind]);
    const kept = this.#kept.get(key) ?? { names: [] };
    this.#kept.set(key, kept);
    this.#stayAwake();
    if (this.#isCurrent(kept, kind)) return kept.names;
    const { promise, since } = this.#refresh(kept, kind);
    if (kept.took !== undefined && kept.took > laterTimeout) return kept.names;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<string[]>((resolve) => {
      const wait = since + (kept.took === undefined ? firstTimeout : laterTimeout) - Date.now();
      timer = setTimeout(() => resolve(kept.names), Math.max(0, wait));
    });
    return Promise.race([promise, tooLong]).finally(() => clearTimeout(timer));
  };

  /** Whether the names need not be read again. */
  #isCurrent({ took = 0, at, change }: Kept, kind: StoredName): boolean {
    if (at === undefined || change !== this.#changes[partOf[kind]]) return false;
    return this.#watched !== undefined || (took > laterTimeout && Date.now() - at < slowStoreAge);
  }

  #changed(...parts: Part[]): void {
    for (const part of parts) this.#changes[part]++;
  }

  #watch(store: TrackingStore): void {
    if (this.#watched?.store === store || store.watch === undefined) return;
    this.close();
    const end = store.watch(({ runIds, experiments, models }) => {
      if (runIds === undefined || runIds.length > 0 || experiments) this.#changed("runs");
      if (experiments) this.#changed("experiments");
      if (models) this.#changed("models");
    });
    this.#watched = { store, end };
    this.#stayAwake();
  }

  #stayAwake(): void {
    clearTimeout(this.#idle);
    if (this.#watched !== undefined) this.#idle = setTimeout(() => this.close(), watchTime).unref();
  }

  /** Reads names anew, once at a time. Never rejects: a store that cannot be read is reported when a cell uses it. */
  #refresh(kept: Kept, kind: StoredName): Reading {
    const since = Date.now();
    if (kept.reading && since - kept.reading.since < lost) return kept.reading;
    let change: number | undefined;
    const read = async (): Promise<string[]> => {
      const session = await this.#open();
      if (this.#uri !== undefined) session.setTrackingUri(this.#uri);
      this.#watch(session.store);
      change = this.#changes[partOf[kind]];
      return namesIn(session, kind);
    };
    const promise = read()
      .catch(() => {
        change = undefined;
        return kept.names;
      })
      .then((names) => {
        // One that was taken for lost may still come back, but not over a later one.
        if (kept.reading?.promise !== promise) return names;
        const at = Date.now();
        Object.assign(kept, { names, took: at - since, at, change });
        delete kept.reading;
        return names;
      });
    const reading = { promise, since };
    kept.reading = reading;
    return reading;
  }
}

async function namesIn(session: TrackingSession, kind: StoredName): Promise<string[]> {
  if (kind === "experiment") return (await session.searchExperiments({})).map(({ name }) => name);
  if (kind === "registered_model") return (await registeredModels(session)).map(({ name }) => name);
  if (kind === "model_tag") {
    return unique((await registeredModels(session)).flatMap(({ tags }) => Object.keys(tags)));
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

/** Registered models by alias and version, then those that only runs have, newest first. */
async function modelUris(client: TrackingClient): Promise<string[]> {
  const models = await registeredModels({ client });
  const registered = models.flatMap(({ name, aliases, latestVersions }) => [
    ...Object.keys(aliases).map((alias) => `models:/${name}@${alias}`),
    ...latestVersions.map(({ version }) => `models:/${name}/${version}`),
  ]);
  const logged = await client.searchLoggedModels({ maxResults: looked });
  return unique([...registered, ...logged.map((model) => `runs:/${model.sourceRunId}/${model.name}`)]);
}

function unique(names: string[]): string[] {
  return [...new Set(names)];
}
