import { TrackingError } from "../../errors.js";
import type { TrackingClient } from "../../tracking/client.js";
import type { DatasetInput, Param } from "../../tracking/types.js";
import { fitLength, limits } from "../../tracking/validation.js";
import { logMetrics, metricOf } from "./log-metrics.js";
import { ModelInputs } from "./model-inputs.js";
import type { RequestFields } from "./request-fields.js";
import type { Route } from "./route.js";

/** Entries of one batch. @see MLflow 3.17, validate_batch_log_limits */
const batchLimits = { metrics: 1000, params: 100, tags: 100 } as const;

/** What is logged into a run by MLflow's REST API. */
export function logRoutes(client: TrackingClient): Route[] {
  const modelInputs = new ModelInputs(client);
  return [
    {
      method: "POST",
      path: "runs/log-metric",
      answer: async (fields) => {
        await logMetrics(client, fields.runId(), [metricOf(fields)]);
        return {};
      },
    },
    {
      method: "POST",
      path: "runs/log-parameter",
      answer: async (fields) => {
        await client.logBatch(fields.runId(), { params: [paramOf(fields)] });
        return {};
      },
    },
    {
      method: "POST",
      path: "runs/log-batch",
      answer: async (fields) => {
        const runId = fields.runId();
        checkBatchSize(fields);
        const params = fields.list("params").map((param) => toParam(param, param.looseText("value")));
        checkDistinct(params);
        const tags = cutTags(fields.keyValues("tags"));
        await logMetrics(client, runId, fields.list("metrics").map(metricOf), { params, tags });
        return {};
      },
    },
    {
      method: "POST",
      path: "runs/set-tag",
      answer: async (fields) => {
        await client.setTag(fields.runId(), fields.text("key"), fields.optionalText("value") ?? "");
        return {};
      },
    },
    {
      method: "POST",
      path: "runs/delete-tag",
      answer: async (fields) => {
        await client.deleteTag(fields.runId(), fields.text("key"));
        return {};
      },
    },
    {
      method: "POST",
      path: "runs/log-inputs",
      answer: async (fields) => {
        const runId = fields.runId();
        const datasets = fields.list("datasets").map(inputOf);
        const models = fields.list("models").map((model) => model.text("model_id"));
        await client.logInputs(runId, datasets);
        if (models.length > 0) await modelInputs.add(runId, models);
        return {};
      },
    },
    {
      method: "POST",
      path: "runs/outputs",
      answer: async (fields) => {
        const outputs = fields
          .list("models")
          .map((model) => ({ modelId: model.text("model_id"), step: model.optionalInt("step") ?? 0 }));
        await client.logOutputs(fields.runId(), outputs);
        return {};
      },
    },
  ];
}

function paramOf(fields: RequestFields): Param {
  return toParam(fields, fields.optionalText("value"));
}

/** Cut as MLflow's server cuts it, which no answer says. */
function toParam(fields: RequestFields, value = ""): Param {
  const key = fields.text("key");
  return { key, value: fitLength(`Param '${key}'`, value, limits.paramValue, () => undefined) };
}

function cutTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  const cut = Object.entries(tags).map(([key, value]) => [
    key,
    fitLength(`Tag '${key}'`, value, limits.tagValue, () => undefined),
  ]);
  return Object.fromEntries(cut);
}

function inputOf(fields: RequestFields): DatasetInput {
  const dataset = fields.object("dataset");
  const schema = dataset.optionalText("schema");
  const profile = dataset.optionalText("profile");
  return {
    dataset: {
      name: dataset.optionalText("name") || "dataset",
      digest: dataset.text("digest"),
      sourceType: dataset.text("source_type"),
      source: dataset.optionalText("source") ?? "",
      ...(schema === undefined ? {} : { schema }),
      ...(profile === undefined ? {} : { profile }),
    },
    tags: fields.keyValues("tags"),
  };
}

function checkBatchSize(fields: RequestFields): void {
  const sizes = Object.entries(batchLimits).map(([name, limit]) => {
    const size = fields.list(name).length;
    if (size > limit) throw tooMany(`${limit} ${name}`, size);
    return size;
  });
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > batchLimits.metrics) throw tooMany(`${batchLimits.metrics} metrics, params and tags together`, total);
}

function tooMany(limit: string, size: number): TrackingError {
  return new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `A batch logging request can contain at most ${limit}; got ${size}.`,
  );
}

function checkDistinct(params: readonly Param[]): void {
  const keys = new Set<string>();
  for (const { key } of params) {
    if (keys.has(key))
      throw new TrackingError("INVALID_PARAMETER_VALUE", `Duplicate parameter keys have been submitted: '${key}'.`);
    keys.add(key);
  }
}
