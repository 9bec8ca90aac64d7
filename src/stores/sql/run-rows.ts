import { setOwn } from "../../own.js";
import type { DatasetInput, ModelOutput, Run } from "../../tracking/types.js";
import { noRun } from "../run-change.js";
import { fromStoredLocation } from "./artifact-location.js";
import type { SqlDatabase } from "./database.js";
import type { Selectable } from "./kysely.js";
import { fromSummary } from "./metric-row.js";
import type { Tables } from "./tables.js";

/** A run, and the number that its rows have. */
export interface StoredRun {
  id: number;
  run: Run;
  owner: string | null;
}

/** Rows asked for at once. */
const chunk = 500;

/** The runs of these numbers, in the order of the numbers; those that are gone are left out. */
export async function loadRuns(database: SqlDatabase, ids: readonly number[]): Promise<StoredRun[]> {
  const found = new Map<number, StoredRun>();
  for (let from = 0; from < ids.length; from += chunk) {
    for (const stored of await loadChunk(database, ids.slice(from, from + chunk))) found.set(stored.id, stored);
  }
  return ids.flatMap((id) => found.get(id) ?? []);
}

async function loadChunk(database: SqlDatabase, ids: number[]): Promise<StoredRun[]> {
  const { db } = database;
  const rows = await db.selectFrom("runs").selectAll().where("id", "in", ids).execute();
  const runs = new Map(rows.map((row) => [row.id, { id: row.id, run: fromRow(database, row), owner: row.owner }]));
  for (const table of ["params", "tags"] as const) {
    const texts = await db.selectFrom(table).select(["run", "key", "value"]).where("run", "in", ids).execute();
    for (const { run, key, value } of texts) {
      const data = runs.get(run)?.run.data;
      if (data !== undefined) setOwn(table === "params" ? data.params : data.tags, key, value);
    }
  }
  const metrics = await db.selectFrom("metrics").select(["run", "key", "summary"]).where("run", "in", ids).execute();
  for (const { run: id, key, summary } of metrics) {
    const run = runs.get(id)?.run;
    if (run === undefined) continue;
    const read = fromSummary(key, summary);
    setOwn(run.metricSummaries, key, read);
    setOwn(run.data.metrics, key, read.last.value);
  }
  const inputs = await db
    .selectFrom("inputs")
    .select(["run", "data"])
    .where("run", "in", ids)
    .orderBy("run")
    .orderBy("position")
    .execute();
  for (const { run, data } of inputs) {
    runs.get(run)?.run.inputs.datasetInputs.push(JSON.parse(data) as DatasetInput);
  }
  return [...runs.values()];
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function findRun(database: SqlDatabase, runId: string): Promise<StoredRun> {
  const row = await database.db.selectFrom("runs").select("id").where("run_id", "=", runId).executeTakeFirst();
  const [stored] = row === undefined ? [] : await loadRuns(database, [row.id]);
  if (stored === undefined) throw noRun(runId);
  return stored;
}

function fromRow(database: SqlDatabase, row: Selectable<Tables["runs"]>): Run {
  return {
    info: {
      runId: row.run_id,
      runName: row.run_name,
      experimentId: row.experiment_id,
      status: row.status,
      startTime: row.start_time,
      ...(row.end_time === null ? {} : { endTime: row.end_time }),
      lifecycleStage: row.lifecycle_stage,
      ...(row.deleted_time === null ? {} : { deletedTime: row.deleted_time }),
      artifactUri: fromStoredLocation(database, row.artifact_uri),
      userId: row.user_id,
    },
    data: { params: {}, metrics: {}, tags: {} },
    inputs: { datasetInputs: [] },
    outputs: { modelOutputs: JSON.parse(row.outputs) as ModelOutput[] },
    metricSummaries: {},
  };
}
