import { lifeOf, type ProcessIdentity, sameProcess, thisProcess } from "../file/owner.js";
import { applyChange } from "../run-change.js";
import type { SqlDatabase } from "./database.js";
import { type RawBuilder, sql } from "./kysely.js";
import { heartbeatsSchema, readSchema } from "./migrations.js";
import { loadRuns, type StoredRun } from "./run-rows.js";

export interface OwnerOptions {
  /** The process that runs belong to. */
  self?: ProcessIdentity;
  /** Time between its heartbeats while it has runs, ms: three may be missed before others take it for dead. */
  beatMs?: number;
  /** The run of a process that cannot be checked is shown as killed after so long without a heartbeat, ms. */
  silentMs?: number;
}

/** How often dead processes are looked for by one that writes, ms. */
const burialMs = 60_000;
/** A heartbeat this old that no run needs is removed, ms: a week. */
const leftMs = 7 * 24 * 3_600_000;

/** Why runs are shown as killed, by their owner as it stands in the database. */
export type GoneOwners = ReadonlyMap<string, string>;

/**
 * The processes that runs belong to. One of this machine is checked directly; for any other, its last heartbeat counts, by the
 * database's clock: that of another machine may be wrong, and so may ours.
 */
export class Owners {
  /** This process, as it stands in the database. */
  readonly self: string;
  readonly #identity: ProcessIdentity;
  readonly #limits: { beatMs: number; silentMs: number };
  /** Runs of this process that have not ended. */
  readonly #runs = new Set<string>();
  readonly #sendHeartbeat: () => Promise<void>;
  #schema = 0;
  #beaten = Number.NEGATIVE_INFINITY;
  #buried = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  /** The heartbeat that the timer has begun, until it is stored. */
  #pending: Promise<void> | undefined;

  /** @param sendHeartbeat - calls {@link beat} within a change of its own */
  constructor(
    { self = thisProcess(), beatMs = 15_000, silentMs = 60_000 }: OwnerOptions,
    sendHeartbeat: () => Promise<void>,
  ) {
    this.#identity = self;
    this.self = JSON.stringify(self);
    this.#limits = { beatMs, silentMs };
    this.#sendHeartbeat = sendHeartbeat;
  }

  /** @param schema - the database's */
  prepare(schema: number): void {
    this.#schema = Math.max(this.#schema, schema);
  }

  /** A run belongs to this process from now on. */
  begin(runId: string): void {
    this.#runs.add(runId);
  }

  end(runId: string): void {
    if (this.#runs.delete(runId) && this.#runs.size === 0) this.#rest();
  }

  /** Waits for a heartbeat under way; there are no more until the next change. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#pending;
    this.#rest();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#beaten = Number.NEGATIVE_INFINITY;
  }

  /** Whether a change has to carry a heartbeat too: it is the first, or the thread was held up. */
  get isDue(): boolean {
    return this.#runs.size > 0 && performance.now() - this.#beaten > this.#limits.beatMs;
  }

  /** Stores a heartbeat of this process, within a change. */
  async beat(database: SqlDatabase): Promise<void> {
    const isFirst = this.#beaten === Number.NEGATIVE_INFINITY;
    this.#beaten = performance.now();
    if (this.#runs.size > 0) {
      this.#timer ??= setInterval(() => {
        // When it fails, the next one may not; until then, others may take this process for silent.
        this.#pending ??= this.#sendHeartbeat()
          .catch(() => undefined)
          .finally(() => {
            this.#pending = undefined;
          });
      }, this.#limits.beatMs).unref();
    }
    if (!(await this.#hasHeartbeats(database))) return;
    const { db } = database;
    await sql`insert into owners (owner, seen) values (${this.self}, ${nowIn(database)})
      on conflict (owner) do update set seen = excluded.seen`.execute(db);
    if (isFirst) {
      await sql`delete from owners where seen < ${nowIn(database)} - ${sql.lit(leftMs)}
        and owner not in (select owner from runs where status = 'RUNNING' and owner is not null)`.execute(db);
    }
  }

  /** The owners of running runs that have died or fallen silent. Nothing is written. @param owner - this one alone */
  async gone(database: SqlDatabase, owner?: string): Promise<GoneOwners> {
    const found = new Map<string, string>();
    for (const { owner: text, silentMs } of await this.#owners(database, owner)) {
      const other = JSON.parse(text) as ProcessIdentity;
      if (sameProcess(other, this.#identity)) continue;
      const life = lifeOf(other, this.#identity);
      const name = `pid ${other.pid} on ${other.host}`;
      if (life === "dead") found.set(text, `The process that ran it (${name}) ended without ending the run.`);
      else if (life === "unknown" && silentMs !== null && silentMs > this.#limits.silentMs)
        found.set(text, `There is no sign of life from the process that ran it (${name}).`);
    }
    return found;
  }

  /** A text that changes with every heartbeat. */
  async heartbeats(database: SqlDatabase): Promise<string> {
    if (!(await this.#hasHeartbeats(database))) return "";
    const { rows } = await sql<{ seen: unknown }>`select sum(seen) as seen from owners`.execute(database.db);
    return String(rows[0]?.seen);
  }

  /** Writes down, once in a while and within a change, that the runs of dead processes were killed. Those of silent ones may go on. */
  async buryDead(database: SqlDatabase): Promise<void> {
    if (performance.now() - this.#buried < burialMs) return;
    this.#buried = performance.now();
    const gone = await this.gone(database);
    const dead = [...gone.keys()].filter((owner) => lifeOf(JSON.parse(owner), this.#identity) === "dead");
    if (dead.length === 0) return;
    const query = database.db
      .selectFrom("runs")
      .select("id")
      .where("status", "=", "RUNNING")
      .where("owner", "in", dead.slice(0, ownerLimit));
    // In SQLite a transaction that writes has the whole database.
    const rows = await (database.kind === "postgresql" ? query.forUpdate().skipLocked() : query).execute();
    for (const stored of await loadRuns(
      database,
      rows.map(({ id }) => id),
    )) {
      await writeEnd(database, stored, gone);
    }
  }

  async #owners(
    database: SqlDatabase,
    owner: string | undefined,
  ): Promise<Array<{ owner: string; silentMs: number | null }>> {
    const wanted = owner === undefined ? sql`r.owner is not null` : sql`r.owner = ${owner}`;
    const hasHeartbeats = await this.#hasHeartbeats(database);
    const silent = hasHeartbeats
      ? sql`(select ${nowIn(database)} - o.seen from owners as o where o.owner = r.owner)`
      : sql`null`;
    const { rows } = await sql<{
      owner: string;
      silentMs: number | null;
    }>`select r.owner as owner, ${silent} as "silentMs"
      from (select distinct owner from runs as r where r.status = 'RUNNING' and ${wanted}) as r`.execute(database.db);
    return rows;
  }

  /** An upgrade may have come meanwhile. */
  async #hasHeartbeats(database: SqlDatabase): Promise<boolean> {
    if (this.#schema < heartbeatsSchema) this.#schema = (await readSchema(database)).version;
    return this.#schema >= heartbeatsSchema;
  }
}

const ownerLimit = 500;

/** A run of one who has gone, as it is shown; in place. */
export function showEnd({ run, owner }: StoredRun, gone: GoneOwners): void {
  const reason = owner === null || run.info.status !== "RUNNING" ? undefined : gone.get(owner);
  if (reason === undefined) return;
  const times = Object.values(run.metricSummaries).map(({ last }) => last.timestamp);
  const endTime = times.reduce((latest, time) => Math.max(latest, time), run.info.startTime);
  applyChange(run, { status: "KILLED", endTime, tags: { "runlab.end_reason": reason } });
}

/** What {@link showEnd} shows, in queries of `runs as r`. */
export function shownColumns({ kind }: SqlDatabase, gone: GoneOwners): { status: Sql; endTime: Sql } {
  if (gone.size === 0) return { status: sql`r.status`, endTime: sql`r.end_time` };
  const isGone = sql`r.status = 'RUNNING' and r.owner in (${sql.join([...gone.keys()].slice(0, ownerLimit))})`;
  const latest =
    kind === "sqlite"
      ? sql`max(r.start_time, coalesce((select max(json_extract(m.summary, '$[1][2]')) from metrics as m where m.run = r.id), 0))`
      : sql`greatest(r.start_time, (select max(cast(cast(m.summary as json) -> 1 ->> 2 as bigint)) from metrics as m where m.run = r.id))`;
  return {
    status: sql`(case when ${isGone} then 'KILLED' else r.status end)`,
    endTime: sql`(case when ${isGone} then ${latest} else r.end_time end)`,
  };
}

type Sql = RawBuilder<unknown>;

async function writeEnd(database: SqlDatabase, stored: StoredRun, gone: GoneOwners): Promise<void> {
  showEnd(stored, gone);
  const { id, run } = stored;
  const { status, endTime = null } = run.info;
  const reason = run.data.tags["runlab.end_reason"] ?? "";
  await database.db.updateTable("runs").set({ status, end_time: endTime }).where("id", "=", id).execute();
  await sql`insert into tags (run, key, value, rank) values (${id}, 'runlab.end_reason', ${reason}, 1)
    on conflict (run, key) do update set value = excluded.value`.execute(database.db);
}

function nowIn({ kind }: SqlDatabase): Sql {
  return kind === "sqlite"
    ? sql`cast((julianday('now') - 2440587.5) * 86400000 as integer)`
    : sql`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`;
}
