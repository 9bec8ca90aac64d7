import { plainText } from "./plain-text.js";
import { readMethod, readProperty } from "./read-property.js";
import type { ValueKind } from "./value-kind.js";

/** TensorFlow.js tensors, known by their members; `toString` prints shape and values, as `print()` does. */
export const tensor: ValueKind = {
  name: "tensor",
  bundle(value) {
    const shape = readProperty(value, "shape");
    const isTensor = Array.isArray(shape) && typeof readProperty(value, "dtype") === "string";
    if (!isTensor || !readMethod(value, "dataSync")) return undefined;
    const text = readMethod(value, "toString")?.();
    const head = `Tensor ${readProperty(value, "dtype")} [${shape.join(", ")}]`;
    return {
      data: { "text/plain": typeof text === "string" ? `${head}\n${text.replace(/^Tensor\n/, "")}` : plainText(value) },
    };
  },
};
