import { TrackingError } from "../../errors.js";
import type { TrackingClient } from "../../tracking/client.js";
import { experimentFields } from "../../tracking/filter/fields.js";
import { experimentToJson } from "../../tracking/mlflow-json.js";
import { type Experiment, viewTypes } from "../../tracking/types.js";
import { checkMlflowFilter, checkMlflowOrder } from "./mlflow-filter.js";
import type { RequestFields } from "./request-fields.js";
import { pageJson, type Route } from "./route.js";

/** `experiments/…` of MLflow's REST API. */
export function experimentRoutes(client: TrackingClient): Route[] {
  const search = async (fields: RequestFields) => {
    const filterString = fields.optionalText("filter");
    const orderBy = fields.texts("order_by");
    checkMlflowFilter(filterString, experimentFields);
    checkMlflowOrder(orderBy, experimentFields);
    const page = await client.searchExperiments({
      filterString,
      orderBy,
      viewType: fields.word("view_type", viewTypes),
      maxResults: fields.optionalInt("max_results"),
      pageToken: fields.optionalText("page_token") || undefined,
    });
    return pageJson("experiments", page, wireExperiment);
  };
  return [
    {
      method: "POST",
      path: "experiments/create",
      answer: async (fields) => {
        // Where a client wants the files is passed over: they are behind this server, as the answer to `experiments/get` says.
        checkLocation(fields.optionalText("artifact_location"));
        const tags = fields.keyValues("tags");
        // MLflow's code, from its database.
        if (Object.keys(tags).length < fields.list("tags").length)
          throw new TrackingError("RESOURCE_ALREADY_EXISTS", "A tag is given twice.");
        return { experiment_id: await client.createExperiment(fields.text("name"), { tags }) };
      },
    },
    {
      method: "GET",
      path: "experiments/get",
      answer: async (fields) => ({
        experiment: wireExperiment(await client.getExperiment(fields.experimentId())),
      }),
    },
    {
      method: "GET",
      path: "experiments/get-by-name",
      answer: async (fields) => {
        const name = fields.text("experiment_name");
        const experiment = await client.getExperimentByName(name);
        if (experiment !== undefined) return { experiment: wireExperiment(experiment) };
        throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `Could not find experiment with name '${name}'.`);
      },
    },
    { method: "POST", path: "experiments/search", answer: search },
    { method: "GET", path: "experiments/search", answer: search },
    {
      method: "POST",
      path: "experiments/update",
      answer: async (fields) => {
        const [id, name] = [fields.experimentId(), fields.text("new_name")];
        await client.renameExperiment(id, name).catch((error: unknown) => {
          if (!(error instanceof TrackingError) || error.code !== "RESOURCE_ALREADY_EXISTS") throw error;
          // MLflow's code, from its database.
          throw new TrackingError("BAD_REQUEST", error.message);
        });
        return {};
      },
    },
    {
      method: "POST",
      path: "experiments/delete",
      answer: async (fields) => {
        await client.deleteExperiment(fields.experimentId());
        return {};
      },
    },
    {
      method: "POST",
      path: "experiments/restore",
      answer: async (fields) => {
        await client.restoreExperiment(fields.experimentId());
        return {};
      },
    },
    {
      method: "POST",
      path: "experiments/set-experiment-tag",
      answer: async (fields) => {
        const value = fields.optionalText("value") ?? "";
        await client.setExperimentTag(fields.experimentId(), fields.text("key"), value);
        return {};
      },
    },
    {
      method: "POST",
      path: "experiments/delete-experiment-tag",
      answer: async (fields) => {
        await client.deleteExperimentTag(fields.experimentId(), fields.text("key"));
        return {};
      },
    },
  ];
}

/** A client gets and sends files through the server, and learns nothing of where it keeps them. */
function wireExperiment(experiment: Experiment): object {
  const artifactLocation = `mlflow-artifacts:/${experiment.experimentId}`;
  return { ...experimentToJson({ ...experiment, artifactLocation }), workspace: "default" };
}

/** MLflow's rule for an artifact location. @throws {TrackingError} INVALID_PARAMETER_VALUE for one that leads out of itself */
function checkLocation(location = ""): void {
  if (!location.split(/[/\\]/).includes("..") && !/[?#]/.test(location)) return;
  throw new TrackingError("INVALID_PARAMETER_VALUE", "The artifact_location must not contain '..', '?' or '#'.");
}
