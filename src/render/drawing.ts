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
 *   a text gets a mark behind it that nobody sees
 * - it writes sorts and titles into expressions, and does not escape the line ends and backslashes in them
 */
export function chartSpec(parts: Readonly<Record<string, unknown>>): VegaLiteSpec {
  return { $schema: vegaLiteSchema, config: ourConfig, ...(safe(parts, false) as object) };
}

/**
 * Vega's dark theme draws grid lines as bright as axes; `background` is its own signal. A title of 300 characters would push the
 * picture off the page. Limits are in pixels.
 */
const ourConfig = {
  axis: { gridOpacity: { expr: "luminance(background) < 0.4 ? 0.4 : 1" }, titleLimit: 300 },
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
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, safe(part, inTitle || key === "title")]));
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
