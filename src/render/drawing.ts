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

/** The MIME type that front ends know: JupyterLab and Notebook up to v5, VS Code v1 to v5. */
export const vegaLiteMimeType = "application/vnd.vegalite.v5+json";
