import { plural } from "../../render/format-value.js";
import { ValueOutline } from "../../value-outline.js";
import { shortText } from "./plain-text.js";
import { isCount, readMethod, readProperty } from "./read-property.js";
import type { ValueKind } from "./value-kind.js";

const shownElements = 20;

/** Apache Arrow's `Vector`, known by its members: type, length and first elements instead of its buffers. */
export const columnVector: ValueKind = {
  name: "column-vector",
  bundle(value) {
    const length = readProperty(value, "length");
    const nulls = readProperty(value, "nullCount");
    const get = readMethod(value, "get");
    if (!isCount(length) || !isCount(nulls) || !get || !readMethod(value, "getChildAt")) return undefined;
    const outline = new ValueOutline();
    const elements = Array.from({ length: Math.min(length, shownElements) }, (_, at) => shortText(get(at), outline));
    const more = length > shownElements ? [`… ${(length - shownElements).toLocaleString("en-US")} more`] : [];
    const facts = [plural(length, "value"), ...(nulls === 0 ? [] : [plural(nulls, "null")])].join(", ");
    const text = `Vector ${String(readProperty(value, "type"))} (${facts}) [${[...elements, ...more].join(", ")}]`;
    return { data: { "text/plain": text } };
  },
};
