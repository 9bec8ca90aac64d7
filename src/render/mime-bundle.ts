/** What a front end is shown: one value in several MIME types. @see Jupyter messaging, display_data */
export interface MimeBundle {
  /** MIME type to text, base64 text (images) or JSON object (`+json` types). Always has `text/plain`. */
  data: Record<string, unknown>;
  metadata?: Record<string, unknown>;
}

/** Objects that draw themselves, as Deno's and runlab's do: `obj[Symbol.for("Jupyter.display")]()` gives `data`. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display") as never;

/** A value that knows its bundle. */
export interface Displayable {
  [jupyterDisplay](): Record<string, unknown> | Promise<Record<string, unknown>>;
}
