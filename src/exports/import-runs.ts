import { readFile } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { TrackingError } from "../errors.js";
import type { TrackingClient } from "../tracking/client.js";
import type { Run } from "../tracking/types.js";
import type { ImportedRun } from "./export-format.js";
import { formatOf } from "./export-formats.js";
import type { RunSource } from "./export-runs.js";

export interface ImportRequest {
  from: string;
  /** Default: by the extension of `from`. */
  format?: string;
  /** Where the runs go; created when there is none of that name. Default: the name in the file, else the file's own. */
  experiment?: string;
}

export interface ImportResult {
  /** Absolute. */
  path: string;
  experiment: string;
  /** Runs that were added. */
  runs: number;
  /** Runs that the store has already, by their ids; they stay as they are. */
  skipped: number;
}

/** Params and points per call, as many as MLflow's servers take. */
const batch = { params: 100, points: 1000 };

/**
 * Reads runs from a file that `exportRuns` wrote, or from MLflow's `search_runs().to_csv()`, into the session's store.
 * A run keeps its id, so importing twice adds nothing; a run that was open is KILLED. A run that the store fails to take
 * whole is not there afterwards, so that importing again adds it.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when there is no such file; INVALID_PARAMETER_VALUE when it is no export
 */
export async function importRuns(
  source: RunSource,
  request: ImportRequest,
  cwd = process.cwd(),
): Promise<ImportResult> {
  const path = resolve(cwd, request.from);
  const format = formatOf(path, request.format);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `The file ${path} cannot be read.`, { cause });
  });
  const read = format.read(text);
  const { client } = source;
  const experiment = request.experiment ?? read.experimentName ?? basename(path, extname(path));
  const experimentId =
    (await client.getExperimentByName(experiment))?.experimentId ??
    (await client.createExperiment(experiment, { tags: read.experimentTags }));
  let skipped = 0;
  for (const run of read.runs) if (!(await addRun(client, experimentId, run))) skipped++;
  return { path, experiment, runs: read.runs.length - skipped, skipped };
}

/** @returns false when the store has the run */
async function addRun(client: TrackingClient, experimentId: string, run: ImportedRun): Promise<boolean> {
  const { runId, runName, startTime, userId } = run;
  if (runId !== undefined && (await hasRun(client, runId))) return false;
  const created = await client.createRun(experimentId, {
    ...(runId === undefined ? {} : { runId }),
    ...(runName === undefined ? {} : { runName }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(userId === undefined ? {} : { userId }),
    tags: run.tags,
    owned: false,
  });
  try {
    await fill(client, created, run);
  } catch (error) {
    await forget(client, created.info.runId).catch(() => undefined);
    throw error;
  }
  return true;
}

async function fill(client: TrackingClient, created: Run, run: ImportedRun): Promise<void> {
  const id = created.info.runId;
  const params = Object.entries(run.params);
  for (let at = 0; at < params.length; at += batch.params) {
    await client.logParams(id, Object.fromEntries(params.slice(at, at + batch.params)));
  }
  const points = Object.entries(run.metrics).flatMap(([key, list]) => list.map((point) => ({ key, ...point })));
  for (let at = 0; at < points.length; at += batch.points) {
    await client.logMetrics(id, points.slice(at, at + batch.points));
  }
  if (run.datasetInputs.length > 0) await client.store.logInputs(id, run.datasetInputs);
  if (run.modelOutputs.length > 0) await client.logOutputs(id, run.modelOutputs);
  await client.updateRun(id, run.status, run.endTime ?? created.info.startTime);
}

/** A store that cannot remove a run for good keeps it as deleted. */
async function forget(client: TrackingClient, runId: string): Promise<void> {
  await client.deleteRun(runId);
  await client.store.purgeRun?.(runId);
}

async function hasRun(client: TrackingClient, runId: string): Promise<boolean> {
  try {
    await client.getRun(runId);
    return true;
  } catch (error) {
    if (error instanceof TrackingError && error.code === "RESOURCE_DOES_NOT_EXIST") return false;
    throw error;
  }
}
