import type { MimeBundle } from "../../render/mime-bundle.js";
import type { LoweredText, SourceExtension } from "../extension.js";
import type { AssistRequest, Completeness, Completion, Engine } from "./engine.js";
import { toLowered, toSource } from "./position-map.js";
import { typescriptSyntax } from "./syntax.js";

/** Completion of a cell with magics in it: the extension's own places first, everything else is TypeScript's. */
export async function completeThrough(
  engine: Engine,
  extension: SourceExtension | undefined,
  request: AssistRequest,
): Promise<Completion> {
  const own = await extension?.complete(request, typescriptSyntax);
  if (own) return own;
  const place = lowerAround(extension, request);
  if (place === undefined) return { matches: [], start: request.cursor, end: request.cursor };
  const found = await engine.complete({ ...request, code: place.text.text, cursor: place.cursor });
  const start = toSource(place.text.map, found.start);
  return { ...found, start, end: Math.max(start + (found.end - found.start), start) };
}

/** Hover, in the same order. */
export async function inspectThrough(
  engine: Engine,
  extension: SourceExtension | undefined,
  request: AssistRequest,
): Promise<MimeBundle | undefined> {
  const own = await extension?.inspect(request, typescriptSyntax);
  if (own) return own;
  const place = lowerAround(extension, request);
  return place && engine.inspect({ ...request, code: place.text.text, cursor: place.cursor });
}

/** A cell whose magics cannot be read yet is judged as if they were not there. */
export async function isCompleteThrough(
  engine: Engine,
  extension: SourceExtension | undefined,
  code: string,
): Promise<Completeness> {
  const lowered = tryLower(extension, code);
  if (lowered === undefined) return { status: "unknown" };
  if (lowered.text === undefined) return { status: "complete" };
  return engine.isComplete(lowered.text.text);
}

/** The lowered text and the cursor in it; undefined where the cursor stands in no TypeScript. */
function lowerAround(
  extension: SourceExtension | undefined,
  { code, cursor }: AssistRequest,
): { text: LoweredText; cursor: number } | undefined {
  const lowered = tryLower(extension, code);
  // Half-written magics: TypeScript recovers from what it cannot read.
  const text = lowered ? lowered.text : { text: code };
  if (text === undefined) return undefined;
  const at = toLowered(text.map, cursor);
  return at === undefined ? undefined : { text, cursor: at };
}

function tryLower(extension: SourceExtension | undefined, code: string): { text?: LoweredText } | undefined {
  if (extension === undefined) return { text: { text: code } };
  try {
    const { code: text, magic } = extension.lower(code, typescriptSyntax);
    return { text: text ?? magic?.header };
  } catch {
    return undefined;
  }
}
