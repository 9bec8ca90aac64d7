import type { TrackingClient } from "../../tracking/client.js";
import { runToJson } from "../../tracking/mlflow-json.js";
import { type Run, runStatuses, viewTypes } from "../../tracking/types.js";
import { checkRunId, checkRunName, toTime } from "../../tracking/validation.js";
import { artifactUri } from "./artifact-place.js";
import { checkMlflowFilter, checkMlflowOrder } from "./mlflow-filter.js";
import { pageJson, type Route } from "./route.js";

/** `runs/…` of MLflow's REST API, except for what is logged into a run. */
export function runRoutes(client: TrackingClient): Route[] {
  return [
    {
      method: "POST",
      path: "runs/create",
      answer: async (fields) => ({
        run: wireRun(
          await client.createRun(fields.text("experiment_id"), {
            runName: fields.optionalText("run_name"),
            userId: fields.optionalText("user_id") ?? "",
            startTime: fields.optionalInt("start_time") ?? 0,
            tags: fields.keyValues("tags"),
            // Its process is a client's, of which this one knows nothing.
            owned: false,
          }),
        ),
      }),
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
        checkMlflowFilter(filterString, "run");
        checkMlflowOrder(orderBy, "run");
        const page = await client.searchRuns({
          experimentIds: fields.texts("experiment_ids"),
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

function wireRun(run: Run): ReturnType<typeof runToJson> {
  const { experimentId, runId } = run.info;
  return runToJson({ ...run, info: { ...run.info, artifactUri: artifactUri(experimentId, runId) } });
}
