/** PyYAML reads YAML 1.1, where `no` is false and a bare date is not text. */
const yaml11 = { version: "1.1" } as const;

/** Loaded with the first file: it takes 20 ms, which every start of a kernel and of a script would pay. */
const yaml = () => import("yaml");

/** As MLflow writes it: keys in order, long lines as they are. */
export async function printYaml(value: unknown): Promise<string> {
  const { Scalar, stringify } = await yaml();
  // `-0` is a whole number for YAML's readers, which have only one zero.
  const minusZero = Object.assign(new Scalar(-0), { minFractionDigits: 1 });
  const withMinusZero = (_: unknown, item: unknown) => (Object.is(item, -0) ? minusZero.clone() : item);
  return stringify(value, withMinusZero, { ...yaml11, sortMapEntries: true, lineWidth: 0 });
}

/** Whole numbers come as bigint where a number does not hold them. @throws the parser's error, whose message names the line */
export async function parseYaml(text: string): Promise<unknown> {
  const { parse } = await yaml();
  // Aliases can make a small file huge in memory; MLflow writes none.
  return withNumbers(parse(text, { ...yaml11, maxAliasCount: 100, intAsBigInt: true }));
}

function withNumbers(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withNumbers(item)]));
}
