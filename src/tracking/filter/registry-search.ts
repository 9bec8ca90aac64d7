import type { ModelVersion, RegisteredModel, RegistryQuery } from "../registry.js";
import type { Page } from "../types.js";
import {
  aliased,
  attributeEntity,
  attributes,
  type Entity,
  type Field,
  type FieldTable,
  textEntity,
} from "./fields.js";
import { search } from "./search.js";

/** MLflow's SEARCH_REGISTERED_MODEL_MAX_RESULTS_DEFAULT. */
const defaultModels = 100;
/** MLflow's SEARCH_MODEL_VERSION_MAX_RESULTS_DEFAULT. */
const defaultVersions = 10_000;

/** By name, unless `orderBy` says otherwise, as MLflow has it. */
export function searchRegisteredModelsIn(
  models: Iterable<RegisteredModel>,
  query: RegistryQuery,
): Page<RegisteredModel> {
  return search(
    models,
    { maxResults: defaultModels, ...query },
    {
      fields: registeredModelFields,
      shown: () => true,
      id: ({ name }) => name,
      last: { get: ({ name }) => name, descending: false },
    },
  );
}

/** The one changed last first, unless `orderBy` says otherwise, as MLflow has it. */
export function searchModelVersionsIn(versions: Iterable<ModelVersion>, query: RegistryQuery): Page<ModelVersion> {
  return search(
    versions,
    { maxResults: defaultVersions, ...query },
    {
      fields: modelVersionFields,
      shown: () => true,
      id: ({ name, version }) => `${name}/${(1e9 - Number(version)).toString().padStart(10, "0")}`,
      last: { get: ({ lastUpdatedTimestamp }) => lastUpdatedTimestamp, descending: true },
    },
  );
}

const modelAttributes = attributes<RegisteredModel>(
  [
    { name: "name", type: "text", get: ({ name }) => name },
    { name: "creation_timestamp", type: "time", get: (model) => model.creationTimestamp },
    { name: "last_updated_timestamp", type: "time", get: (model) => model.lastUpdatedTimestamp },
  ],
  { timestamp: "last_updated_timestamp" },
);

export const registeredModelFields: FieldTable<RegisteredModel> = tagged("registered model", modelAttributes);

const versionAttributes = attributes<ModelVersion>(
  [
    { name: "name", type: "text", get: ({ name }) => name },
    { name: "version_number", type: "number", get: ({ version }) => Number(version) },
    { name: "run_id", type: "text", get: ({ runId }) => runId },
    { name: "source_path", type: "text", get: ({ source }) => source },
    { name: "current_stage", type: "text", get: ({ currentStage }) => currentStage },
    { name: "user_id", type: "text", get: ({ userId }) => userId },
    { name: "creation_timestamp", type: "time", get: (version) => version.creationTimestamp },
    { name: "last_updated_timestamp", type: "time", get: (version) => version.lastUpdatedTimestamp },
  ],
  { version: "version_number", source: "source_path", stage: "current_stage" },
);

const modelVersionFields: FieldTable<ModelVersion> = tagged("model version", versionAttributes);

function tagged<Row extends { tags: Record<string, string> }>(
  row: string,
  table: Map<string, Field<Row>>,
): FieldTable<Row> {
  return {
    row,
    attributes: table,
    entities: new Map<string, Entity<Row>>([
      ...aliased(
        textEntity("tags", "model_tag", ({ tags }: Row) => tags),
        "tag",
        "tags",
      ),
      ...aliased(attributeEntity(table), "attribute", "attributes", "attr"),
    ]),
  };
}
