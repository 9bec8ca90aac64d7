import { TrackingError } from "../../errors.js";
import { own } from "../../own.js";
import type { TrackingClient } from "../../tracking/client.js";
import { registeredModelFields } from "../../tracking/filter/fields.js";
import { toStage } from "../../tracking/registry-validation.js";
import { toRegistrySearch } from "./registry-search.js";
import type { RequestFields } from "./request-fields.js";
import { pageJson, type Route } from "./route.js";
import { wireRegisteredModel, wireVersion } from "./wire-model.js";

/** Most models of one page. @see MLflow 3.17, _search_registered_models */
const mostModels = 1000;

/** `registered-models/…` of MLflow's REST API. */
export function registeredModelRoutes(client: TrackingClient): Route[] {
  const search = async (fields: RequestFields) => {
    const found = toRegistrySearch(fields, registeredModelFields, mostModels);
    return pageJson(
      "registered_models",
      await client.store.registry.searchRegisteredModels(found),
      wireRegisteredModel,
    );
  };
  const latestVersions = async (fields: RequestFields) => {
    const stages = fields.texts("stages").map(toStage);
    const versions = await client.getLatestVersions(fields.text("name"), stages.length === 0 ? undefined : stages);
    return pageJson("model_versions", versions, wireVersion);
  };
  return [
    {
      method: "POST",
      path: "registered-models/create",
      answer: async (fields) => {
        const description = fields.optionalText("description");
        const options = { tags: fields.keyValues("tags"), ...(description ? { description } : {}) };
        return {
          registered_model: wireRegisteredModel(await client.createRegisteredModel(fields.text("name"), options)),
        };
      },
    },
    {
      method: "GET",
      path: "registered-models/get",
      answer: async (fields) => ({
        registered_model: wireRegisteredModel(await client.getRegisteredModel(fields.text("name"))),
      }),
    },
    {
      method: "PATCH",
      path: "registered-models/update",
      answer: async (fields) => {
        const description = fields.optionalText("description") ?? "";
        const model = await client.updateRegisteredModel(fields.text("name"), description);
        return { registered_model: wireRegisteredModel(model) };
      },
    },
    {
      method: "POST",
      path: "registered-models/rename",
      answer: async (fields) => ({
        registered_model: wireRegisteredModel(
          await client.renameRegisteredModel(fields.text("name"), fields.text("new_name")),
        ),
      }),
    },
    {
      method: "DELETE",
      path: "registered-models/delete",
      answer: async (fields) => {
        await client.deleteRegisteredModel(fields.text("name"));
        return {};
      },
    },
    { method: "GET", path: "registered-models/search", answer: search },
    { method: "POST", path: "registered-models/search", answer: search },
    { method: "POST", path: "registered-models/get-latest-versions", answer: latestVersions },
    { method: "GET", path: "registered-models/get-latest-versions", answer: latestVersions },
    {
      method: "POST",
      path: "registered-models/set-tag",
      answer: async (fields) => {
        const value = fields.optionalText("value") ?? "";
        await client.setRegisteredModelTag(fields.text("name"), fields.text("key"), value);
        return {};
      },
    },
    {
      method: "DELETE",
      path: "registered-models/delete-tag",
      answer: async (fields) => {
        const name = fields.text("name");
        const key = fields.text("key");
        const { tags } = await client.getRegisteredModel(name);
        // A tag that is not there is no error, as in MLflow.
        if (Object.hasOwn(tags, key)) await client.deleteRegisteredModelTag(name, key);
        return {};
      },
    },
    {
      method: "POST",
      path: "registered-models/alias",
      answer: async (fields) => {
        await client.setRegisteredModelAlias(fields.text("name"), fields.text("alias"), versionOf(fields));
        return {};
      },
    },
    {
      method: "GET",
      path: "registered-models/alias",
      answer: async (fields) => {
        const [name, alias] = [fields.text("name"), fields.text("alias")];
        const { aliases } = await client.getRegisteredModel(name);
        const version = own(aliases, alias);
        // MLflow's code for an alias that is not there.
        if (version === undefined)
          throw new TrackingError(
            "INVALID_PARAMETER_VALUE",
            `Registered model alias ${alias.slice(0, 300)} not found.`,
          );
        return { model_version: wireVersion(await client.getModelVersion(name, version)) };
      },
    },
    {
      method: "DELETE",
      path: "registered-models/alias",
      answer: async (fields) => {
        await client.deleteRegisteredModelAlias(fields.text("name"), fields.text("alias"));
        return {};
      },
    },
  ];
}

/** The number of a version. @throws {TrackingError} INVALID_PARAMETER_VALUE for another text */
export function versionOf(fields: RequestFields): string {
  const version = fields.text("version");
  if (/^\d{1,15}$/.test(version)) return String(Number(version));
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `Model version must be an integer, got '${version.slice(0, 100)}'.`,
  );
}
