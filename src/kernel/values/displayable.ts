import { types } from "node:util";
import { drawnAsSvg } from "../../render/drawing.js";
import { jupyterDisplay, type MimeBundle } from "../../render/mime-bundle.js";
import { isMimeData, wireData } from "./mime-data.js";
import { plainText } from "./plain-text.js";
import { isPlainRecord, readMethod } from "./read-property.js";
import type { ValueKind } from "./value-kind.js";

/**
 * Objects that bring their own bundle: `Symbol.for("Jupyter.display")`, as Deno has it; async ones too. One that answers
 * with `{}` shows nothing.
 */
export const displayable: ValueKind = {
  name: "displayable",
  bundle(value) {
    const display = readMethod(value, jupyterDisplay);
    if (!display) return undefined;
    const bundleOf = (data: unknown): MimeBundle | undefined =>
      isNothing(data)
        ? { data: {} }
        : isMimeData(data)
          ? { data: withSvgCharts({ "text/plain": plainText(value), ...wireData(data) }) }
          : undefined;
    try {
      const answer = display();
      // A mock that answers everything with itself would be a promise that never ends.
      if (typeof answer !== "object" || types.isProxy(answer)) return undefined;
      return isThenable(answer)
        ? Promise.resolve(answer).then(bundleOf, (error) => failed(value, error))
        : bundleOf(answer);
    } catch (error) {
      return failed(value, error);
    }
  },
};

/** Charts are drawn like those of specs. */
function withSvgCharts(data: MimeBundle["data"]): MimeBundle["data"] {
  const charts = Object.entries(data).filter(
    ([type, spec]) => /^application\/vnd\.vega(lite)?\.v\d/.test(type) && isPlainRecord(spec),
  );
  return { ...data, ...Object.fromEntries(charts.map(([type, spec]) => [type, drawnAsSvg(Object(spec))])) };
}

function isThenable(value: object | null): value is PromiseLike<unknown> {
  return value !== null && "then" in value && typeof value.then === "function";
}

function failed(value: unknown, error: unknown): MimeBundle {
  const reason = `(its Symbol.for("Jupyter.display") threw ${plainText(error).split("\n")[0]})`;
  return { data: { "text/plain": `${plainText(value)}\n${reason}` } };
}

function isNothing(data: unknown): boolean {
  return isPlainRecord(data) && Object.keys(data).length === 0;
}
