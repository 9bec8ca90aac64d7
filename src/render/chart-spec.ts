/**
 * Whether a file's JSON is a Vega-Lite or Vega spec. Its `$schema` says so; without one, as people log their figures, data and
 * something that draws it.
 */
export function isChartSpec(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { $schema } = value as { $schema?: unknown };
  if (typeof $schema === "string") return /\/schema\/vega(?:-lite)?\//.test($schema);
  return (
    Object.hasOwn(value, "data") &&
    ["mark", "layer", "hconcat", "vconcat", "concat", "facet", "repeat"].some((key) => Object.hasOwn(value, key))
  );
}
