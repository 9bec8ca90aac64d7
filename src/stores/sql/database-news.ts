import type { StoreNews } from "../../tracking/store.js";
import type { SqlDatabase } from "./database.js";
import { type RawBuilder, sql } from "./kysely.js";
import type { GoneOwners } from "./owners.js";

/** ms after changes of known runs until any run counts as changed: a change of another one may have hidden among them. */
const hiddenMs = 30_000;
/** ms between two times that anything counts as changed. */
const anythingMs = 2000;
/** Runs that are compared one by one; among more of them, any may have changed. */
const runLimit = 1000;

/** Who says what a write was about. */
export interface NewsSource {
  /** The owners of running runs that have gone. */
  gone(database: SqlDatabase): Promise<GoneOwners>;
  /** A text that changes with every heartbeat. */
  heartbeats(database: SqlDatabase): Promise<string>;
}

interface Seen {
  /** Changes with any write. */
  token: string;
  /** By the runs' numbers, those that go on. */
  runs: ReadonlyMap<number, SeenRun>;
  newest: number;
  gone: string;
  experiments: string;
  models: string;
  heartbeats: string;
}

interface SeenRun {
  runId: string;
  /** Changes with the run. */
  print: string;
}

interface RunPrint {
  id: number;
  runId: string;
  status: string;
  owner: string | null;
  print: string;
}

/**
 * What has changed in a database since the last look. A token says whether anything was written at all: where it is the same, nothing
 * else is read. Otherwise runs that go on, that went on at the last look, or that are new are compared, and those that differ are named.
 * When none does, nor experiments, models and heartbeats, something else was written: any run, experiments and models may have changed.
 * A change of an ended run (a tag) that is written in the same second as one of these is told 30 s later, as one of any run.
 */
export class DatabaseNews {
  readonly #database: () => Promise<SqlDatabase>;
  readonly #source: NewsSource | undefined;
  readonly #clock: () => number;
  #seen: Seen | undefined;
  #told = Number.NEGATIVE_INFINITY;
  /** When anything counts as changed. */
  #due = Number.POSITIVE_INFINITY;
  #looking: Promise<unknown> = Promise.resolve();

  /**
   * @param source - without one, runs are not compared: each write may be about anything
   * @param clock - ms, never set back
   */
  constructor(database: () => Promise<SqlDatabase>, source?: NewsSource, clock = () => performance.now()) {
    this.#database = database;
    this.#source = source;
    this.#clock = clock;
  }

  /** @param isFirst - the first look: there is nothing to compare with, and no news */
  look(isFirst: boolean): Promise<StoreNews | undefined> {
    const looking = this.#looking.then(() => this.#compare(isFirst));
    this.#looking = looking.catch(() => undefined);
    return looking;
  }

  /** The next look has nothing to compare with. */
  forget(): void {
    this.#seen = undefined;
    this.#due = Number.POSITIVE_INFINITY;
  }

  async #compare(isFirst: boolean): Promise<StoreNews | undefined> {
    if (isFirst) this.forget();
    const before = this.#seen;
    const database = await this.#database();
    // Read before all else: what is written from here on is found by the next look, if not by this one.
    const token = await readToken(database);
    const gone =
      this.#source === undefined || before?.runs.size === 0
        ? new Map<string, string>()
        : await this.#source.gone(database);
    const now = this.#clock();
    if (before !== undefined && token === before.token && goneText(gone) === before.gone) return this.#tell(now);
    const { seen, changed } = await this.#read(database, before, token, gone);
    this.#seen = seen;
    if (isFirst) return undefined;
    const news: StoreNews = {
      runIds: changed ?? [],
      experiments: seen.experiments !== before?.experiments,
      models: seen.models !== before?.models,
    };
    const isKnown = changed?.length || news.experiments || news.models || seen.heartbeats !== before?.heartbeats;
    const isAny = before === undefined || changed === undefined || !isKnown;
    this.#due = Math.min(this.#due, isAny ? Math.max(now, this.#told + anythingMs) : now + hiddenMs);
    return this.#tell(now, changed?.length || news.experiments || news.models ? news : undefined);
  }

  #tell(now: number, news?: StoreNews): StoreNews | undefined {
    if (now < this.#due) return news;
    this.#told = now;
    this.#due = Number.POSITIVE_INFINITY;
    return { experiments: true, models: true };
  }

  /** @returns the runs that differ; undefined where that cannot be said */
  async #read(
    database: SqlDatabase,
    before: Seen | undefined,
    token: string,
    gone: GoneOwners,
  ): Promise<{ seen: Seen; changed: string[] | undefined }> {
    const none = { experiments: "", models: "", heartbeats: "" };
    const seen = { token, runs: new Map<number, SeenRun>(), newest: 0, gone: goneText(gone), ...none };
    if (this.#source === undefined) return { seen, changed: undefined };
    Object.assign(seen, await readRest(database), { heartbeats: await this.#source.heartbeats(database) });
    const known = before?.runs ?? new Map<number, SeenRun>();
    const rows = await readPrints(database, [...known.keys()], before?.newest ?? seen.newest);
    if (rows.length > runLimit) return { seen, changed: undefined };
    const changed: string[] = [];
    for (const { id, runId, status, owner, print: stored } of rows) {
      const print = `${stored} ${owner !== null && gone.has(owner)}`;
      if (known.get(id)?.print !== print) changed.push(runId);
      if (status === "RUNNING") seen.runs.set(id, { runId, print });
      seen.newest = Math.max(seen.newest, id);
    }
    const found = new Set(rows.map(({ id }) => id));
    const isAllThere = [...known.keys()].every((id) => found.has(id));
    return { seen, changed: isAllThere ? changed : undefined };
  }
}

/**
 * Of SQLite, what others have committed and what this connection has written. Of PostgreSQL, which transactions this snapshot sees:
 * it is another one as soon as any that wrote has ended, in any database of the server, and while one is open it is not yet seen.
 */
async function readToken({ kind, db }: SqlDatabase): Promise<string> {
  const token =
    kind === "sqlite"
      ? sql`select data_version || ' ' || total_changes() as token from pragma_data_version`
      : sql`select cast(txid_current_snapshot() as text) as token`;
  const { rows } = await token.execute(db);
  return (rows[0] as { token: string }).token;
}

/** What changes with experiments and models, and the number of the newest run. */
async function readRest({ db }: SqlDatabase): Promise<Pick<Seen, "newest" | "experiments" | "models">> {
  const { rows } = await sql<Record<string, number>>`select
    (select coalesce(max(id), 0) from runs) as newest,
    (select count(*) from experiments) as experiments,
    (select coalesce(max(last_update_time), 0) from experiments) as updated,
    (select count(*) from logged_models) as logged,
    (select coalesce(max(id), 0) from logged_models) as "newestLogged",
    (select count(*) from registered_models) as registered,
    (select count(*) from model_versions) as versions`.execute(db);
  const { newest = 0, experiments, updated, logged, newestLogged, registered, versions } = rows[0] ?? {};
  return {
    newest,
    experiments: `${experiments} ${updated}`,
    models: `${logged} ${newestLogged} ${registered} ${versions}`,
  };
}

/**
 * Runs that go on, those that are `known`, and those after the `newest`, one more than can be compared. Params and inputs are only ever
 * added, and points counted, so their numbers tell of changes.
 */
async function readPrints({ kind, db }: SqlDatabase, known: readonly number[], newest: number): Promise<RunPrint[]> {
  const [points, tags] =
    kind === "sqlite"
      ? [sql`sum(json_extract(summary, '$[0]'))`, sql`group_concat(json_array(key, value))`]
      : [
          sql`sum(cast(cast(summary as json) ->> 0 as bigint))`,
          sql`string_agg(cast(json_build_array(key, value) as text), ',' order by key)`,
        ];
  const of = (what: RawBuilder<unknown>, table: string) =>
    sql`(select ${what} from ${sql.table(table)} as t where t.run = r.id)`;
  const all = sql`count(*)`;
  const isKnown = known.length === 0 ? sql`` : sql`or r.id in (${sql.join(known)})`;
  const { rows } = await sql<Record<string, unknown>>`select r.id, r.run_id, r.status, r.owner, r.run_name, r.end_time,
      r.lifecycle_stage, r.outputs, ${of(all, "params")} as params, ${of(all, "inputs")} as inputs,
      ${of(points, "metrics")} as points, ${of(tags, "tags")} as tags
    from runs as r where r.status = 'RUNNING' or r.id > ${newest} ${isKnown} limit ${sql.lit(runLimit + 1)}`.execute(
    db,
  );
  return rows.map((row) => ({
    id: Number(row.id),
    runId: String(row.run_id),
    status: String(row.status),
    owner: row.owner as string | null,
    print: JSON.stringify(Object.values(row)),
  }));
}

function goneText(gone: GoneOwners): string {
  return [...gone.keys()].sort().join();
}
