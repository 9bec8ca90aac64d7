import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { plural } from "../render/format-value.js";
import type { MimeBundle } from "../render/mime-bundle.js";
import type { CellOutput } from "./cell-output.js";
import { outputSymbol } from "./executor/live-output.js";

/** tslab's display API, as `tslab/dist/public.d.ts` types it. */
export interface TslabApi {
  display: TslabDisplay;
  newDisplay(): TslabDisplay;
  versions: { tslab: string; typescript: string; node: string };
}

export interface TslabDisplay {
  javascript(text: string): void;
  html(text: string): void;
  markdown(text: string): void;
  latex(text: string): void;
  svg(text: string): void;
  png(bytes: Uint8Array): void;
  jpeg(bytes: Uint8Array): void;
  gif(bytes: Uint8Array): void;
  pdf(bytes: Uint8Array): void;
  text(text: string): void;
  /** @param content - text, or bytes that are sent as base64 */
  raw(contentType: string, content: string | Uint8Array): void;
}

/**
 * What `import * as tslab from "tslab"` gives in a cell: the API on this kernel's output; undefined outside a kernel.
 * tslab's own module would load its compiler and its wire into the user's process to do the same.
 */
export function tslabDisplay(): TslabApi | undefined {
  const output = (globalThis as { [outputSymbol]?: CellOutput })[outputSymbol];
  return output && createTslabDisplay(output);
}

/** The API for one output; `newDisplay()` keeps one place, which each call draws anew. */
export function createTslabDisplay(output: CellOutput): TslabApi {
  return {
    display: displayWith((bundle) => output.display(bundle)),
    newDisplay: () => {
      const displayId = randomUUID();
      const drawn = { once: false };
      return displayWith((bundle) => {
        if (drawn.once) output.update(displayId, bundle);
        else output.display(bundle, { displayId });
        drawn.once = true;
      });
    },
    get versions() {
      return versions();
    },
  };
}

function displayWith(draw: (bundle: MimeBundle) => void): TslabDisplay {
  const raw = (contentType: string, content: string | Uint8Array) => draw(bundleOf(contentType, content));
  const as = (contentType: string) => (content: string | Uint8Array) => raw(contentType, content);
  return {
    javascript: as("text/javascript"),
    html: as("text/html"),
    markdown: as("text/markdown"),
    latex: as("text/latex"),
    svg: as("image/svg+xml"),
    png: as("image/png"),
    jpeg: as("image/jpeg"),
    gif: as("image/gif"),
    pdf: as("application/pdf"),
    text: as("text/plain"),
    raw,
  };
}

/** Besides what tslab sends, a `text/plain` for front ends that cannot draw the type: what would stand there. */
function bundleOf(contentType: string, content: string | Uint8Array): MimeBundle {
  const data = content instanceof Uint8Array ? base64(content) : content;
  if (contentType === "text/plain") return { data: { "text/plain": data } };
  if (/[/+]json$/.test(contentType)) return { data: { [contentType]: parsed(data), "text/plain": data } };
  if (readableTypes.has(contentType)) return { data: { [contentType]: data, "text/plain": data } };
  const size = plural(content.length, content instanceof Uint8Array ? "byte" : "character");
  return { data: { [contentType]: data, "text/plain": `<${contentType}, ${size}>` } };
}

/** Types that read well as they are. */
const readableTypes = new Set(["text/markdown", "text/latex"]);

/** JSON types go over the wire as JSON, not as its text; anything else goes as it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function versions(): TslabApi["versions"] {
  const require = createRequire(import.meta.url);
  const versionOf = (manifest: string) => (require(manifest) as { version: string }).version;
  return {
    tslab: versionOf("tslab/package.json"),
    typescript: versionOf("typescript/package.json"),
    node: process.version,
  };
}
