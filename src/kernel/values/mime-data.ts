import type { MimeBundle } from "../../render/mime-bundle.js";
import { isPlainRecord, readOwn } from "./read-property.js";
import type { ValueKind } from "./value-kind.js";

/**
 * A MIME bundle as a value: `{ "text/html": "<b>x</b>" }`, or as Jupyter's messages have it, `{ data: { … }, metadata: { … } }`.
 */
export const mimeData: ValueKind = {
  name: "mime-data",
  bundle(value) {
    if (!isPlainRecord(value)) return undefined;
    if (isBundle(value)) return withText({ data: wireData(value) });
    const data = readOwn(value, "data");
    // Before its keys are listed, which takes long when there are very many.
    if (!isPlainRecord(data)) return undefined;
    const keys = Object.keys(value);
    const metadata = readOwn(value, "metadata");
    const isMessage = keys.every((key) => ["data", "metadata", "transient"].includes(key));
    if (!isMessage || !isBundle(data)) return undefined;
    return withText({ data: wireData(data), ...(isPlainRecord(metadata) ? { metadata } : {}) });
  },
};

/** At least one MIME type, and nothing else. */
export function isMimeData(data: unknown): data is Record<string, unknown> {
  if (typeof data !== "object" || data === null) return false;
  const names = Object.keys(data);
  return names.length > 0 && names.every((type) => /^[\w.+-]+\/[\w.+-]+$/.test(type));
}

/** The same with bytes as the base64 text that Jupyter's messages have. */
export function wireData(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).map(([type, content]) => [type, asText(content)]));
}

/** Stricter than `isMimeData`, since nobody has said that the record is one: names of files have a slash too. */
function isBundle(data: Record<string, unknown>): boolean {
  return (
    isMimeData(data) &&
    Object.entries(data).every(
      ([type, content]) =>
        /^(?:application|audio|font|image|model|text|video)\//.test(type) &&
        (typeof content === "string" || content instanceof Uint8Array || (isJson(type) && typeof content === "object")),
    )
  );
}

function isJson(type: string): boolean {
  return /[/+]json$/.test(type);
}

/** Every output has a text, for front ends that know none of its types. */
function withText({ data, ...rest }: MimeBundle): MimeBundle {
  const text = `<${Object.keys(data).join(", ")}>`;
  const readable = data["text/markdown"] ?? data["text/latex"] ?? text;
  return { data: { "text/plain": readable, ...data }, ...rest };
}

function asText(content: unknown): unknown {
  if (!(content instanceof Uint8Array)) return content;
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString("base64");
}
