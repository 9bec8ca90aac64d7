import { isNotFound } from "../../errors.js";
import { diffRuns } from "../../queries/diff-runs.js";
import { filterText } from "../../queries/run-search.js";
import { modelsOfRun } from "../../queries/run-tables.js";
import { wholeSummaries } from "../../queries/whole-summaries.js";
import { shownLines } from "../../render/code-diff.js";
import { plural } from "../../render/format-value.js";
import { shownDiff } from "../../render/run-diff.js";
import type { TrackingClient } from "../../tracking/client.js";
import { numberToJson } from "../../tracking/mlflow-json.js";
import type { Metric, Run } from "../../tracking/types.js";
import type { Permissions } from "../auth/permissions.js";
import type { DiffJson, MetricDetailsJson, RunDetailsJson, RunModelJson } from "./page-json.js";

/** Most lines of code of one answer. */
const mostLines = 2000;
/** Most runs inside a run that are named. */
const mostChildren = 100;

/** All that is known of one run, but for its files and histories. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
export async function runAnswer(
  client: TrackingClient,
  permissions: Permissions | undefined,
  runId: string,
): Promise<RunDetailsJson> {
  const run = await client.getRun(runId);
  await wholeSummaries({ client }, [run], Object.keys(run.data.metrics));
  const { info, data, metricSummaries, inputs } = run;
  const [experiment, models, parent, children] = await Promise.all([
    client.getExperiment(info.experimentId),
    modelsJson(client, run),
    parentOf(client, data.tags["mlflow.parentRunId"]),
    client.searchRuns({
      experimentIds: [info.experimentId],
      filterString: `tags.\`mlflow.parentRunId\` = ${filterText(runId)}`,
      orderBy: ["attributes.start_time ASC"],
      maxResults: mostChildren,
    }),
  ]);
  return {
    id: info.runId,
    name: info.runName,
    experimentId: info.experimentId,
    experiment: experiment.name,
    status: info.status,
    start: info.startTime,
    ...(info.endTime === undefined ? {} : { end: info.endTime }),
    user: info.userId,
    deleted: info.lifecycleStage === "deleted",
    params: data.params,
    tags: data.tags,
    metrics: Object.entries(metricSummaries).map(
      ([key, { last, min, max, count }]): MetricDetailsJson => ({
        key,
        last: numberToJson(last.value),
        step: last.step,
        ...(min === undefined ? {} : { min: pointJson(min) }),
        ...(max === undefined ? {} : { max: pointJson(max) }),
        count,
      }),
    ),
    inputs: inputs.datasetInputs.map(({ dataset, tags }) => {
      const { "mlflow.data.context": context } = tags;
      const { name, digest, source } = dataset;
      return { name, digest, source, ...(context === undefined ? {} : { context }) };
    }),
    models,
    ...(parent === undefined ? {} : { parent }),
    children: children.map(({ info: child }) => ({ id: child.runId, name: child.runName, status: child.status })),
    ...(permissions === undefined ? {} : { level: permissions.levelOf(experiment) }),
  };
}

/** What differs between two runs. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
export async function diffAnswer(client: TrackingClient, a: string, b: string): Promise<DiffJson> {
  const [before, after] = await Promise.all([client.getRun(a), client.getRun(b)]);
  const { code, ...rest } = await shownDiff(await diffRuns({ client }, before, after));
  if (typeof code === "string" || code.length <= mostLines) {
    return { ...rest, code: typeof code === "string" ? code : shownLines(code, mostLines) };
  }
  const left = `Code: ${plural(code.length - mostLines, "line")} not shown.`;
  return { ...rest, notes: [...rest.notes, left], code: shownLines(code, mostLines) };
}

function pointJson({ value, step }: Metric): { value: number; step: number } {
  return { value, step };
}

async function modelsJson(client: TrackingClient, run: Run): Promise<RunModelJson[]> {
  const models = await modelsOfRun({ client }, run);
  return models.map(({ modelId, name, flavor, step, registered, signature, artifactPath }) => ({
    id: modelId,
    ...(name === undefined ? {} : { name }),
    ...(flavor === undefined ? {} : { flavor }),
    step,
    registered,
    ...(signature === undefined ? {} : { signature }),
    ...(artifactPath === undefined ? {} : { artifactPath }),
  }));
}

async function parentOf(
  client: TrackingClient,
  id: string | undefined,
): Promise<{ id: string; name: string } | undefined> {
  if (id === undefined) return undefined;
  try {
    const { info } = await client.getRun(id);
    return { id, name: info.runName };
  } catch (error) {
    // Removed for good, or the tag names no run at all.
    if (isNotFound(error)) return { id, name: id };
    return undefined;
  }
}
