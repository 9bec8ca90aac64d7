import { ModelError } from "../../errors.js";
import { onlyItem, type Part, shownValue } from "./paired-values.js";

export type Label = string | number | bigint | boolean;

/** The labels that there are, in order, and the index of each row's label among them. */
export interface LabelIndices {
  labels: readonly Label[];
  targets: number[];
  predictions: number[];
}

type Kind = "text" | "numbers";

/**
 * Brings labels together as scikit-learn compares them: booleans equal 0 and 1, and 1, 1n and 1.0 are one label.
 * @param given - the labels in order; default: all that occur, sorted
 * @throws {ModelError} INVALID_PARAMETER_VALUE for what is not a label (a missing value, a probability, a list, an object), for
 * text beside numbers (there scikit-learn finds all rows wrong, or turns the numbers into text), and for a label that
 * `given` lacks or has twice
 */
export function indexLabels(
  targets: readonly unknown[],
  predictions: readonly unknown[],
  given?: readonly unknown[],
): LabelIndices {
  const read = { targets: labelsOf(targets, "target"), predictions: labelsOf(predictions, "prediction") };
  const kind = kindOf(read.targets, "target");
  const other = kindOf(read.predictions, "prediction");
  if (kind !== other) {
    throw invalid(
      `The targets are ${kind} and the predictions ${other} (row 0: ${shownValue(targets[0])} and ${shownValue(predictions[0])}).`,
      "Make both text or both numbers, with String(label) or Number(label).",
    );
  }
  const labels = given === undefined ? sorted([...read.targets, ...read.predictions]) : labelsInOrder(given, kind);
  const indices = new Map(labels.map((label, at) => [keyOf(label), at]));
  const indicesOf = (values: readonly Label[]) =>
    values.map((label) => {
      const at = indices.get(keyOf(label));
      if (at !== undefined) return at;
      const known = labels.slice(0, 20).map(String).join(", ");
      throw invalid(`The label ${String(label)} occurs in the data, but is not in labels: ${known}.`, labelsHint);
    });
  return { labels, targets: indicesOf(read.targets), predictions: indicesOf(read.predictions) };
}

const labelsHint = "Use the option labels to list all labels, in the order of the probabilities.";

/** Labels in the order that was asked for. Words that are numbers, as `%evaluate labels=[0, 1]` gives them, name numbers among numbers. */
function labelsInOrder(given: readonly unknown[], kind: Kind): Label[] {
  const labels = labelsOf(given, "label").map((label) => {
    if (kind === "text" || typeof label !== "string") return label;
    const number = label === "true" ? 1 : label === "false" ? 0 : label.trim() === "" ? Number.NaN : Number(label);
    return Number.isSafeInteger(number) ? number : label;
  });
  if (labels.length === 0) throw invalid("labels is an empty list.", labelsHint);
  const odd = labels.find((label) => (typeof label === "string") !== (kind === "text"));
  if (odd !== undefined)
    throw invalid(`labels contains ${shownValue(odd)}, but the labels in the data are ${kind}.`, labelsHint);
  const twice = labels.find((label, at) => labels.findIndex((one) => keyOf(one) === keyOf(label)) !== at);
  if (twice !== undefined) throw invalid(`labels contains ${String(twice)} more than once.`, labelsHint);
  return labels;
}

function labelsOf(values: readonly unknown[], part: Part): Label[] {
  return values.map((value, row) => labelOf(onlyItem(value), part, row));
}

function labelOf(value: unknown, part: Part, row: number): Label {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  // Beyond 2^53 a number equals the BigInt of its exact value.
  if (typeof value === "number" && Number.isInteger(value)) return Number.isSafeInteger(value) ? value : BigInt(value);
  const what = `The ${part} of row ${row} is ${shownValue(value)}`;
  if (typeof value === "number" && Number.isFinite(value)) {
    throw invalid(
      `${what}, which is not a label: numeric labels must be whole numbers.`,
      "If these are probabilities, let the model return labels, e.g. p >= 0.5, and pass the probabilities as probabilities. If these are measured numbers, use type: 'regression'.",
    );
  }
  if (value === null || value === undefined || typeof value === "number") {
    throw invalid(`${what}, which is not a label.`, "Remove rows without a value.");
  }
  const list = typeof value === "object" && (Array.isArray(value) || ArrayBuffer.isView(value));
  throw invalid(
    `${what}, which is not a label: a label is text, a whole number or a boolean.`,
    list
      ? "Pass rows of probabilities as probabilities; the label is the one with the highest probability."
      : "Pass the field that contains the label.",
  );
}

/** @throws {ModelError} INVALID_PARAMETER_VALUE for text beside numbers */
function kindOf(labels: readonly Label[], part: Part): Kind {
  const kinds = labels.map((label): Kind => (typeof label === "string" ? "text" : "numbers"));
  const [first = "text"] = kinds;
  const odd = kinds.findIndex((kind) => kind !== first);
  if (odd < 0) return first;
  throw invalid(
    `The ${part}s are ${first} in row 0 (${shownValue(labels[0])}) and ${kinds[odd]} in row ${odd} (${shownValue(labels[odd])}).`,
    "Make all labels text or all numbers, with String(label) or Number(label).",
  );
}

/** Numbers by value, texts by code point, as numpy's `unique`; booleans stay such where all are. */
function sorted(labels: readonly Label[]): Label[] {
  const kept = labels.every((label) => typeof label === "boolean") ? labels : labels.map(keyOf);
  return [...new Set<Label>(kept)].sort((a, b) => {
    if (typeof a === "string" && typeof b === "string") return byCodePoint(a, b);
    return a < b ? -1 : a > b ? 1 : 0;
  });
}

function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((character, index) => character !== right[index]);
  if (at < 0) return left.length - right.length;
  return (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
}

/** Equal for equal labels. */
function keyOf(label: Label): string | number | bigint {
  return typeof label === "boolean" ? Number(label) : label;
}

function invalid(message: string, hint: string): ModelError {
  return new ModelError("INVALID_PARAMETER_VALUE", message, { hint });
}
