import { own, setOwn } from "../../own.js";
import { toNumber } from "../../tracking/filter/match.js";
import type { RunChanges } from "../../tracking/store.js";
import type { DatasetInput, LifecycleStage, ModelOutput, Param, Run } from "../../tracking/types.js";
import { checkActive, checkParams, noRun, noTag } from "../run-change.js";
import { toStoredLocation } from "./artifact-location.js";
import type { Db, SqlDatabase } from "./database.js";
import type { TextRow } from "./tables.js";

/** What a change needs to know of a run whose row its transaction holds. */
export interface LockedRun {
  id: number;
  info: { runId: string; lifecycleStage: LifecycleStage; startTime: number };
}

/** Rows of one statement. */
const chunk = 500;

/** Locks a run until the transaction ends. @throws RESOURCE_DOES_NOT_EXIST */
export async function lockRun({ kind, db }: SqlDatabase, runId: string): Promise<LockedRun> {
  const query = db.selectFrom("runs").select(["id", "lifecycle_stage", "start_time"]).where("run_id", "=", runId);
  // In SQLite a transaction that writes has the whole database.
  const row = await (kind === "postgresql" ? query.forUpdate() : query).executeTakeFirst();
  if (row === undefined) throw noRun(runId);
  return { id: row.id, info: { runId, lifecycleStage: row.lifecycle_stage, startTime: row.start_time } };
}

/** As {@link lockRun}. @throws INVALID_PARAMETER_VALUE when the run is deleted */
export async function lockActiveRun(database: SqlDatabase, runId: string): Promise<LockedRun> {
  const run = await lockRun(database, runId);
  checkActive(run);
  return run;
}

/** @param owner - its process, as JSON; null: it belongs to none @returns false when there is a run of that id */
export async function insertRun(database: SqlDatabase, { info, data }: Run, owner: string | null): Promise<boolean> {
  const row = await database.db
    .insertInto("runs")
    .values({
      run_id: info.runId,
      run_name: info.runName,
      experiment_id: info.experimentId,
      status: info.status,
      start_time: info.startTime,
      lifecycle_stage: info.lifecycleStage,
      artifact_uri: toStoredLocation(database, info.artifactUri),
      user_id: info.userId,
      owner,
      outputs: "[]",
    })
    .onConflict((conflict) => conflict.column("run_id").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (row === undefined) return false;
  await saveTexts(database.db, "tags", row.id, Object.entries(data.tags));
  return true;
}

/** Status, end, name and the reason of an end. @param owner - of a run that is taken up again */
export async function changeInfo(
  { db }: SqlDatabase,
  { id, info }: LockedRun,
  { status, endTime, runName, reason }: RunChanges,
  owner: string,
): Promise<void> {
  const columns = {
    ...(status === undefined ? {} : { status }),
    ...(status === "RUNNING" ? { owner } : {}),
    // Where a clock was set back meanwhile, a run takes no time; it does not end before it starts.
    ...(endTime === undefined ? {} : { end_time: endTime === null ? null : Math.max(endTime, info.startTime) }),
    ...(runName === undefined ? {} : { run_name: runName }),
  };
  if (Object.keys(columns).length > 0) await db.updateTable("runs").set(columns).where("id", "=", id).execute();
  await saveTexts(db, "tags", id, [
    ...(runName === undefined ? [] : [["mlflow.runName", runName] as const]),
    ...(reason === undefined ? [] : [["runlab.end_reason", reason] as const]),
  ]);
}

/** @param deletedTime - null: it is there again */
export async function setDeleted({ db }: SqlDatabase, id: number, deletedTime: number | null): Promise<void> {
  const stage = deletedTime === null ? "active" : "deleted";
  await db
    .updateTable("runs")
    .set({ lifecycle_stage: stage, deleted_time: deletedTime })
    .where("id", "=", id)
    .execute();
}

/** @throws INVALID_PARAMETER_VALUE for a param that has another value: then nothing is to be committed */
export async function addParams({ db }: SqlDatabase, { id, info }: LockedRun, params: readonly Param[]): Promise<void> {
  if (params.length === 0) return;
  const keys = [...new Set(params.map(({ key }) => key))];
  const known: Record<string, string> = {};
  for (let from = 0; from < keys.length; from += chunk) {
    const rows = await db
      .selectFrom("params")
      .select(["key", "value"])
      .where("run", "=", id)
      .where("key", "in", keys.slice(from, from + chunk))
      .execute();
    for (const { key, value } of rows) setOwn(known, key, value);
  }
  checkParams({ info, data: { params: known } }, params);
  const added = new Map(params.filter(({ key }) => !Object.hasOwn(known, key)).map(({ key, value }) => [key, value]));
  await saveTexts(db, "params", id, [...added]);
}

export async function setTags({ db }: SqlDatabase, id: number, tags: Readonly<Record<string, string>>): Promise<void> {
  await saveTexts(db, "tags", id, Object.entries(tags));
  const runName = own(tags, "mlflow.runName");
  // The tag and the name are one.
  if (runName !== undefined) await db.updateTable("runs").set({ run_name: runName }).where("id", "=", id).execute();
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function removeTag({ db }: SqlDatabase, { id, info }: LockedRun, key: string): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom("tags")
    .where("run", "=", id)
    .where("key", "=", key)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw noTag(info.runId, key);
}

/** A dataset that the run has already is left out. */
export async function addInputs({ db }: SqlDatabase, run: number, inputs: readonly DatasetInput[]): Promise<void> {
  const rows = await db.selectFrom("inputs").select(["position", "name", "digest"]).where("run", "=", run).execute();
  const known = new Set(rows.map(({ name, digest }) => JSON.stringify([name, digest])));
  let position = rows.reduce((next, row) => Math.max(next, row.position + 1), 0);
  for (const input of inputs) {
    const { name, digest } = input.dataset;
    const dataset = JSON.stringify([name, digest]);
    if (known.has(dataset)) continue;
    known.add(dataset);
    const context = own(input.tags, "mlflow.data.context") ?? null;
    const row = { run, position: position++, name, digest, context, data: JSON.stringify(input) };
    await db.insertInto("inputs").values(row).execute();
  }
}

/** A model that the run has at that step already is left out. */
export async function addOutputs({ db }: SqlDatabase, run: number, outputs: readonly ModelOutput[]): Promise<void> {
  const row = await db.selectFrom("runs").select("outputs").where("id", "=", run).executeTakeFirstOrThrow();
  const all = JSON.parse(row.outputs) as ModelOutput[];
  for (const output of outputs) {
    if (!all.some(({ modelId, step }) => modelId === output.modelId && step === output.step)) all.push(output);
  }
  await db
    .updateTable("runs")
    .set({ outputs: JSON.stringify(all) })
    .where("id", "=", run)
    .execute();
}

/** Removes all that is known of a run. */
export async function deleteRows({ db }: SqlDatabase, run: number): Promise<void> {
  const metrics = db.selectFrom("metrics").select("id").where("run", "=", run);
  await db.deleteFrom("points").where("metric", "in", metrics).execute();
  for (const table of ["metrics", "params", "tags", "inputs"] as const) {
    await db.deleteFrom(table).where("run", "=", run).execute();
  }
  await db.deleteFrom("runs").where("id", "=", run).execute();
}

async function saveTexts(
  db: Db,
  table: "params" | "tags",
  run: number,
  texts: ReadonlyArray<readonly [key: string, value: string]>,
): Promise<void> {
  for (let from = 0; from < texts.length; from += chunk) {
    await db
      .insertInto(table)
      .values(texts.slice(from, from + chunk).map(([key, value]) => textRow(run, key, value)))
      .onConflict((conflict) =>
        conflict.columns(["run", "key"]).doUpdateSet(({ ref }) => ({
          value: ref("excluded.value"),
          number: ref("excluded.number"),
          rank: ref("excluded.rank"),
        })),
      )
      .execute();
  }
}

/** How a text takes part in searches: as the number that it is, where it is one. */
function textRow(run: number, key: string, value: string): TextRow {
  const number = toNumber(value);
  if (number === undefined) return { run, key, value, number: null, rank: 1 };
  return Number.isNaN(number) ? { run, key, value, number: null, rank: 2 } : { run, key, value, number, rank: 0 };
}
