import { createHash } from "node:crypto";
import { filesOf } from "../../src/exports/copy/run-files.js";
import { allPages } from "../../src/tracking/all-pages.js";
import type { TrackingClient } from "../../src/tracking/client.js";
import type { LoggedModel } from "../../src/tracking/registry.js";
import type { Experiment, Run } from "../../src/tracking/types.js";

/** All that a client reads of a store: part ("run param") to name ("parent: alpha") to value. Ids are names wherever they stand but in their own parts. */
export type StorePicture = Map<string, Map<string, string>>;

/** Parts that are never the same in two stores, as they name the store itself. */
const places = ["artifactUri", "artifactLocation", "lastUpdateTime", "lastUpdatedTimestamp", "deletedTime"];

/** What a store holds; names of runs, and of models in a run, must be unique in an experiment. */
export async function pictureOf(client: TrackingClient): Promise<StorePicture> {
  const drawing = new Drawing(client);
  await drawing.draw();
  return drawing.picture;
}

/**
 * The parts in which two stores differ, each with the first name in which it does.
 * @param copy - may hold other experiments and registered models, too
 */
export function differingParts(original: StorePicture, copy: StorePicture): Map<string, string> {
  const differing = new Map<string, string>();
  const isKnown = (part: string, name: string) => {
    const [owner = ""] = name.split(" / ");
    const owners = /^(registered model|version)/.test(part) ? "registered model" : "experiment";
    return original.get(owners)?.has(owner) ?? false;
  };
  for (const part of new Set([...original.keys(), ...copy.keys()])) {
    const [before, after] = [original.get(part) ?? new Map(), copy.get(part) ?? new Map()];
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      if (before.get(name) === after.get(name)) continue;
      if (!before.has(name) && !isKnown(part, name)) continue;
      differing.set(part, `${name}: ${before.get(name)} is ${after.get(name)}`);
      break;
    }
  }
  return differing;
}

class Drawing {
  readonly picture: StorePicture = new Map();
  readonly #client: TrackingClient;
  readonly #names = new Map<string, string>();

  constructor(client: TrackingClient) {
    this.#client = client;
  }

  async draw(): Promise<void> {
    const client = this.#client;
    const experiments = await allPages((pageToken) =>
      client.searchExperiments({ viewType: "ALL", ...(pageToken && { pageToken }) }),
    );
    const models = await allPages((pageToken) => client.searchLoggedModels({ ...(pageToken && { pageToken }) }));
    const runs = new Map<Experiment, Run[]>();
    for (const experiment of experiments) {
      this.#names.set(experiment.experimentId, experiment.name);
      const { experimentId, lifecycleStage } = experiment;
      const found = await client.searchRuns({ experimentIds: [experimentId], viewType: "ALL" });
      if (lifecycleStage === "active") runs.set(experiment, found);
      for (const { info } of found) this.#names.set(info.runId, `run ${info.runName}`);
    }
    for (const { modelId, artifactPath } of models) this.#names.set(modelId, `model ${artifactPath}`);
    for (const experiment of experiments) this.#experiment(experiment);
    for (const [{ name }, ofIt] of runs) for (const run of ofIt) await this.#run(name, run);
    const active = new Set([...runs.keys()].map(({ experimentId }) => experimentId));
    for (const model of models) if (active.has(model.experimentId)) this.#model(model);
    await this.#registry();
  }

  #add(part: string, name: string, value: unknown): void {
    const values = this.picture.get(part) ?? new Map<string, string>();
    this.picture.set(part, values);
    values.set(name, this.#withNames(part, typeof value === "string" ? value : String(JSON.stringify(value, sorted))));
  }

  #withNames(part: string, text: string): string {
    if (part.endsWith(" id")) return text;
    return text.replace(/m-[0-9a-f]{32}|[0-9a-f]{32}/g, (id) => this.#names.get(id) ?? id);
  }

  /** Each field of a record as a part of its own, and each entry of a map as a name. */
  #fields(kind: string, name: string, record: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(record)) {
      if (places.includes(key) || value === undefined) continue;
      if (typeof value !== "object" || value === null || Array.isArray(value)) this.#add(`${kind} ${key}`, name, value);
      else for (const [inner, one] of Object.entries(value)) this.#add(`${kind} ${key}`, `${name} / ${inner}`, one);
    }
  }

  #experiment({ name, experimentId, lifecycleStage, ...rest }: Experiment): void {
    if (lifecycleStage === "deleted") {
      this.#add("deleted experiment", name, "there");
      return;
    }
    this.#add("experiment", name, "there");
    this.#add("experiment id", name, experimentId);
    this.#fields("experiment", name, rest);
  }

  async #run(experiment: string, { info, data, inputs, outputs }: Run): Promise<void> {
    const client = this.#client;
    const { runId, lifecycleStage, experimentId: _, ...rest } = info;
    const name = `${experiment} / ${info.runName}`;
    if (lifecycleStage === "deleted") {
      this.#add("deleted run", name, "there");
      return;
    }
    this.#add("run id", name, runId);
    this.#fields("run", name, rest);
    const { "runlab.copied_from": origin, ...tags } = data.tags;
    if (origin !== undefined) this.#add("run origin", name, origin);
    this.#fields("run", name, { params: data.params, tags });
    for (const key of Object.keys(data.metrics)) await this.#history(runId, `${name} / ${key}`, key);
    for (const [key, { last, ...summary }] of Object.entries((await client.getRun(runId)).metricSummaries)) {
      this.#add("last point", `${name} / ${key}`, [last.step, last.timestamp, withoutOdd(last.value)]);
      this.#add("metric summary", `${name} / ${key}`, summary);
    }
    for (const { dataset, tags } of inputs.datasetInputs) {
      this.#add("dataset", `${name} / ${dataset.name}`, [Object.entries(dataset).sort(), Object.entries(tags).sort()]);
    }
    for (const { modelId, step } of outputs.modelOutputs) {
      this.#add("model output", `${name} / ${this.#names.get(modelId)}`, step);
    }
    for (const path of await filesOf(client, runId)) {
      const bytes = Buffer.from(await client.readArtifact(runId, path));
      const text = path.endsWith("/MLmodel") ? bytes.toString() : createHash("sha256").update(bytes).digest("base64");
      this.#add("file", `${name} / ${path}`, text);
    }
  }

  async #history(runId: string, name: string, key: string): Promise<void> {
    const points = await this.#client.getMetricHistory(runId, key);
    const rows = points.map(({ step, timestamp, value }) => `${step} ${timestamp} ${withoutOdd(value)}`);
    this.#add("points", name, [...new Set(rows)].sort());
    this.#add("order of points", name, [...new Set(rows)]);
    this.#add("repeated points", name, rows.length - new Set(rows).size);
    const odd = points.filter(({ value }) => Object.is(value, -0) || Math.abs(value) === Number.POSITIVE_INFINITY);
    this.#add("infinite values", name, odd.map(({ value }) => (value === 0 ? "-0" : String(value))).sort());
  }

  #model(model: LoggedModel): void {
    const { modelId, sourceRunId, experimentId, artifactPath, metrics = [], tags, ...rest } = model;
    const { "mlflow.modelVersions": versions, ...own } = tags;
    const experiment = this.#names.get(experimentId);
    if (sourceRunId === "") {
      this.#add("model without a run", `${experiment} / ${model.name}`, "there");
      return;
    }
    const name = `${experiment} / ${this.#names.get(sourceRunId)} / ${artifactPath}`;
    this.#add("model id", name, modelId);
    this.#fields("model", name, { ...rest, tags: own });
    if (versions !== undefined) this.#add("model tag mlflow.modelVersions", name, versions);
    for (const { key, value, step, datasetName, runId } of metrics) {
      this.#add("model metric", `${name} / ${key}`, [value, step, datasetName, runId]);
    }
  }

  async #registry(): Promise<void> {
    const client = this.#client;
    for (const model of await allPages((pageToken) => client.searchRegisteredModels(pageToken ? { pageToken } : {}))) {
      const { latestVersions, ...rest } = model;
      this.#add("registered model", model.name, "there");
      this.#fields("registered model", model.name, { ...rest, latest: latestVersions.map(({ version }) => version) });
    }
    const versions = await allPages((pageToken) => client.searchModelVersions(pageToken ? { pageToken } : {}));
    for (const { name, version } of versions) {
      this.#fields("version", `${name} / ${version}`, { ...(await client.getModelVersion(name, version)) });
    }
  }
}

/** A replacer of JSON's: keys in the order of the alphabet. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** As a store keeps a number that has no infinities and no -0: those are a part of their own. */
function withoutOdd(value: number): string {
  if (Math.abs(value) === Number.POSITIVE_INFINITY) return String(Math.sign(value) * Number.MAX_VALUE);
  return String(value + 0);
}
