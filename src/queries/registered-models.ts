import { modelVersionFields } from "../tracking/filter/fields.js";
import type { RegistryQuery } from "../tracking/query.js";
import type { ModelVersion, RegisteredModel } from "../tracking/registry.js";
import type { Page } from "../tracking/types.js";
import { bothFilters, filterText, type QuerySource } from "./run-search.js";

/** Registered models asked for at a time: ten times MLflow's default page. */
const pageSize = 1000;

type Source = Pick<QuerySource, "client">;

/** Every registered model that matches, by name, over all pages. */
export function registeredModels({ client }: Source, where?: string): Promise<RegisteredModel[]> {
  return allPages((query) => client.searchRegisteredModels({ ...query, filterString: where }));
}

/** Every version of a registered model that matches, the newest first. @throws RESOURCE_DOES_NOT_EXIST, with the names there are */
export async function modelVersions({ client }: Source, name: string, where?: string): Promise<ModelVersion[]> {
  await client.getRegisteredModel(name);
  const filterString = bothFilters(where, `name = ${filterText(name)}`, modelVersionFields);
  return allPages((query) => client.searchModelVersions({ ...query, filterString, orderBy: ["version_number DESC"] }));
}

async function allPages<Row>(search: (query: RegistryQuery) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  let pageToken: string | undefined;
  do {
    const page = await search({ maxResults: pageSize, pageToken });
    rows.push(...page);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return rows;
}
