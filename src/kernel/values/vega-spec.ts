import { reasonOf } from "../../errors.js";
import { drawnAsSvg, vegaLiteMimeType, vegaLiteSchema } from "../../render/drawing.js";
import { plural } from "../../render/format-value.js";
import type { MimeBundle } from "../../render/mime-bundle.js";
import { stillPicture } from "../../render/static/chart-bundle.js";
import { plainText } from "./plain-text.js";
import { isPlainRecord, readMethod, readOwn } from "./read-property.js";
import { records } from "./records.js";
import type { ValueKind } from "./value-kind.js";

/**
 * A Vega-Lite or Vega spec, and what hands one out by `toSpec()` (vega-lite-api): the chart, with the still picture and the
 * numbers that runlab's own charts have.
 */
export const vegaSpec: ValueKind = {
  name: "vega-spec",
  bundle(value) {
    const given = readMethod(value, "toSpec")?.() ?? value;
    if (!isPlainRecord(given) || !(Object.hasOwn(given, "$schema") || Object.hasOwn(given, "data"))) return undefined;
    // A copy, as it goes over the wire: drawing must not change the user's object. Anything that is not JSON is not a spec, and throws here.
    const spec = JSON.parse(JSON.stringify(given)) as Record<string, unknown>;
    const schema = readOwn(spec, "$schema");
    const language = typeof schema === "string" ? /\/schema\/(vega|vega-lite)\/v\d/.exec(schema)?.[1] : undefined;
    if (language === "vega") return chart("Vega", spec, { [vegaMimeType]: drawnAsSvg(spec) });
    if (language === undefined && (schema !== undefined || !looksLikeChart(spec))) return undefined;
    // Front ends draw it by the type's version, whichever version of the grammar it was written for.
    return chart("Vega-Lite", spec, { [vegaLiteMimeType]: drawnAsSvg({ ...spec, $schema: vegaLiteSchema }) });
  },
};

/** The type that JupyterLab, Notebook and VS Code know. */
const vegaMimeType = "application/vnd.vega.v5+json";

/** A chart whose data is elsewhere, or that is wrong, is left to the front end, which shows its own reason. */
async function chart(language: string, spec: Record<string, unknown>, data: MimeBundle["data"]): Promise<MimeBundle> {
  const text = textOf(language, spec);
  try {
    const picture = await stillPicture(spec);
    return { data: { ...data, "image/svg+xml": picture, "text/plain": text } };
  } catch (error) {
    const reason = `(no still picture: ${reasonOf(error)})`;
    return { data: { ...data, "text/plain": `${text}\n${reason}` } };
  }
}

/** Without a `$schema` only what can hardly be anything else: data as Vega-Lite has it, and something that draws it. */
function looksLikeChart(spec: Record<string, unknown>): boolean {
  const data = readOwn(spec, "data");
  const known = isPlainRecord(data) && ["values", "url", "name", "sequence"].some((key) => Object.hasOwn(data, key));
  const mark = readOwn(spec, "mark");
  const single = typeof mark === "string" || (isPlainRecord(mark) && typeof readOwn(mark, "type") === "string");
  const parts = ["layer", "hconcat", "vconcat", "concat"].some((key) => Array.isArray(readOwn(spec, key)));
  const repeated = isPlainRecord(readOwn(spec, "spec"));
  return known && ((single && isPlainRecord(readOwn(spec, "encoding"))) || parts || repeated);
}

/** The title, and the numbers as a table. */
function textOf(language: string, spec: Record<string, unknown>): string {
  const title = readOwn(spec, "title");
  const shown = isPlainRecord(title) ? readOwn(title, "text") : title;
  const heading = `${language} chart${typeof shown === "string" ? `: ${shown}` : ""}`;
  const data = readOwn(spec, "data");
  const values = isPlainRecord(data) ? readOwn(data, "values") : undefined;
  if (!Array.isArray(values)) return heading;
  const table = records.bundle(values);
  if (table && !(table instanceof Promise)) return `${heading}\n${table.data["text/plain"]}`;
  return `${heading}, ${plural(values.length, "value")}\n${plainText(values)}`;
}
