import type { ColumnSpec, ColumnType, Schema } from "../../models/signature/schema.js";
import { own } from "../../own.js";
import { inputFormats } from "./input-format.js";
import { exampleRequest, modelLabel, type ScoringModel } from "./scoring-model.js";

type Json = Record<string, unknown>;

/** The server's description with the model's own columns. @see OpenAPI 3.1 */
export function openApi(model: ScoringModel, version: string, secured: boolean): Json {
  const inputs = model.signature?.inputs;
  const error = { description: "An error, as MLflow writes it", content: json({ $ref: "#/components/schemas/Error" }) };
  const security = secured ? { security: [{ bearer: [] }, { apiKey: [] }] } : {};
  return {
    openapi: "3.1.0",
    info: { title: `Model ${modelLabel(model.uri)}`, version, description: "Serves predictions of one model." },
    paths: {
      "/invocations": {
        post: {
          summary: "Predict",
          ...security,
          requestBody: {
            required: true,
            content: {
              ...json(requestSchema(inputs, model), exampleRequest(model.signature)),
              "text/csv": { schema: { type: "string", description: "The first line contains the column names" } },
            },
          },
          responses: {
            200: {
              description: "One prediction for each row",
              content: json({ type: "object", required: ["predictions"], properties: { predictions: {} } }),
            },
            ...Object.fromEntries([400, 401, 403, 408, 413, 415, 429, 500, 504].map((status) => [status, error])),
          },
        },
      },
      "/signature": { get: get("The model's inputs and outputs", "application/json", security) },
      "/metrics": { get: get("Metrics in Prometheus's text format", "text/plain", security) },
      "/ping": { get: get("Whether the server is up", "application/json") },
      "/health": { get: get("The same", "application/json") },
      "/version": { get: get("The version of runlab", "text/plain") },
    },
    components: {
      schemas: {
        Error: {
          type: "object",
          required: ["error_code", "message"],
          properties: { error_code: { type: "string" }, message: { type: "string" } },
        },
      },
      ...(secured
        ? {
            securitySchemes: {
              bearer: { type: "http", scheme: "bearer" },
              apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
            },
          }
        : {}),
    },
  };
}

function requestSchema(inputs: Schema | undefined, model: ScoringModel): Json {
  const record = recordSchema(inputs);
  const bodies: Readonly<Record<string, Json>> = {
    dataframe_split: {
      type: "object",
      required: ["columns", "data"],
      properties: { columns: list({ type: ["string", "integer"] }), data: list({ type: "array" }), index: list({}) },
    },
    dataframe_records: list(record),
    instances: list(inputs?.kind === "columns" ? { anyOf: [record, { type: "array" }] } : {}),
    inputs: {},
  };
  const params = Object.fromEntries(
    (model.signature?.params ?? []).map(({ name, type, shape, default: value }) => [
      name,
      { ...(shape ? list(valueSchema(type)) : valueSchema(type)), default: value },
    ]),
  );
  return {
    oneOf: inputFormats.map(({ key, takes, beside = [] }) => ({
      type: "object",
      required: [key],
      additionalProperties: false,
      properties: {
        [key]: { ...own(bodies, key), description: takes },
        ...Object.fromEntries(beside.map((name) => [name, list({ type: ["string", "integer"] })])),
        params: { type: "object", properties: params },
      },
    })),
  };
}

function recordSchema(inputs: Schema | undefined): Json {
  if (inputs?.kind !== "columns" || inputs.columns.some(({ name }) => name === undefined)) return { type: "object" };
  return objectSchema(inputs.columns);
}

function objectSchema(fields: ReadonlyArray<Pick<ColumnSpec, "name" | "type" | "required">>): Json {
  const required = fields.filter((field) => field.required).map(({ name }) => String(name));
  return {
    type: "object",
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(fields.map(({ name, type }) => [String(name), valueSchema(type)])),
  };
}

function valueSchema(type: ColumnType): Json {
  switch (type.type) {
    case "boolean":
    case "string":
      return { type: type.type };
    case "integer":
    case "long":
      return { type: "integer", format: type.type === "long" ? "int64" : "int32" };
    case "float":
    case "double":
      return { type: "number", format: type.type };
    case "datetime":
      return { type: "string", format: "date-time" };
    case "binary":
      return { type: "string", contentEncoding: "base64" };
    case "array":
      return list(valueSchema(type.items));
    case "sparkml_vector":
      return list({ type: "number" });
    case "map":
      return { type: "object", additionalProperties: valueSchema(type.values) };
    case "object":
      return objectSchema(type.properties);
    default:
      return {};
  }
}

function list(items: Json): Json {
  return { type: "array", items };
}

function json(schema: Json, example?: unknown): Json {
  return { "application/json": { schema, ...(example === undefined ? {} : { example }) } };
}

function get(summary: string, type: string, more: Json = {}): Json {
  return { summary, ...more, responses: { 200: { description: summary, content: { [type]: {} } } } };
}
