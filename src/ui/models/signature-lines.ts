/** One column, tensor or param of a signature. */
export interface SignatureLine {
  part: "input" | "output" | "param";
  name: string;
  type: string;
  required: boolean;
  /** Of a param, as JSON. */
  preset?: string;
}

const parts = [
  ["input", "inputs"],
  ["output", "outputs"],
  ["param", "params"],
] as const;

/** A signature of an MLmodel file as lines; a part that cannot be read is left out. */
export function signatureLines(signature: { inputs?: string; outputs?: string; params?: string }): SignatureLine[] {
  return parts.flatMap(([part, key]) =>
    list(signature[key]).map((item, at): SignatureLine => {
      const { name, required, optional, default: preset } = item as Record<string, unknown>;
      return {
        part,
        name: typeof name === "string" || typeof name === "number" ? String(name) : `(column ${at + 1})`,
        type: typeText(item),
        required: required !== false && optional !== true && preset === undefined,
        ...(preset === undefined ? {} : { preset: JSON.stringify(preset) }),
      };
    }),
  );
}

function list(text: string | undefined): object[] {
  try {
    const parsed: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(parsed) ? parsed.filter((one) => typeof one === "object" && one !== null) : [];
  } catch {
    return [];
  }
}

function typeText(item: object): string {
  const { type, dtype, shape, items, properties, values } = item as Record<string, unknown>;
  const tensor = (item as { "tensor-spec"?: { dtype?: unknown; shape?: unknown } })["tensor-spec"];
  if (tensor !== undefined) return `${tensor.dtype} (${Array.isArray(tensor.shape) ? tensor.shape.join(", ") : "?"})`;
  if (type === "array" && typeof items === "object" && items !== null) return `array of ${typeText(items)}`;
  if (type === "map" && typeof values === "object" && values !== null) return `map of ${typeText(values)}`;
  if (type === "object" && typeof properties === "object" && properties !== null) {
    return `{ ${Object.keys(properties).join(", ")} }`;
  }
  const base = String(dtype ?? type ?? "any");
  return Array.isArray(shape) ? `${base} (${shape.join(", ")})` : base;
}
