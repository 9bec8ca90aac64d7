import { ModelError } from "../../errors.js";
import { pythonRepr } from "./python-text.js";
import type { ColumnSpec, ColumnType, ParamSpec, Schema, TensorSpec } from "./schema.js";
import { paramsFromJson, paramsToJson, pythonDefault, schemaFromJson, schemaToJson } from "./schema-json.js";

/** The signature as an MLmodel file holds it: JSON texts. */
export interface SignatureTexts {
  inputs?: string | null;
  outputs?: string | null;
  params?: string | null;
}

/** What a model takes and gives, and the params of a call. Immutable; prints as MLflow's does. */
export class ModelSignature {
  readonly inputs: Schema | undefined;
  readonly outputs: Schema | undefined;
  readonly params: readonly ParamSpec[] | undefined;

  /** @throws {ModelError} INVALID_PARAMETER_VALUE when all parts are missing, or some columns have a name and some none */
  constructor(parts: { inputs?: Schema; outputs?: Schema; params?: readonly ParamSpec[] }) {
    this.inputs = parts.inputs && checked(parts.inputs, "inputs");
    this.outputs = parts.outputs && checked(parts.outputs, "outputs");
    this.params = parts.params && parts.params.length > 0 ? parts.params : undefined;
    if (!this.inputs && !this.outputs && !this.params) {
      throw new ModelError(
        "INVALID_PARAMETER_VALUE",
        "A signature needs inputs, outputs or params; got none of them.",
        {
          hint: "Pass the model's input data and its predictions: inferSignature(x, model.predict(x)).",
        },
      );
    }
  }

  /** Reads what `toJSON` gives and what an MLmodel file has. @throws {ModelError} INVALID_PARAMETER_VALUE */
  static fromJSON(texts: SignatureTexts): ModelSignature {
    return new ModelSignature({
      ...(texts.inputs ? { inputs: schemaFromJson(texts.inputs) } : {}),
      ...(texts.outputs ? { outputs: schemaFromJson(texts.outputs) } : {}),
      ...(texts.params ? { params: paramsFromJson(texts.params) } : {}),
    });
  }

  toJSON(): { inputs?: string; outputs?: string; params?: string } {
    return {
      ...(this.inputs ? { inputs: schemaToJson(this.inputs) } : {}),
      ...(this.outputs ? { outputs: schemaToJson(this.outputs) } : {}),
      ...(this.params ? { params: paramsToJson(this.params) } : {}),
    };
  }

  /** As `print(signature)` shows it in MLflow. */
  toString(): string {
    const params = this.params ? `[${this.params.map(paramText).join(", ")}]` : "None";
    return `inputs: \n  ${schemaText(this.inputs)}\noutputs: \n  ${schemaText(this.outputs)}\nparams: \n  ${params}\n`;
  }

  /** What `console.log` and Node's REPL show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** A type as MLflow prints it, e.g. "Array(double)", "{x: string (required)}". */
export function typeText(type: ColumnType): string {
  switch (type.type) {
    case "any":
      return "Any";
    case "array":
      return `Array(${typeText(type.items)})`;
    case "map":
      return `Map(str -> ${typeText(type.values)})`;
    case "object": {
      const one = ({ name, type: inner, required }: (typeof type.properties)[number]) =>
        `${name}: ${typeText(inner)} (${requiredText(required)})`;
      return `{${type.properties.map(one).join(", ")}}`;
    }
    case "sparkml_vector":
      return "SparkML vector";
    default:
      return type.type;
  }
}

/** A shape as Python prints a tuple: "(-1,)", "(-1, 28, 28)". */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

function schemaText(schema: Schema | undefined): string {
  if (!schema) return "None";
  const items = schema.kind === "tensors" ? schema.tensors.map(tensorText) : schema.columns.map(columnText);
  return `[${items.join(", ")}]`;
}

function columnText({ name, type, required }: ColumnSpec): string {
  return `${name === undefined ? "" : `${pythonRepr(name)}: `}${typeText(type)} (${requiredText(required)})`;
}

function tensorText({ name, dtype, shape }: TensorSpec): string {
  return `${name === undefined ? "" : `${pythonRepr(name)}: `}Tensor('${dtype}', ${shapeText(shape)})`;
}

function paramText(param: ParamSpec): string {
  const value = pythonDefault(param);
  const shown =
    param.type.type === "datetime" ? datetimeText(value) : typeof value === "string" ? value : pythonRepr(value);
  const shape = param.shape ? ` (shape: ${shapeText(param.shape)})` : "";
  return `${pythonRepr(param.name)}: ${typeText(param.type)} (default: ${shown})${shape}`;
}

/** A time as Python's `str` has it; in a list, as its `repr`. */
function datetimeText(value: unknown): string {
  if (!Array.isArray(value)) return String(value).replace("T", " ");
  const parts = value.map((time) => {
    const numbers = String(time)
      .split(/[-T:.]/)
      .map(Number);
    // Python leaves out seconds and microseconds when they are 0.
    while (numbers.length > 5 && numbers.at(-1) === 0) numbers.pop();
    return `datetime.datetime(${numbers.join(", ")})`;
  });
  return `[${parts.join(", ")}]`;
}

function requiredText(required: boolean): string {
  return required ? "required" : "optional";
}

function checked(schema: Schema, part: string): Schema {
  const specs = schema.kind === "tensors" ? schema.tensors : schema.columns;
  const names = specs.map(({ name }) => name);
  const named = names.filter((name) => name !== undefined);
  const fail = (fact: string) => new ModelError("INVALID_PARAMETER_VALUE", `The ${part} of a signature ${fact}.`);
  if (specs.length === 0) throw fail("have no columns");
  if (named.length > 0 && named.length < names.length) throw fail("mix named and unnamed columns");
  if (schema.kind === "tensors" && names.length > 1 && named.length === 0) throw fail("have several unnamed tensors");
  if (schema.kind === "columns" && named.length === 0 && schema.columns.some(({ required }) => !required)) {
    throw fail("have an optional unnamed column");
  }
  return schema;
}
