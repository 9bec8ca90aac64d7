import { isNotFound, TrackingError } from "../errors.js";
import type { RunDiff, RunSide } from "../render/run-diff.js";
import type { Run } from "../tracking/types.js";
import type { QuerySource } from "./run-search.js";

/**
 * Two runs set against each other: params, metrics, tags, code and environment.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for a run and itself
 */
export async function diffRuns(source: Pick<QuerySource, "client">, a: Run, b: Run): Promise<RunDiff> {
  if (a.info.runId === b.info.runId) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `Both names mean the run '${a.info.runName}' (${a.info.runId}).`,
      {
        hint: "Name two different runs. Runs of one name are told apart by their ids.",
      },
    );
  }
  const [before, after] = await Promise.all([sideOf(source, a), sideOf(source, b)]);
  return { before, after };
}

async function sideOf({ client }: Pick<QuerySource, "client">, run: Run): Promise<RunSide> {
  const { runId, experimentId } = run.info;
  const [experiment, code, environment] = await Promise.all([
    client.getExperiment(experimentId),
    codeOfRun({ client }, runId),
    readText({ client }, runId, "runlab/environment.json"),
  ]);
  return {
    run,
    experiment: experiment.name,
    code,
    environment: environment === undefined ? undefined : flatEnvironment(environment),
  };
}

/** The source of the cell that was the run; undefined when none is kept. */
export function codeOfRun(source: Pick<QuerySource, "client">, runId: string): Promise<string | undefined> {
  return readText(source, runId, "runlab/cell.ts");
}

/** A file of a run as text. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when the run itself is gone */
async function readText(
  { client }: Pick<QuerySource, "client">,
  runId: string,
  path: string,
): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await client.readArtifact(runId, path));
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await client.getRun(runId);
    return undefined;
  }
}

/** `{ node: "20.19.0", "vega-lite": "6.4.3" }`: the packages beside the rest. Undefined for text that is not a JSON object. */
function flatEnvironment(json: string): Record<string, string> | undefined {
  const value = parsed(json);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { packages, ...rest } = value as Record<string, unknown>;
  const texts = (record: object) => Object.entries(record).filter(([, text]) => typeof text === "string");
  const inner = typeof packages === "object" && packages !== null ? texts(packages) : [];
  const outer = texts(rest);
  const names = new Set(outer.map(([name]) => name));
  return Object.fromEntries([
    ...outer,
    ...inner.map(([name, text]) => [names.has(name) ? `package ${name}` : name, text]),
  ]);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
