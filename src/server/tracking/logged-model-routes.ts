import type { TrackingClient } from "../../tracking/client.js";
import { loggedModelToJson } from "../../tracking/mlflow-json.js";
import type { LoggedModel } from "../../tracking/registry.js";
import { artifactUri } from "./artifact-place.js";
import { pageJson, type Route } from "./route.js";

/** `logged-models/…` of MLflow's REST API: what was logged is found; a client's listing of a run's files asks for it. */
export function loggedModelRoutes(client: TrackingClient): Route[] {
  return [
    {
      method: "POST",
      path: "logged-models/search",
      answer: async (fields) => {
        const page = await client.searchLoggedModels({
          experimentIds: fields.texts("experiment_ids"),
          filterString: fields.optionalText("filter"),
          orderBy: fields
            .list("order_by")
            .map(
              (order) => `${order.text("field_name")} ${order.optionalBoolean("ascending") === false ? "DESC" : "ASC"}`,
            ),
          maxResults: fields.optionalInt("max_results"),
          pageToken: fields.optionalText("page_token") || undefined,
        });
        return pageJson("models", page, wireModel);
      },
    },
  ];
}

function wireModel(model: LoggedModel): object {
  return loggedModelToJson(model, `${artifactUri(model.experimentId, model.sourceRunId)}/${model.artifactPath}`);
}
