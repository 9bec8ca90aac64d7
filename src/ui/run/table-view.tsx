import { formatNumber } from "../../render/format-value.js";
import { isNumeric } from "../../render/runs-table.js";

/** Rows that are drawn. */
const most = 500;

/** A logged table. */
export function TableView({
  columns,
  rows,
  label,
  total = rows.length,
}: {
  columns: readonly string[];
  rows: ReadonlyArray<readonly unknown[]>;
  label: string;
  /** How many rows there are, where not all of them are given; infinite: nobody knows. */
  total?: number;
}) {
  const numeric = columns.map((_, at) => rows.slice(0, most).every((row) => isNumber(row[at])));
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="preview-table" tabIndex={0} aria-label={label}>
        <table class="plain-table small">
          <thead>
            <tr>
              {columns.map((column, at) => (
                <th key={at} scope="col" class={numeric[at] ? "number" : undefined}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, most).map((row, index) => (
              <tr key={index}>
                {columns.map((_, at) => (
                  <td key={at} class={numeric[at] ? "number" : undefined}>
                    {cellText(row[at])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {total > most && (
        <p class="hint">
          The first {Math.min(most, rows.length).toLocaleString("en-US")}
          {Number.isFinite(total) && ` of ${total.toLocaleString("en-US")}`} rows.
        </p>
      )}
    </>
  );
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" || value === null || value === "" || (typeof value === "string" && isNumeric(value));
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return formatNumber(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
