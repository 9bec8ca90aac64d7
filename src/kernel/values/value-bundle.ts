import type { MimeBundle } from "../../render/mime-bundle.js";
import { columnVector } from "./column-vector.js";
import { dataframe } from "./dataframe.js";
import { displayable } from "./displayable.js";
import { errorValue } from "./error-value.js";
import { htmlElement } from "./html-element.js";
import { mapTable } from "./map-table.js";
import { plainText } from "./plain-text.js";
import { records } from "./records.js";
import { tensor } from "./tensor.js";
import { typedArray } from "./typed-array.js";
import type { ValueKind } from "./value-kind.js";

/** The first kind that knows a value draws it; what none knows prints as Node prints it. */
const kinds: readonly ValueKind[] = [
  displayable,
  htmlElement,
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
 * @returns always with `text/plain`; what was left out is said in it
 */
export async function valueBundle(value: unknown): Promise<MimeBundle> {
  if ((typeof value === "object" && value !== null) || typeof value === "function") {
    for (const kind of kinds) {
      const bundle = await attempt(kind, value);
      if (bundle) return bundle;
    }
  }
  return { data: { "text/plain": plainText(value) } };
}

/** Values come from anywhere, so a kind that stumbles over one leaves it to the next kind. */
async function attempt(kind: ValueKind, value: unknown): Promise<MimeBundle | undefined> {
  try {
    return await kind.bundle(value);
  } catch {
    return undefined;
  }
}
