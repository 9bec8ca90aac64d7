import { allPages } from "../tracking/all-pages.js";
import { modelVersionFields } from "../tracking/filter/fields.js";
import type { ModelVersion, RegisteredModel } from "../tracking/registry.js";
import { bothFilters, filterText, type QuerySource } from "./run-search.js";

/** Registered models asked for at a time: ten times MLflow's default page. */
const pageSize = 1000;

type Source = Pick<QuerySource, "client">;

/** Every registered model that matches, by name, over all pages. */
export function registeredModels({ client }: Source, where?: string): Promise<RegisteredModel[]> {
  return allPages((pageToken) =>
    client.searchRegisteredModels({ filterString: where, maxResults: pageSize, pageToken }),
  );
}

/** Every version of a registered model that matches, the newest first. @throws RESOURCE_DOES_NOT_EXIST, with the names there are */
export async function modelVersions({ client }: Source, name: string, where?: string): Promise<ModelVersion[]> {
  await client.getRegisteredModel(name);
  const filterString = bothFilters(where, `name = ${filterText(name)}`, modelVersionFields);
  const orderBy = ["version_number DESC"];
  return allPages((pageToken) =>
    client.searchModelVersions({ filterString, orderBy, maxResults: pageSize, pageToken }),
  );
}
