import { own } from "../own.js";
import { cardBundle, factsSection, plainLook } from "../render/card.js";
import { formatTime } from "../render/format-value.js";
import type { MimeBundle } from "../render/mime-bundle.js";
import type { Table, TableColumn } from "../render/table.js";
import type { LoggedModel, ModelVersion, RegisteredModel } from "../tracking/registry.js";
import type { Experiment } from "../tracking/types.js";

/** A kind of record that tracking and the registry give: alone it is a list of facts, several are a table. */
interface RecordKind<T> {
  /** Of a list. */
  title: string;
  /** Of one record. */
  caption(record: T): string;
  is(value: unknown): value is T;
  columns: ReadonlyArray<TableColumn & { value(record: T): unknown }>;
}

const experiments: RecordKind<Experiment> = {
  title: "Experiments",
  caption: ({ name, experimentId }) => `Experiment ${name} (${experimentId})`,
  is: shaped<Experiment>(["experimentId", "name", "artifactLocation", "lifecycleStage"], ["creationTime"], ["tags"]),
  columns: [
    { label: "experiment", rowHeader: true, value: ({ name }) => name },
    { label: "id", type: "code", value: ({ experimentId }) => experimentId },
    { label: "stage", value: ({ lifecycleStage }) => lifecycleStage },
    { label: "created", type: "time", value: ({ creationTime }) => creationTime },
    { label: "changed", type: "time", value: ({ lastUpdateTime }) => lastUpdateTime },
    { label: "tags", value: ({ tags }) => tagText(tags) },
    { label: "description", value: ({ tags }) => own(tags, "mlflow.note.content") },
  ],
};

const registeredModels: RecordKind<RegisteredModel> = {
  title: "Registered models",
  caption: ({ name }) => `Registered model ${name}`,
  is: shaped<RegisteredModel>(["name"], ["creationTimestamp"], ["aliases", "latestVersions", "tags"]),
  columns: [
    { label: "model", rowHeader: true, value: ({ name }) => name },
    {
      label: "latest",
      type: "number",
      value: ({ latestVersions }) => (latestVersions.length > 0 ? newest(latestVersions) : undefined),
    },
    {
      label: "aliases and stages",
      value: ({ aliases, latestVersions }) =>
        [
          ...Object.entries(aliases).map(([alias, version]) => `@${alias} → ${version}`),
          ...latestVersions.filter(staged).map(({ currentStage, version }) => `${currentStage} → ${version}`),
        ].join(", "),
    },
    { label: "created", type: "time", value: ({ creationTimestamp }) => creationTimestamp },
    { label: "changed", type: "time", value: ({ lastUpdatedTimestamp }) => lastUpdatedTimestamp },
    { label: "tags", value: ({ tags }) => tagText(tags) },
    { label: "description", value: ({ description }) => description },
  ],
};

const modelVersions: RecordKind<ModelVersion> = {
  title: "Model versions",
  caption: ({ name, version }) => `Version ${version} of ${name}`,
  is: shaped<ModelVersion>(["name", "version", "source", "runId", "currentStage"], ["creationTimestamp"], []),
  columns: [
    { label: "model", rowHeader: true, value: ({ name }) => name },
    { label: "version", type: "number", value: ({ version }) => Number(version) },
    { label: "stage", value: (version) => (staged(version) ? version.currentStage : undefined) },
    { label: "run", type: "code", value: ({ runId }) => runId.slice(0, 8) },
    { label: "source", type: "code", value: ({ source }) => source },
    { label: "created", type: "time", value: ({ creationTimestamp }) => creationTimestamp },
    { label: "description", value: ({ description }) => description },
  ],
};

const loggedModels: RecordKind<LoggedModel> = {
  title: "Logged models",
  caption: ({ name, modelId }) => `Logged model ${name} (${modelId})`,
  is: shaped<LoggedModel>(["modelId", "name", "sourceRunId", "artifactPath", "modelType"], ["creationTimestamp"], []),
  columns: [
    { label: "model", rowHeader: true, value: ({ name }) => name },
    { label: "id", type: "code", value: ({ modelId }) => modelId },
    { label: "flavor", value: ({ modelType }) => modelType },
    { label: "status", value: ({ status }) => status },
    { label: "run", type: "code", value: ({ sourceRunId }) => sourceRunId.slice(0, 8) },
    { label: "created", type: "time", value: ({ creationTimestamp }) => creationTimestamp },
  ],
};

/** A list of records of tracking or of the registry as a table; undefined for anything else. */
export function recordsTable(value: unknown): Table | undefined {
  return (
    tableOfKind(experiments, value) ??
    tableOfKind(registeredModels, value) ??
    tableOfKind(modelVersions, value) ??
    tableOfKind(loggedModels, value)
  );
}

/** One such record as a card; undefined for anything else. */
export function recordCard(value: unknown): MimeBundle | undefined {
  return (
    cardOfKind(experiments, value) ??
    cardOfKind(registeredModels, value) ??
    cardOfKind(modelVersions, value) ??
    cardOfKind(loggedModels, value)
  );
}

function tableOfKind<T>(kind: RecordKind<T>, value: unknown): Table | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every((item) => kind.is(item))) return undefined;
  const records: readonly T[] = value;
  const used = kind.columns.filter((column) => records.some((record) => !isEmpty(column.value(record))));
  return {
    caption: kind.title,
    columns: used.map(({ value: _, ...column }) => column),
    rows: records.map((record) => used.map((column) => column.value(record))),
    notes: moreNotes(value),
  };
}

function cardOfKind<T>(kind: RecordKind<T>, record: unknown): MimeBundle | undefined {
  if (!kind.is(record)) return undefined;
  const facts = kind.columns.flatMap(({ label, type, value }): Array<[string, string]> => {
    const fact = value(record);
    if (isEmpty(fact)) return [];
    return [[label, type === "time" && typeof fact === "number" ? formatTime(fact) : String(fact)]];
  });
  return cardBundle({ look: plainLook, title: kind.caption(record), sections: [factsSection(facts)] });
}

/** What is to be said below one page of a list. */
export function moreNotes(page: unknown[]): string[] {
  const more = "nextPageToken" in page && page.nextPageToken !== undefined;
  return more
    ? [`There are more than these ${page.length.toLocaleString("en-US")}; pass nextPageToken to get the next page.`]
    : [];
}

/** Records are known by their shape, because a notebook's own folder may hold another copy of the package. */
function shaped<T>(texts: string[], numbers: string[], objects: string[]): (value: unknown) => value is T {
  return (value): value is T => {
    if (typeof value !== "object" || value === null) return false;
    const has = (key: string, type: string) => {
      const found: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
      return typeof found === type && found !== null;
    };
    return (
      texts.every((key) => has(key, "string")) &&
      numbers.every((key) => has(key, "number")) &&
      objects.every((key) => has(key, "object"))
    );
  };
}

/** A person's own tags; those of the machinery are left out. */
function tagText(tags: Readonly<Record<string, string>>): string {
  const theirs = Object.entries(tags).filter(([key]) => !/^(?:mlflow|runlab)\./.test(key));
  return theirs.map(([key, text]) => `${key}=${text}`).join(", ");
}

function staged({ currentStage }: ModelVersion): boolean {
  return currentStage !== "None";
}

function newest(versions: readonly ModelVersion[]): number {
  return Math.max(...versions.map(({ version }) => Number(version)));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}
