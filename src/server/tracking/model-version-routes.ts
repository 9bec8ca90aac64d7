import type { TrackingClient } from "../../tracking/client.js";
import { modelVersionFields } from "../../tracking/filter/fields.js";
import { createModelVersion } from "./create-model-version.js";
import { downloadUri } from "./model-source.js";
import { versionOf } from "./registered-model-routes.js";
import { toRegistrySearch } from "./registry-search.js";
import type { RequestFields } from "./request-fields.js";
import { pageJson, type Route } from "./route.js";
import { wireListedVersion, wireVersion } from "./wire-model.js";

/** Most versions of one page. @see MLflow 3.17, _search_model_versions */
const mostVersions = 200_000;

/** `model-versions/…` of MLflow's REST API. */
export function modelVersionRoutes(client: TrackingClient): Route[] {
  const search = async (fields: RequestFields) => {
    const found = toRegistrySearch(fields, modelVersionFields, mostVersions);
    return pageJson("model_versions", await client.store.registry.searchModelVersions(found), wireListedVersion);
  };
  const find = (fields: RequestFields) => client.getModelVersion(fields.text("name"), versionOf(fields));
  return [
    {
      method: "POST",
      path: "model-versions/create",
      answer: async (fields) => ({ model_version: wireVersion(await createModelVersion(client, fields)) }),
    },
    {
      method: "GET",
      path: "model-versions/get",
      answer: async (fields) => ({ model_version: wireVersion(await find(fields)) }),
    },
    {
      method: "GET",
      path: "model-versions/get-download-uri",
      answer: async (fields) => ({ artifact_uri: await downloadUri(client, await find(fields)) }),
    },
    { method: "GET", path: "model-versions/search", answer: search },
    { method: "POST", path: "model-versions/search", answer: search },
    {
      method: "PATCH",
      path: "model-versions/update",
      answer: async (fields) => {
        const description = fields.optionalText("description") ?? "";
        const version = await client.updateModelVersion(fields.text("name"), versionOf(fields), description);
        return { model_version: wireVersion(version) };
      },
    },
    {
      method: "POST",
      path: "model-versions/transition-stage",
      answer: async (fields) => {
        const archiveExistingVersions = fields.optionalBoolean("archive_existing_versions") ?? false;
        const version = await client.transitionModelVersionStage(
          fields.text("name"),
          versionOf(fields),
          fields.text("stage"),
          { archiveExistingVersions },
        );
        return { model_version: wireVersion(version) };
      },
    },
    {
      method: "DELETE",
      path: "model-versions/delete",
      answer: async (fields) => {
        await client.deleteModelVersion(fields.text("name"), versionOf(fields));
        return {};
      },
    },
    {
      method: "POST",
      path: "model-versions/set-tag",
      answer: async (fields) => {
        const value = fields.optionalText("value") ?? "";
        await client.setModelVersionTag(fields.text("name"), versionOf(fields), fields.text("key"), value);
        return {};
      },
    },
    {
      method: "DELETE",
      path: "model-versions/delete-tag",
      answer: async (fields) => {
        const key = fields.text("key");
        const { name, version, tags } = await find(fields);
        // A tag that is not there is no error, as in MLflow.
        if (Object.hasOwn(tags, key)) await client.deleteModelVersionTag(name, version, key);
        return {};
      },
    },
  ];
}
