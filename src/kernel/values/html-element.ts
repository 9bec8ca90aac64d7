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
      data: { [isSvg ? "image/svg+xml" : "text/html"]: isSvg ? asDocument(markup) : markup, "text/plain": plain },
    };
  },
};

/** An element in a page needs no namespaces; the picture that a front end makes of it stays empty without them. */
function asDocument(svg: string): string {
  const tag = /^\s*<svg[^>]*>/i.exec(svg)?.[0] ?? "";
  const missing = [
    ...(/\sxmlns\s*=/.test(tag) ? [] : [`xmlns="http://www.w3.org/2000/svg"`]),
    ...(!/\sxlink:href\s*=/.test(svg) || /\sxmlns:xlink\s*=/.test(tag)
      ? []
      : [`xmlns:xlink="http://www.w3.org/1999/xlink"`]),
  ];
  return missing.length === 0 ? svg : svg.replace(/<svg/i, (start) => `${start} ${missing.join(" ")}`);
}

/** `Node.ELEMENT_NODE` of the DOM standard. */
const elementNode = 1;
