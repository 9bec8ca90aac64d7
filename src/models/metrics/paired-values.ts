import { ModelError } from "../../errors.js";

/** What a value is of: for errors. */
export type Part = "target" | "prediction" | "label";

/**
 * The finite numbers of a regression; lists of one value are that value.
 * @throws {ModelError} INVALID_PARAMETER_VALUE naming the row of what is not a finite number
 */
export function finiteNumbers(values: readonly unknown[], part: Part): number[] {
  return values.map((value, row) => {
    const number = onlyItem(value);
    if (typeof number === "number" && Number.isFinite(number)) return number;
    if (typeof number === "bigint" || typeof number === "boolean") return Number(number);
    throw new ModelError(
      "INVALID_PARAMETER_VALUE",
      `The ${part} of row ${row} is ${shownValue(number)}, which is not a finite number.`,
      {
        hint: "Remove rows without a value, and convert text to numbers. If these are labels, use type: 'classifier'.",
      },
    );
  });
}

/** @throws {ModelError} INVALID_PARAMETER_VALUE for no rows, or of different length */
export function sameLength(targets: readonly unknown[], predictions: readonly unknown[]): void {
  if (targets.length === 0) throw new ModelError("INVALID_PARAMETER_VALUE", "There are no rows to evaluate.");
  if (targets.length === predictions.length) return;
  throw new ModelError(
    "INVALID_PARAMETER_VALUE",
    `There are ${targets.length} targets but ${predictions.length} predictions.`,
    { hint: "The model must return one prediction per row." },
  );
}

/** The value itself; of a list of one value, as of a tensor with one column, that value. */
export function onlyItem(value: unknown): unknown {
  const list = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  return list && (value as unknown as ArrayLike<unknown>).length === 1
    ? (value as unknown as ArrayLike<unknown>)[0]
    : value;
}

/** A value as an error names it. */
export function shownValue(value: unknown): string {
  if (typeof value === "string")
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value)}`;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return `a list of ${(value as unknown as ArrayLike<unknown>).length} values`;
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "object" && value !== null) return value instanceof Date ? "a Date" : "an object";
  return typeof value === "function" || typeof value === "symbol" ? `a ${typeof value}` : String(value);
}
