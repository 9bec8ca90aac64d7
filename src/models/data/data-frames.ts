import type { DataColumn, DataReader } from "./model-data.js";

/** arquero: `columnNames()`, `array(name)`. */
export const arquero: DataReader = {
  name: "arquero",
  read(value) {
    const { columnNames, array, numRows } = value as Record<string, unknown>;
    if (typeof columnNames !== "function" || typeof array !== "function" || typeof numRows !== "function")
      return undefined;
    const names = columnNames.call(value) as string[];
    return table(names, Number(numRows.call(value)), (name) => array.call(value, name) as ArrayLike<unknown>);
  },
};

/** nodejs-polars: `columns`, `height`, `getColumn(name).toArray()`. */
export const polars: DataReader = {
  name: "polars",
  read(value) {
    const { columns, height, getColumn } = value as Record<string, unknown>;
    if (!isNames(columns) || typeof height !== "number" || typeof getColumn !== "function") return undefined;
    return table(columns, height, (name) => {
      const series = getColumn.call(value, name) as { toArray(): ArrayLike<unknown> };
      return series.toArray();
    });
  },
};

/** danfo: `columns`, `shape`, `column(name).values`. */
export const danfo: DataReader = {
  name: "danfo",
  read(value) {
    const { columns, shape, column } = value as Record<string, unknown>;
    if (!isNames(columns) || !Array.isArray(shape) || typeof column !== "function") return undefined;
    return table(columns, Number(shape[0]), (name) => {
      const series = column.call(value, name) as { values: ArrayLike<unknown> };
      return series.values;
    });
  },
};

function table(names: readonly string[], rows: number, values: (name: string) => ArrayLike<unknown>) {
  const columns = names.map((name): DataColumn => {
    const column = values(name);
    return { name, at: (row) => column[row], nanIsMissing: true };
  });
  return { kind: "columns" as const, rows, columns };
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}
