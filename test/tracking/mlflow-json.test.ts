import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addMetric } from "../../src/stores/metric-summary.js";
import * as mlflow from "../../src/tracking/mlflow-json.js";
import * as models from "../../src/tracking/mlflow-model-json.js";
import { type LoggedModel, type ModelVersion, modelStages, type RegisteredModel } from "../../src/tracking/registry.js";
import { type Experiment, type Metric, type Run, runStatuses } from "../../src/tracking/types.js";
import { recordOf } from "../any-name.js";

const name = fc.oneof(fc.constantFrom("a", "__proto__", "constructor", "val loss"), fc.string({ maxLength: 6 }));
const text = fc.string({ maxLength: 8 });
const texts = recordOf(name, text);
const time = fc.integer({ min: 0, max: 4e12 });
const stage = fc.constantFrom("active" as const, "deleted" as const);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
/** Without the fields that are undefined, as the records have it, and with a prototype. */
const record = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(fields as never).map((made) => {
    const entries = Object.entries(made).filter(([, value]) => value !== undefined);
    return Object.fromEntries(entries) as T;
  });

const metric: fc.Arbitrary<Metric> = record<Metric>({
  key: name,
  value: fc.double(),
  timestamp: time,
  step: fc.maxSafeInteger(),
});
const signature = maybe(
  record<NonNullable<LoggedModel["signature"]>>({ inputs: maybe(text), outputs: maybe(text), params: maybe(text) }),
);

/** There and back, over the text that goes over the wire. */
function wire<T>(json: T): T {
  return JSON.parse(JSON.stringify(json)) as T;
}

function returns<T>(values: fc.Arbitrary<T>, over: (value: T) => T): void {
  fc.assert(
    fc.property(values, (value) => {
      assert.deepEqual(over(value), value);
    }),
    { numRuns: 300, seed: 21 },
  );
}

const experiment: fc.Arbitrary<Experiment> = record<Experiment>({
  experimentId: fc.nat().map(String),
  name: text,
  artifactLocation: text,
  lifecycleStage: stage,
  creationTime: time,
  lastUpdateTime: time,
  tags: texts,
});

const run: fc.Arbitrary<Run> = fc
  .record({
    info: record<Run["info"]>({
      runId: text,
      runName: text,
      experimentId: fc.nat().map(String),
      status: fc.constantFrom(...runStatuses),
      startTime: time,
      endTime: maybe(time),
      lifecycleStage: stage,
      artifactUri: text,
      userId: text,
    }),
    params: texts,
    tags: texts,
    datasetInputs: fc.array(
      record<Run["inputs"]["datasetInputs"][number]>({
        dataset: record({
          name: text,
          digest: text,
          sourceType: text,
          source: text,
          schema: maybe(text),
          profile: maybe(text),
        }),
        tags: texts,
      }),
      { maxLength: 2 },
    ),
    modelOutputs: fc.array(record<Run["outputs"]["modelOutputs"][number]>({ modelId: text, step: fc.nat() }), {
      maxLength: 2,
    }),
    points: fc.uniqueArray(metric, { selector: ({ key }) => key, maxLength: 4 }),
  })
  .map(({ info, params, tags, datasetInputs, modelOutputs, points }) => {
    const made: Run = {
      info,
      data: { params, metrics: {}, tags },
      inputs: { datasetInputs },
      outputs: { modelOutputs },
      metricSummaries: {},
    };
    for (const point of points) addMetric(made, point);
    return made;
  });

const version: fc.Arbitrary<ModelVersion> = record<ModelVersion>({
  name: text,
  version: fc.nat().map(String),
  creationTimestamp: time,
  lastUpdatedTimestamp: time,
  description: text,
  userId: text,
  currentStage: fc.constantFrom(...modelStages),
  source: text,
  runId: text,
  modelId: maybe(text),
  signature,
  status: fc.constant("READY" as const),
  tags: texts,
  aliases: fc.array(text, { maxLength: 2 }),
});

test("runs, experiments, models and versions come back from MLflow's JSON as they were", () => {
  returns(run, (value) => mlflow.runFromJson(wire(mlflow.runToJson(value))));
  returns(experiment, (value) => mlflow.experimentFromJson(wire(mlflow.experimentToJson(value))));
  returns(metric, (value) => mlflow.metricFromJson(wire(mlflow.metricToJson(value))));
  returns(version, (value) => models.modelVersionFromJson(wire(models.modelVersionToJson(value))));
  const registered: fc.Arbitrary<RegisteredModel> = record<RegisteredModel>({
    name: text,
    creationTimestamp: time,
    lastUpdatedTimestamp: time,
    description: text,
    tags: texts,
    aliases: texts,
    latestVersions: fc.array(version, { maxLength: 2 }),
  });
  returns(registered, (value) => models.registeredModelFromJson(wire(models.registeredModelToJson(value))));
  const logged: fc.Arbitrary<LoggedModel> = record<LoggedModel>({
    modelId: text,
    name: text,
    experimentId: text,
    sourceRunId: text,
    artifactPath: text,
    creationTimestamp: time,
    lastUpdatedTimestamp: time,
    status: fc.constantFrom("PENDING", "READY", "FAILED"),
    modelType: text,
    signature,
    digest: maybe(text),
    tags: texts,
  });
  returns(logged, (value) => models.loggedModelFromJson(wire(models.loggedModelToJson(value, "mlflow-artifacts:/x"))));
});

// As MLflow 3.17's server answers, with what it leaves out.
test("what MLflow's server answers is read", () => {
  const bare = mlflow.runFromJson({
    info: {
      run_uuid: "f1",
      run_id: "f1",
      run_name: "bedecked-bee-230",
      experiment_id: "0",
      user_id: "",
      status: "RUNNING",
      start_time: 0,
      lifecycle_stage: "active",
      artifact_uri: "mlflow-artifacts:/0/f1/artifacts",
    },
    data: {},
    inputs: {},
  });
  assert.deepEqual(bare.data, { params: {}, metrics: {}, tags: {} });
  assert.deepEqual([bare.info.endTime, bare.inputs.datasetInputs, bare.outputs.modelOutputs], [undefined, [], []]);
  const read = ["NaN", "Infinity", "-Infinity", 1.5].map((value) =>
    mlflow.metricFromJson({ key: "m", value, timestamp: "1700000000000" }),
  );
  assert.deepEqual(read, [
    { key: "m", value: Number.NaN, timestamp: 1_700_000_000_000, step: 0 },
    { key: "m", value: Number.POSITIVE_INFINITY, timestamp: 1_700_000_000_000, step: 0 },
    { key: "m", value: Number.NEGATIVE_INFINITY, timestamp: 1_700_000_000_000, step: 0 },
    { key: "m", value: 1.5, timestamp: 1_700_000_000_000, step: 0 },
  ]);
  const pending = models.loggedModelFromJson({
    info: {
      model_id: "m-1",
      experiment_id: "0",
      name: "model",
      artifact_uri: "mlflow-artifacts:/0/models/m-1/artifacts",
      creation_timestamp_ms: 1,
      last_updated_timestamp_ms: 2,
      status: "LOGGED_MODEL_PENDING",
      source_run_id: "f1",
      model_type: "",
    },
  });
  assert.deepEqual([pending.status, pending.sourceRunId, pending.tags], ["PENDING", "f1", {}]);
});

test("an empty run is written as MLflow writes it: ids and numbers as they are there, and nothing for what is not", () => {
  const info: Run["info"] = {
    runId: "f1",
    runName: "a",
    experimentId: "0",
    status: "FINISHED",
    startTime: 1,
    endTime: 2,
    lifecycleStage: "active",
    artifactUri: "/x",
    userId: "u",
  };
  const empty = {
    data: { params: {}, metrics: {}, tags: {} },
    inputs: { datasetInputs: [] },
    outputs: { modelOutputs: [] },
  };
  assert.deepEqual(mlflow.runToJson({ info, ...empty, metricSummaries: {} }), {
    info: {
      run_id: "f1",
      run_uuid: "f1",
      run_name: "a",
      experiment_id: "0",
      status: "FINISHED",
      start_time: 1,
      end_time: 2,
      lifecycle_stage: "active",
      artifact_uri: "/x",
      user_id: "u",
    },
    data: {},
    inputs: {},
    outputs: {},
  });
});
