import type { MimeBundle } from "../../render/mime-bundle.js";
import type { LoweredCell, LoweredText, SourceExtension } from "../extension.js";
import type { AssistRequest, Completeness, Completion, Engine } from "./engine.js";
import { toLowered, toSource } from "./position-map.js";
import { syntaxOf } from "./syntax.js";

/** Completion of a cell with magics in it: the extension's own places first, everything else is TypeScript's. */
export async function completeThrough(
  engine: Engine,
  extension: SourceExtension | undefined,
  request: AssistRequest,
): Promise<Completion> {
  const typescript = (asked: AssistRequest) => completeLowered(engine, extension, asked);
  return (await extension?.complete(request, syntaxOf(engine), typescript)) ?? typescript(request);
}

/** What the engine offers, whose text is another than the user's. */
async function completeLowered(
  engine: Engine,
  extension: SourceExtension | undefined,
  request: AssistRequest,
): Promise<Completion> {
  const place = lowerAround(engine, extension, request);
  if (place === undefined) return { matches: [], start: request.cursor, end: request.cursor };
  const found = await engine.complete({ ...request, code: place.text.text, cursor: place.cursor });
  const start = toSource(place.text.map, found.start);
  const isOffered = (name: string) => !extension?.ownNames?.has(name);
  return {
    ...found,
    matches: found.matches.filter(isOffered),
    ...(found.types && { types: found.types.filter(({ text }) => isOffered(text)) }),
    start,
    end: Math.max(start + (found.end - found.start), start),
  };
}

/** Hover, in the same order. */
export async function inspectThrough(
  engine: Engine,
  extension: SourceExtension | undefined,
  request: AssistRequest,
): Promise<MimeBundle | undefined> {
  const own = await extension?.inspect(request, syntaxOf(engine));
  if (own) return own;
  const place = lowerAround(engine, extension, request);
  return place && engine.inspect({ ...request, code: place.text.text, cursor: place.cursor });
}

/**
 * A cell whose magics cannot be read yet is judged as if they were not there. A cell magic goes on, as in IPython, until
 * an empty line ends it.
 */
export async function isCompleteThrough(
  engine: Engine,
  extension: SourceExtension | undefined,
  code: string,
): Promise<Completeness> {
  const lowered = tryLower(engine, extension, code);
  if (lowered === undefined) {
    // `%%run` alone: only its body is missing.
    const withBody = tryLower(engine, extension, `${code}\n0`);
    return withBody?.magic ? { status: "incomplete", indent: "" } : { status: "unknown" };
  }
  const body = lowered.code ? await engine.isComplete(lowered.code.text) : { status: "complete" as const };
  if (!lowered.magic || body.status !== "complete" || /\n[ \t]*$/.test(code)) return body;
  return { status: "incomplete", indent: "" };
}

/** The lowered text and the cursor in it; undefined where the cursor stands in no TypeScript. */
function lowerAround(
  engine: Engine,
  extension: SourceExtension | undefined,
  { code, cursor }: AssistRequest,
): { text: LoweredText; cursor: number } | undefined {
  // Half-written magics: TypeScript recovers from what it cannot read.
  const lowered = tryLower(engine, extension, code) ??
    tryLower(engine, extension, `${code}\n0`) ?? { code: { text: code } };
  for (const text of [lowered.magic?.header, lowered.code]) {
    const at = text && toLowered(text.map, cursor);
    if (text && at !== undefined) return { text, cursor: at };
  }
  return undefined;
}

function tryLower(engine: Engine, extension: SourceExtension | undefined, code: string): LoweredCell | undefined {
  if (extension === undefined) return { code: { text: code } };
  try {
    return extension.lower(code, syntaxOf(engine));
  } catch {
    return undefined;
  }
}
