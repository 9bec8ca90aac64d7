import type { EnforceOptions } from "../../models/signature/enforce.js";
import { parseExact } from "../../models/signature/exact-json.js";
import type { ColumnType, Schema } from "../../models/signature/schema.js";
import type { ModelSignature } from "../../models/signature/signature.js";

/** What is served; a `LoadedModel` is one. */
export interface ScoringModel {
  /** As it was asked for. */
  readonly uri: string;
  readonly flavor: string;
  readonly signature: ModelSignature | undefined;
  readonly modelId?: string | undefined;
  readonly runId?: string | undefined;
  readonly version?: { readonly name: string; readonly version: string } | undefined;
  predict(data: unknown, params: Readonly<Record<string, unknown>>, options: EnforceOptions): Promise<unknown>;
}

/** A name for the model that shows no path of this machine. */
export function modelLabel(uri: string): string {
  if (/^(runs|models):\//.test(uri) || /^m-[0-9a-f]+$/.test(uri)) return uri;
  const parts = uri.split(/[/\\]/).filter((part) => part !== "");
  return parts.at(-1) ?? "model";
}

/** The answer of `/signature`: the parts as JSON, not as texts in JSON. */
export function describeModel(model: ScoringModel): Record<string, unknown> {
  const texts = model.signature?.toJSON() ?? {};
  const part = (text: string | undefined): unknown => (text === undefined ? null : parseExact(text));
  return {
    model: {
      uri: modelLabel(model.uri),
      flavor: model.flavor,
      model_id: model.modelId ?? null,
      run_id: model.runId ?? null,
      name: model.version?.name ?? null,
      version: model.version?.version ?? null,
    },
    inputs: part(texts.inputs),
    outputs: part(texts.outputs),
    params: part(texts.params),
  };
}

/** A request that the model takes, made up from its types: for the page and the API's description. */
export function exampleRequest(signature: ModelSignature | undefined): Record<string, unknown> {
  const schema = signature?.inputs;
  const params = Object.fromEntries((signature?.params ?? []).map(({ name, default: value }) => [name, value]));
  const beside = Object.keys(params).length > 0 ? { params } : {};
  return { ...exampleInput(schema), ...beside };
}

function exampleInput(schema: Schema | undefined): Record<string, unknown> {
  if (schema === undefined) return { dataframe_split: { columns: ["x"], data: [[0.5]] } };
  if (schema.kind === "tensors") {
    const named = schema.tensors.map(({ name, dtype, shape }) => [name ?? "", zeros(shape, dtype)] as const);
    const [only] = named;
    return { inputs: named.length === 1 && only?.[0] === "" ? only[1] : Object.fromEntries(named) };
  }
  const values = schema.columns.map(({ type }) => exampleValue(type));
  if (schema.columns.some(({ name }) => name === undefined)) {
    return { instances: [values.length === 1 ? values[0] : values] };
  }
  return { dataframe_split: { columns: schema.columns.map(({ name }) => name), data: [values] } };
}

function exampleValue(type: ColumnType): unknown {
  switch (type.type) {
    case "boolean":
      return true;
    case "integer":
    case "long":
      return 1;
    case "float":
    case "double":
      return 0.5;
    case "datetime":
      return "2026-01-31T12:00:00";
    case "binary":
      return "AQID";
    case "array":
      return [exampleValue(type.items)];
    case "map":
      return { key: exampleValue(type.values) };
    case "object":
      return Object.fromEntries(type.properties.map(({ name, type: inner }) => [name, exampleValue(inner)]));
    case "sparkml_vector":
      return [0.5];
    default:
      return "text";
  }
}

/** At most 1,000 values: an image of its full size is nothing to read. */
function zeros(shape: readonly number[], dtype: string): unknown {
  const [axis, ...inner] = shape;
  if (axis === undefined) return dtype === "str" ? "text" : dtype === "bool" ? false : 0;
  return Array.from({ length: Math.min(axis < 0 ? 1 : axis, 1000) }, () => zeros(inner, dtype));
}
