import { svgDocument } from "../../svg-document.js";
import { plainText } from "./plain-text.js";
import { readProperty } from "./read-property.js";
import type { ValueKind } from "./value-kind.js";

/**
 * Elements of a DOM in Node (linkedom, jsdom, happy-dom; what Observable Plot and D3 give): their markup is what they show. An
 * SVG is known by its markup alone.
 */
export const htmlElement: ValueKind = {
  name: "html-element",
  bundle(value) {
    const markup = readProperty(value, "outerHTML");
    if (typeof markup !== "string") return undefined;
    const isSvg = /^\s*<svg[\s>]/i.test(markup);
    if (!isSvg && readProperty(value, "nodeType") !== elementNode) return undefined;
    const text = readProperty(value, "textContent");
    const plain = typeof text === "string" && text.trim() !== "" ? text.trim() : plainText(markup);
    return {
      data: { [isSvg ? "image/svg+xml" : "text/html"]: isSvg ? svgDocument(markup) : markup, "text/plain": plain },
    };
  },
};

/** `Node.ELEMENT_NODE` of the DOM standard. */
const elementNode = 1;
