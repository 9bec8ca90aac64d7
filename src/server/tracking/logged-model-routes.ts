import { posix } from "node:path";
import { TrackingError } from "../../errors.js";
import type { TrackingClient } from "../../tracking/client.js";
import { loggedModelFields } from "../../tracking/filter/fields.js";
import { allOf, type Filter, joined } from "../../tracking/filter/filter-tree.js";
import { toSearch } from "../../tracking/query.js";
import { checkArtifactPath } from "../../tracking/validation.js";
import { filesJson, modelArtifactUri } from "./artifact-location.js";
import { createLoggedModel } from "./create-logged-model.js";
import { checkMlflowFilter } from "./mlflow-filter.js";
import type { RequestFields } from "./request-fields.js";
import { pageJson, type Route } from "./route.js";
import { wireLoggedModel } from "./wire-model.js";

/** MLflow's words for how a model's files came in, and its numbers for them. */
const statuses = {
  LOGGED_MODEL_PENDING: "PENDING",
  LOGGED_MODEL_READY: "READY",
  LOGGED_MODEL_UPLOAD_FAILED: "FAILED",
} as const;
const statusWords = Object.keys(statuses) as Array<keyof typeof statuses>;

/** `logged-models/…` of MLflow's REST API. */
export function loggedModelRoutes(client: TrackingClient): Route[] {
  return [
    {
      method: "POST",
      path: "logged-models",
      answer: async (fields) => ({ model: wireLoggedModel(await createLoggedModel(client, fields)) }),
    },
    {
      method: "POST",
      path: "logged-models/search",
      answer: async (fields) => {
        const experimentIds = fields.texts("experiment_ids");
        if (experimentIds.length === 0) throw missing("experiment_ids");
        const filterString = fields.optionalText("filter") || undefined;
        checkMlflowFilter(filterString, loggedModelFields);
        const onDatasets = joinedDatasets(fields.list("datasets"));
        const { filter, ...search } = toSearch(
          "search",
          {
            experimentIds,
            filterString,
            orderBy: fields.list("order_by").map(orderOf),
            maxResults: fields.optionalInt("max_results") || undefined,
            pageToken: fields.optionalText("page_token") || undefined,
          },
          loggedModelFields,
        );
        const wanted = [filter, onDatasets].filter((part) => part !== undefined);
        const found = await client.store.registry.searchLoggedModels({ ...search, filter: allOf(wanted) });
        return pageJson("models", found, wireLoggedModel);
      },
    },
    {
      method: "GET",
      path: "logged-models/:model_id",
      answer: async (_, part) => ({ model: wireLoggedModel(await client.getLoggedModel(part("model_id"))) }),
    },
    {
      method: "PATCH",
      path: "logged-models/:model_id",
      answer: async (fields) => {
        const modelId = fields.text("model_id");
        const word = fields.word("status", statusWords);
        if (word === undefined) {
          if (!fields.has("status")) throw missing("status");
          // Of a later version of MLflow, perhaps: it says nothing that is known here.
          return { model: wireLoggedModel(await client.getLoggedModel(modelId)) };
        }
        return { model: wireLoggedModel(await client.updateLoggedModel(modelId, { status: statuses[word] })) };
      },
    },
    {
      method: "DELETE",
      path: "logged-models/:model_id",
      answer: async (_, part) => {
        await client.deleteLoggedModel(part("model_id"));
        return {};
      },
    },
    {
      method: "PATCH",
      path: "logged-models/:model_id/tags",
      answer: async (fields, part) => {
        await client.updateLoggedModel(part("model_id"), { setTags: fields.keyValues("tags") });
        return {};
      },
    },
    {
      method: "DELETE",
      path: "logged-models/:model_id/tags/:key",
      answer: async (_, part) => {
        await client.updateLoggedModel(part("model_id"), { deleteTags: [part("key")] });
        return {};
      },
    },
    {
      method: "POST",
      path: "logged-models/:model_id/params",
      answer: async (fields, part) => {
        await client.updateLoggedModel(part("model_id"), { params: fields.keyValues("params") });
        return {};
      },
    },
    {
      method: "GET",
      path: "logged-models/:model_id/artifacts/directories",
      answer: async (fields, part) => {
        const { modelId, experimentId, sourceRunId, artifactPath } = await client.getLoggedModel(part("model_id"));
        const folder = fields.optionalText("artifact_directory_path");
        const path = folder ? `${artifactPath}/${checkArtifactPath(folder)}` : artifactPath;
        const files = await client.listArtifacts(sourceRunId, path);
        const inModel = files.map((file) => ({ ...file, path: posix.relative(artifactPath, file.path) }));
        return { root_uri: modelArtifactUri(experimentId, modelId), ...filesJson(inModel) };
      },
    },
  ];
}

/** Models with a metric on one of these datasets; undefined, which holds for all, for none. */
function joinedDatasets(datasets: readonly RequestFields[]): Filter | undefined {
  const each = datasets.map((dataset) => {
    const name = dataset.text("dataset_name");
    const digest = dataset.optionalText("dataset_digest");
    const is = (key: string, value: string) =>
      ({ kind: "text", field: { entity: "dataset", key }, comparator: "=", value }) as const;
    return digest ? joined("and", [is("name", name), is("digest", digest)]) : is("name", name);
  });
  return each.length === 0 ? undefined : joined("or", each);
}

function orderOf(order: RequestFields): string {
  const field = order.text("field_name");
  return `${field} ${order.optionalBoolean("ascending") === false ? "DESC" : "ASC"}`;
}

function missing(name: string): TrackingError {
  return invalid(`Missing value for required parameter '${name}'.`);
}

function invalid(message: string): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", message);
}
