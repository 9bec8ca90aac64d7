import { ModelError } from "../../../errors.js";
import { isTypeShape, type TypeShape } from "../../../type-shape.js";
import { ModelSignature } from "../signature.js";
import { shapeToSchema } from "./shape-to-schema.js";
import { isZod, zodShape } from "./zod-shape.js";

/** Where the engine notes the types of functions, see `kernel/engine/type-notes.ts`. */
const notesKey = Symbol.for("runlab.types");

/**
 * The signature of a function by its types: its first parameter is the input, what it returns (or resolves with) the output. In
 * a notebook, `signatureOf<typeof predict>()` or `signatureOf(predict)`; anywhere, from zod schemas: `signatureOf(input, output)`.
 * Params are not derived: a type knows no default value.
 * @throws {ModelError} INVALID_PARAMETER_VALUE listing what a signature cannot say; INVALID_STATE outside of a notebook
 */
export function signatureOf<_F = unknown>(type?: unknown, output?: unknown): ModelSignature {
  const shape = shapeOf(type);
  if (shape === undefined) {
    throw new ModelError(
      "INVALID_STATE",
      "Types do not exist at run time, so there is nothing to infer a signature from.",
      {
        hint: "In a notebook, write signatureOf<typeof predict>(). Elsewhere, pass zod schemas, or pass data to inferSignature.",
      },
    );
  }
  if (shape.kind === "function") return ofFunction(shape);
  const given = shapeOf(output);
  return new ModelSignature({
    inputs: shapeToSchema(shape, "input"),
    ...(given ? { outputs: shapeToSchema(given, "output") } : {}),
  });
}

/** The signature of a function whose type was noted where it was used; undefined for any other value. */
export function notedSignature(value: unknown): ModelSignature | undefined {
  const shape = typeof value === "function" ? noted(value) : undefined;
  return shape?.kind === "function" ? ofFunction(shape) : undefined;
}

function ofFunction({ parameters, returns }: Extract<TypeShape, { kind: "function" }>): ModelSignature {
  const [input] = parameters;
  if (input === undefined) {
    throw new ModelError(
      "INVALID_PARAMETER_VALUE",
      "The function has no parameters, so there is no input to describe.",
    );
  }
  return new ModelSignature({
    inputs: shapeToSchema(input.type, input.name),
    ...(returns.kind === "nothing" || returns.kind === "any" ? {} : { outputs: shapeToSchema(returns, "output") }),
  });
}

function shapeOf(value: unknown): TypeShape | undefined {
  if (isZod(value)) return zodShape(value);
  if (isTypeShape(value)) return value;
  return typeof value === "function" ? noted(value) : undefined;
}

function noted(value: object): TypeShape | undefined {
  const notes = Reflect.get(globalThis, notesKey) as WeakMap<object, unknown> | undefined;
  const shape = notes?.get(value);
  return isTypeShape(shape) ? shape : undefined;
}
