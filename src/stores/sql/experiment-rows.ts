import { setOwn } from "../../own.js";
import type { ExperimentChanges, NewExperiment } from "../../tracking/store.js";
import type { Experiment } from "../../tracking/types.js";
import {
  changeExperiment as changeInList,
  checkFree,
  defaultExperiment,
  findExperiment,
  hasRuns,
  newExperiment,
  removeExperiment,
} from "../experiment-table.js";
import { fromStoredLocation, toStoredLocation } from "./artifact-location.js";
import { holdCounter, nextCount } from "./counters.js";
import type { SqlDatabase } from "./database.js";

/** Experiments in the order of their creation: all, or those of this id or name. */
export async function experimentRows(
  database: SqlDatabase,
  { id, name }: { id?: string | undefined; name?: string | undefined } = {},
): Promise<Experiment[]> {
  let query = database.db.selectFrom("experiments").selectAll().orderBy("creation_time");
  if (id !== undefined && name !== undefined) {
    query = query.where(({ eb, or }) => or([eb("experiment_id", "=", id), eb("name", "=", name)]));
  } else if (id !== undefined) query = query.where("experiment_id", "=", id);
  else if (name !== undefined) query = query.where("name", "=", name);
  return (await query.execute()).map((row) => ({
    experimentId: row.experiment_id,
    name: row.name,
    artifactLocation: fromStoredLocation(database, row.artifact_location),
    lifecycleStage: row.lifecycle_stage,
    creationTime: row.creation_time,
    lastUpdateTime: row.last_update_time,
    tags: readRecord(row.tags),
  }));
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function getExperiment(database: SqlDatabase, experimentId: string): Promise<Experiment> {
  return findExperiment(await experimentRows(database, { id: experimentId }), experimentId);
}

/** Under the next number. @throws RESOURCE_ALREADY_EXISTS */
export async function addExperiment(
  database: SqlDatabase,
  wanted: NewExperiment,
  locate: (experimentId: string) => string,
): Promise<Experiment> {
  const id = String(await nextCount(database, "experiment"));
  checkFree(await experimentRows(database, { name: wanted.name }), wanted.name);
  const experiment = newExperiment(id, wanted, locate, Date.now());
  await database.db.insertInto("experiments").values(toRow(database, experiment)).execute();
  return experiment;
}

export async function changeExperiment(
  database: SqlDatabase,
  experimentId: string,
  changes: ExperimentChanges,
): Promise<void> {
  // The same row that gives numbers out keeps two from taking one name.
  await holdCounter(database, "experiment");
  const list = await experimentRows(database, { id: experimentId, name: changes.name });
  const experiment = changeInList(list, experimentId, changes, Date.now());
  await database.db
    .updateTable("experiments")
    .set(toRow(database, experiment))
    .where("experiment_id", "=", experimentId)
    .execute();
}

/** For good. @throws RESOURCE_DOES_NOT_EXIST, INVALID_STATE */
export async function purgeExperiment(database: SqlDatabase, experimentId: string): Promise<void> {
  await holdCounter(database, "experiment");
  const { db } = database;
  const experiment = await getExperiment(database, experimentId);
  const run = await db.selectFrom("runs").select("id").where("experiment_id", "=", experimentId).executeTakeFirst();
  if (run !== undefined) throw hasRuns(experimentId);
  removeExperiment([experiment], experimentId);
  await db.deleteFrom("experiments").where("experiment_id", "=", experimentId).execute();
}

/** Every store has experiment 0 from its beginning. */
export async function insertDefault(database: SqlDatabase, location: string): Promise<void> {
  const [found] = await experimentRows(database, { id: "0" });
  if (found !== undefined) return;
  await database.db
    .insertInto("experiments")
    .values(toRow(database, defaultExperiment(location, Date.now())))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function toRow(database: SqlDatabase, experiment: Experiment) {
  return {
    experiment_id: experiment.experimentId,
    name: experiment.name,
    artifact_location: toStoredLocation(database, experiment.artifactLocation),
    lifecycle_stage: experiment.lifecycleStage,
    creation_time: experiment.creationTime,
    last_update_time: experiment.lastUpdateTime,
    tags: JSON.stringify(Object.entries(experiment.tags)),
  };
}

/** As a list of pairs: a key may be `__proto__`. */
function readRecord(json: string): Record<string, string> {
  const record: Record<string, string> = {};
  for (const [key, value] of JSON.parse(json) as Array<[string, string]>) setOwn(record, key, value);
  return record;
}
