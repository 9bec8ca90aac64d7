import { TrackingError } from "../../errors.js";
import { own } from "../../own.js";
import type { TrackingClient } from "../../tracking/client.js";
import { runFields } from "../../tracking/filter/fields.js";
import { type RunJson, runToJson } from "../../tracking/mlflow-json.js";
import { type Run, runStatuses, viewTypes } from "../../tracking/types.js";
import { checkRunId, checkRunName, toTime } from "../../tracking/validation.js";
import { artifactUri } from "./artifact-location.js";
import { checkMlflowFilter, checkMlflowOrder } from "./mlflow-filter.js";
import { modelInputsOf, withoutModelInputs } from "./model-inputs.js";
import { pageJson, type Route } from "./route.js";

/** `runs/…` of MLflow's REST API, except for what is logged into a run. */
export function runRoutes(client: TrackingClient): Route[] {
  return [
    {
      method: "POST",
      path: "runs/create",
      answer: async (fields) => {
        const runName = fields.optionalText("run_name") || undefined;
        const tags = fields.keyValues("tags");
        checkNames(runName, own(tags, "mlflow.runName"));
        const run = await client.createRun(fields.experimentId(), {
          runName,
          userId: fields.optionalText("user_id") ?? "",
          startTime: fields.optionalInt("start_time") ?? 0,
          tags,
          // Its process is a client's, of which this one knows nothing.
          owned: false,
        });
        const { outputs: _, ...json } = wireRun(run);
        return { run: json };
      },
    },
    {
      method: "GET",
      path: "runs/get",
      answer: async (fields) => ({ run: wireRun(await client.getRun(fields.runId())) }),
    },
    {
      method: "POST",
      path: "runs/update",
      answer: async (fields) => {
        const runId = fields.runId();
        const status = fields.word("status", runStatuses);
        const endTime = fields.optionalInt("end_time");
        const runName = fields.optionalText("run_name") || undefined;
        checkRunId(runId);
        if (runName !== undefined) checkRunName(runName);
        // The client would end the run now where MLflow leaves its end open.
        await client.store.updateRun(runId, {
          ...(status === undefined ? {} : { status }),
          ...(endTime === undefined ? {} : { endTime: toTime("The end time of a run", endTime) }),
          ...(runName === undefined ? {} : { runName }),
        });
        return { run_info: wireRun(await client.getRun(runId)).info };
      },
    },
    {
      method: "POST",
      path: "runs/delete",
      answer: async (fields) => {
        await client.deleteRun(fields.runId());
        return {};
      },
    },
    {
      method: "POST",
      path: "runs/restore",
      answer: async (fields) => {
        await client.restoreRun(fields.runId());
        return {};
      },
    },
    {
      method: "POST",
      path: "runs/search",
      answer: async (fields) => {
        const filterString = fields.optionalText("filter");
        const orderBy = fields.texts("order_by");
        checkMlflowFilter(filterString, runFields);
        checkMlflowOrder(orderBy, runFields);
        const page = await client.searchRuns({
          experimentIds: fields.ids("experiment_ids"),
          filterString,
          orderBy,
          viewType: fields.word("run_view_type", viewTypes),
          maxResults: fields.optionalInt("max_results"),
          pageToken: fields.optionalText("page_token") || undefined,
        });
        return pageJson("runs", page, wireRun);
      },
    },
  ];
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE for two names of one run */
function checkNames(name: string | undefined, tag: string | undefined): void {
  if (name === undefined || tag === undefined || name === tag) return;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `Both run_name ('${name}') and the tag mlflow.runName ('${tag}') are given, with different values.`,
  );
}

function wireRun(run: Run): RunJson {
  const { experimentId, runId } = run.info;
  const { data } = run;
  const models = modelInputsOf(data.tags);
  const info = { ...run.info, artifactUri: artifactUri(experimentId, runId) };
  const json = runToJson({ ...run, info, data: { ...data, tags: withoutModelInputs(data.tags) } });
  if (models.length === 0) return json;
  return { ...json, inputs: { ...json.inputs, model_inputs: models.map((model_id) => ({ model_id })) } };
}
