import type { Schema } from "../../../models/signature/schema.js";
import { ColumnShape } from "./column-shape.js";
import type { InputShape } from "./input-shape.js";
import { PlainShape } from "./plain-shape.js";
import { TensorShape } from "./tensor-shape.js";
import { UnnamedShape } from "./unnamed-shape.js";

/** How data becomes what a model with these inputs takes; made once for a model. */
export function shapeOfSchema(schema: Schema | undefined): InputShape {
  if (schema === undefined) return new PlainShape();
  if (schema.kind === "tensors") return new TensorShape(schema.tensors);
  return schema.columns.some(({ name }) => name === undefined)
    ? new UnnamedShape(schema.columns)
    : new ColumnShape(schema.columns);
}
