import * as vega from "vega";

interface Source {
  data?: { values: string | object[]; format?: object };
  transform?: ReadonlyArray<{ lookup?: string; from?: { data: { values: Array<Record<string, unknown>> } } }>;
}

/** The rows of a chart or a layer as Vega reads them, with what is looked up in them; what has no value is left out. */
export function chartRows<Row = Record<string, unknown>>(source: Readonly<Record<string, unknown>> | undefined): Row[] {
  const { data, transform = [] } = (source ?? {}) as Source;
  if (data === undefined) return [];
  const rows = vega.read(data.values as never, (data.format ?? {}) as never) as Array<Record<string, unknown>>;
  return rows.map((row) => {
    const { line, ...values } = row;
    const found = transform.flatMap(({ from }) => from?.data.values ?? []).find((one) => one.line === line);
    const { line: _, ...names }: Record<string, unknown> = found ?? {};
    return withoutEmpty({ ...names, ...values }) as Row;
  });
}

function withoutEmpty(row: Readonly<Record<string, unknown>>): object {
  const isGap = (key: string) => key === "y" && row.kind === null;
  return Object.fromEntries(Object.entries(row).filter(([key, value]) => isGap(key) || value != null));
}
