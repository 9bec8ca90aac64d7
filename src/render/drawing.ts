/** A chart before it becomes a MIME bundle: a Vega-Lite spec and the same numbers as text. */
export interface Drawing {
  spec: VegaLiteSpec;
  /** Plain text with the numbers, for terminals, screen readers and diffs. */
  text: string;
}

/**
 * A top-level Vega-Lite spec as a JSON object, data inline. It stays inside the grammar of vega-lite 5.6.1,
 * which JupyterLab 4.6 and Notebook 7 carry; vega-lite 6 compiles it as well.
 */
export interface VegaLiteSpec {
  $schema: typeof vegaLiteSchema;
  [property: string]: unknown;
}

export const vegaLiteSchema = "https://vega.github.io/schema/vega-lite/v5.json";

/**
 * A spec of ours, with all texts in it made safe for Vega, of which the front end has its own copy:
 * - it looks up titles, sorts and groups in plain objects, where `constructor` is found before anything is kept under it; such
 *   a text gets a mark after it that nobody sees
 * - it writes sorts and titles into expressions, and does not escape the line ends and backslashes in them
 */
export function chartSpec(parts: Readonly<Record<string, unknown>>): VegaLiteSpec {
  return { $schema: vegaLiteSchema, config: ourConfig, ...(safe(parts, false) as object) };
}

/**
 * Most marks of a chart that have each a label, which screen readers read where a chart is drawn as SVG: of more nobody listens to all,
 * and the numbers are in the table and the plain text as well.
 */
export const mostLabelled = 100;

/** What a column of a chart's data holds. */
type ColumnType = "string" | "number" | "boolean";

/**
 * Inline data of a chart as CSV: one line in the notebook's file, which would write each value of a record on a line of its own.
 * @param columns - those that are written; what a row lacks, what is null, false, "" or not finite has no value in the chart
 */
export function csvData(rows: readonly object[], columns: Readonly<Record<string, ColumnType>>): object {
  const names = Object.keys(columns);
  const lines = rows.map((row) => names.map((name) => csvCell(Reflect.get(row, name))).join(","));
  return { values: [names.join(","), ...lines].join("\n"), format: { type: "csv", parse: columns } };
}

function csvCell(value: unknown): string {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  if (typeof value === "boolean") return value ? "1" : "";
  const text = safeText(String(value ?? ""), false);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Vega's dark theme draws grid lines as bright as axes; `background` is its own signal. A title of 300 characters would push the
 * picture off the page. Limits are in pixels.
 */
const ourConfig = {
  axis: { gridOpacity: { expr: "luminance(background) < 0.4 ? 0.4 : 1" }, titleLimit: 300, labelSeparation: 6 },
  legend: { titleLimit: 200 },
  header: { labelLimit: 260 },
  title: { limit: 800 },
};

/** What every object has, and `then`, which Vega's expressions refuse as a key. @see vega-util, `DisallowedObjectProperties` */
const confusing: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), "then"]);

const zeroWidthSpace = "\u200b";

function safe(value: unknown, inTitle: boolean): unknown {
  if (typeof value === "string") return safeText(value, inTitle);
  if (Array.isArray(value)) return value.map((item) => safe(item, inTitle));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      // CSV, whose cells are safe.
      if (key === "values" && typeof part === "string") return [key, part];
      return [key, safe(part, inTitle || key === "title")];
    }),
  );
}

function safeText(text: string, inTitle: boolean): string {
  if (confusing.has(text)) return text + zeroWidthSpace;
  // As their pictures, and not as blanks: runs are told apart by what they are called.
  const shown = text.replace(/[\p{Cc}\u2028\u2029]/gu, (control) =>
    control < " " ? String.fromCharCode(0x2400 + control.charCodeAt(0)) : "\u2424",
  );
  return inTitle ? shown.replaceAll("\\", "\u29f5") : shown;
}

/** The MIME type that front ends know: JupyterLab and Notebook up to v5, VS Code v1 to v5. */
export const vegaLiteMimeType = "application/vnd.vegalite.v5+json";

/**
 * A spec of Vega or Vega-Lite that front ends draw as SVG, which stays sharp and which tools read, unless it says otherwise itself.
 * Said in the spec: JupyterLab writes its theme into `embed_options` of a bundle's metadata and saves it, so that a chart
 * drawn in the dark would be dark ever after.
 * @see vega-embed, `usermeta.embedOptions`
 */
export function drawnAsSvg(spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { usermeta } = spec;
  const { embedOptions } = Object(usermeta) as Record<string, unknown>;
  return { ...spec, usermeta: { ...Object(usermeta), embedOptions: { renderer: "svg", ...Object(embedOptions) } } };
}
