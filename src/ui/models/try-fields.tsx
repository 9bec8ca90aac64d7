import { Icon } from "../parts/icon.js";
import type { FieldError, TryField, TryShape } from "./try-request.js";

/** Most rows of one request of the form. */
const mostRows = 8;

/** A field for each column and row, and one for each param. Columns stand below each other: models have more of them than a form has rows. */
export function TryFields({
  shape,
  rows,
  setRows,
  params,
  setParams,
  errors,
}: {
  shape: TryShape;
  rows: readonly string[][];
  setRows(rows: string[][]): void;
  params: readonly string[];
  setParams(params: string[]): void;
  errors: readonly FieldError[];
}) {
  const columns = shape.columns ?? [];
  const several = rows.length > 1;
  const problem = (row: number, field: number) => errors.find((one) => one.row === row && one.field === field)?.message;
  const setCell = (row: number, at: number, text: string) =>
    setRows(rows.map((cells, index) => (index === row ? cells.map((cell, c) => (c === at ? text : cell)) : cells)));
  return (
    <>
      <div class="scroll-x">
        <table class="try-fields" aria-label="Inputs">
          <thead>
            <tr>
              <th scope="col">Input</th>
              {rows.map((_, row) => (
                <th scope="col" key={row}>
                  <span class="inline">
                    {several ? `Row ${row + 1}` : "Value"}
                    {several && (
                      <button
                        type="button"
                        class="icon-button small"
                        aria-label={`Remove row ${row + 1}`}
                        onClick={() => setRows(rows.filter((_, index) => index !== row))}
                      >
                        <Icon name="close" size={12} />
                      </button>
                    )}
                  </span>
                </th>
              ))}
              {rows.length < mostRows && (
                <th scope="col">
                  <button
                    type="button"
                    class="icon-button small"
                    aria-label="Add a row"
                    title="Add a row"
                    onClick={() => setRows([...rows, [...(rows.at(-1) ?? [])]])}
                  >
                    <Icon name="plus" size={14} />
                  </button>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {columns.map((field, at) => (
              <tr key={at}>
                <th scope="row">
                  <FieldName field={field} at={at} />
                </th>
                {rows.map((cells, row) => (
                  <td key={row}>
                    <Field
                      field={field}
                      label={several ? `${labelOf(field, at)}, row ${row + 1}` : labelOf(field, at)}
                      text={cells[at] ?? ""}
                      problem={problem(row, at)}
                      change={(text) => setCell(row, at, text)}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shape.params.length > 0 && (
        <table class="try-fields" aria-label="Params">
          <thead>
            <tr>
              <th scope="col">Param</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {shape.params.map((field, at) => (
              <tr key={at}>
                <th scope="row">
                  <FieldName field={field} at={at} />
                </th>
                <td>
                  <Field
                    field={field}
                    label={labelOf(field, at)}
                    text={params[at] ?? ""}
                    problem={problem(-1, at)}
                    change={(text) => setParams(params.map((one, index) => (index === at ? text : one)))}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function labelOf({ name }: TryField, at: number): string {
  return name === undefined ? `column ${at + 1}` : String(name);
}

function FieldName({ field, at }: { field: TryField; at: number }) {
  return (
    <>
      <span class="try-name" title={labelOf(field, at)}>
        {labelOf(field, at)}
      </span>
      <span class="try-type">
        {field.type}
        {field.preset !== undefined ? `, default ${field.preset || "none"}` : field.required ? "" : ", optional"}
      </span>
    </>
  );
}

const placeholders: Readonly<Partial<Record<string, string>>> = {
  datetime: "2026-01-31T12:30:00",
  binary: "base64",
  array: "[1, 2]",
  map: '{"key": 1}',
  object: '{"key": 1}',
};

function Field({
  field: { kind, type, required },
  label,
  text,
  problem,
  change,
}: {
  field: TryField;
  label: string;
  text: string;
  problem: string | undefined;
  change(text: string): void;
}) {
  const shared = { "aria-label": label, "aria-invalid": problem !== undefined, "aria-required": required };
  return (
    <>
      {kind === "boolean" ? (
        <select {...shared} value={text} onChange={(event) => change(event.currentTarget.value)}>
          <option value="">{required ? "choose" : "missing"}</option>
          <option value="true">true</option>
          <option value="false">false</option>
        </select>
      ) : (
        <input
          {...shared}
          type="text"
          inputMode={kind === "number" ? "decimal" : kind === "integer" ? "numeric" : "text"}
          class={kind === "number" || kind === "integer" ? "number" : undefined}
          spellcheck={false}
          autocomplete="off"
          placeholder={required ? new Map(Object.entries(placeholders)).get(type) : "missing"}
          value={text}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
      {problem !== undefined && (
        <span class="field-problem" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}
