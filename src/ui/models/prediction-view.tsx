import { formatNumber } from "../../render/format-value.js";
import type { PredictJson } from "../../server/page/page-json.js";
import { TableView } from "../run/table-view.js";
import { parsed } from "./try-request.js";

/** Rows of a prediction that are drawn as single lines. */
const fewRows = 20;

/** What a scoring server answered: the prediction as a table, or the error in its own words. */
export function PredictionView({ answer: { status, body, ms } }: { answer: PredictJson }) {
  const answer = parsed(body);
  const fields: Readonly<Record<string, unknown>> = typeof answer === "object" && answer !== null ? { ...answer } : {};
  const failed = status !== 200;
  return (
    <div class={failed ? "prediction failed" : "prediction"} role="status">
      <p class="prediction-head">
        <strong>{failed ? `Refused: ${String(fields.error_code)}` : "Prediction"}</strong>
        <span class="faint">
          {failed && `status ${status}, `}
          {ms} ms
        </span>
      </p>
      {failed ? (
        <pre class="prediction-error">{String(fields.message)}</pre>
      ) : (
        <Predictions value={fields.predictions} />
      )}
    </div>
  );
}

function Predictions({ value }: { value: unknown }) {
  if (Array.isArray(value) && value.length > 0) {
    if (value.every(isScalar)) {
      if (value.length <= fewRows) {
        return (
          <ol class="prediction-values" aria-label="Predictions">
            {value.map((one, at) => (
              <li key={at} title={String(one)}>
                {scalarText(one)}
              </li>
            ))}
          </ol>
        );
      }
      return <TableView columns={["prediction"]} rows={value.map((one) => [one])} label="Predictions" />;
    }
    if (value.every(Array.isArray)) {
      const width = Math.max(...value.map((row: unknown[]) => row.length));
      const columns = Array.from({ length: width }, (_, at) => String(at));
      return <TableView columns={columns} rows={value as unknown[][]} label="Predictions" />;
    }
    if (value.every(isRecord)) {
      const columns = [...new Set(value.flatMap((row) => Object.keys(row)))];
      const rows = value.map((row) => columns.map((column) => new Map(Object.entries(row)).get(column)));
      return <TableView columns={columns} rows={rows} label="Predictions" />;
    }
  }
  if (isScalar(value)) return <p class="prediction-values">{scalarText(value)}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <pre class="preview-text" tabIndex={0}>
      {JSON.stringify(value, null, 2)}
    </pre>
  );
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== "object";
}

function scalarText(value: unknown): string {
  return typeof value === "number" ? formatNumber(value) : String(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
