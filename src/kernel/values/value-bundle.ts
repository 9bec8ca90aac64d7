import type { MimeBundle } from "../../render/mime-bundle.js";
import { columnVector } from "./column-vector.js";
import { dataframe } from "./dataframe.js";
import { displayable } from "./displayable.js";
import { errorValue } from "./error-value.js";
import { htmlElement } from "./html-element.js";
import { mapTable } from "./map-table.js";
import { mimeData } from "./mime-data.js";
import { plainText } from "./plain-text.js";
import { records } from "./records.js";
import { tensor } from "./tensor.js";
import { typedArray } from "./typed-array.js";
import type { ValueKind } from "./value-kind.js";
import { vegaSpec } from "./vega-spec.js";

/** The first kind that knows a value draws it; what none knows prints as Node prints it. */
const kinds: readonly ValueKind[] = [
  displayable,
  htmlElement,
  vegaSpec,
  mimeData,
  errorValue,
  dataframe,
  columnVector,
  tensor,
  typedArray,
  mapTable,
  records,
];

/**
 * What a front end is shown of a user's value. Never throws and never runs for long, whatever the value does:
 * getters and proxies that throw, cycles, and values of any size are fine. Text of the user's is escaped in HTML.
 * Only a value that draws itself asynchronously gives a promise: so what is displayed and what is printed keep their order.
 * @param own - kinds that other rooms know, asked first
 * @returns with `text/plain`, where what was left out is said; without any data when the value asks for nothing to be shown
 */
export function valueBundle(value: unknown, own: readonly ValueKind[] = []): MimeBundle | Promise<MimeBundle> {
  if ((typeof value === "object" && value !== null) || typeof value === "function") {
    return drawWith([...own, ...kinds], value);
  }
  return plain(value);
}

function drawWith(left: readonly ValueKind[], value: unknown): MimeBundle | Promise<MimeBundle> {
  for (const [at, kind] of left.entries()) {
    const bundle = attempt(kind, value);
    if (bundle instanceof Promise) {
      const next = () => drawWith(left.slice(at + 1), value);
      return bundle.then((drawn) => drawn ?? next(), next);
    }
    if (bundle) return bundle;
  }
  return plain(value);
}

function plain(value: unknown): MimeBundle {
  return { data: { "text/plain": plainText(value) } };
}

/** Values come from anywhere, so a kind that stumbles over one leaves it to the next kind. */
function attempt(kind: ValueKind, value: unknown): ReturnType<ValueKind["bundle"]> {
  try {
    return kind.bundle(value);
  } catch {
    return undefined;
  }
}
