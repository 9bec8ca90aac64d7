import { TrackingError } from "../../errors.js";
import type { TrackingClient } from "../../tracking/client.js";
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
    checkMlflowFilter(filterString, "experiment");
    checkMlflowOrder(orderBy, "experiment");
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
        checkLocation(fields.optionalText("artifact_location"));
        const tags = fields.keyValues("tags");
        return { experiment_id: await client.createExperiment(fields.text("name"), { tags }) };
      },
    },
    {
      method: "GET",
      path: "experiments/get",
      answer: async (fields) => ({
        experiment: wireExperiment(await client.getExperiment(fields.text("experiment_id"))),
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
        await client.renameExperiment(fields.text("experiment_id"), fields.text("new_name"));
        return {};
      },
    },
    {
      method: "POST",
      path: "experiments/delete",
      answer: async (fields) => {
        await client.deleteExperiment(fields.text("experiment_id"));
        return {};
      },
    },
    {
      method: "POST",
      path: "experiments/restore",
      answer: async (fields) => {
        await client.restoreExperiment(fields.text("experiment_id"));
        return {};
      },
    },
    {
      method: "POST",
      path: "experiments/set-experiment-tag",
      answer: async (fields) => {
        const value = fields.optionalText("value") ?? "";
        await client.setExperimentTag(fields.text("experiment_id"), fields.text("key"), value);
        return {};
      },
    },
    {
      method: "POST",
      path: "experiments/delete-experiment-tag",
      answer: async (fields) => {
        await client.deleteExperimentTag(fields.text("experiment_id"), fields.text("key"));
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

/** A place of a client's choosing would be one of this machine. */
function checkLocation(location: string | undefined): void {
  if (location === undefined || location === "") return;
  throw new TrackingError("INVALID_PARAMETER_VALUE", "This server decides where an experiment's artifacts are kept.", {
    hint: "Leave out artifact_location.",
  });
}
