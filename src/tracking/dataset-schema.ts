/** MLflow's types of columns. @see MLflow `mlflow.types.DataType` */
type ColumnType = "boolean" | "long" | "double" | "string" | "datetime" | "any";

/** Rows side by side with the names of their columns. */
interface NamedRows {
  columns: readonly string[];
  data: ReadonlyArray<readonly unknown[]>;
}

/** The schema of a dataset as MLflow keeps it; a column that has a missing cell is not required. */
export function datasetSchema({ columns, data }: NamedRows): string {
  const specs = columns.map((name, index) => {
    const cells = data.map((row) => row[index]);
    const present = cells.filter((cell) => cell !== null && cell !== undefined);
    return { type: columnType(present), name, required: present.length === cells.length };
  });
  return JSON.stringify({ mlflow_colspec: specs });
}

/** Whole numbers are longs, as numpy has them; cells of several types, or none, are any. */
function columnType(cells: readonly unknown[]): ColumnType {
  const types = new Set(cells.map(cellType));
  if (types.size === 2 && types.has("long") && types.has("double")) return "double";
  const [only = "any"] = types;
  return types.size === 1 ? only : "any";
}

function cellType(cell: unknown): ColumnType {
  switch (typeof cell) {
    case "boolean":
      return "boolean";
    case "bigint":
      return "long";
    case "number":
      return Number.isInteger(cell) ? "long" : "double";
    case "string":
      return "string";
    default:
      return cell instanceof Date ? "datetime" : "any";
  }
}
