import { plainText } from "./plain-text.js";
import { readProperty } from "./read-property.js";
import type { ValueKind } from "./value-kind.js";

/** Elements of a DOM in Node (linkedom, jsdom; what Observable Plot returns): their markup is what they show. */
export const htmlElement: ValueKind = {
  name: "html-element",
  bundle(value) {
    const markup = readProperty(value, "outerHTML");
    if (typeof markup !== "string" || readProperty(value, "nodeType") !== elementNode) return undefined;
    const isSvg = String(readProperty(value, "localName")).toLowerCase() === "svg";
    const text = readProperty(value, "textContent");
    const plain = typeof text === "string" && text.trim() !== "" ? text.trim() : plainText(markup);
    return { data: { [isSvg ? "image/svg+xml" : "text/html"]: markup, "text/plain": plain } };
  },
};

/** `Node.ELEMENT_NODE` of the DOM standard. */
const elementNode = 1;
