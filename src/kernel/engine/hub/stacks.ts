import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { runtimeNames } from "./layout.js";
import { decodeMappings, findSegment, type Mappings } from "./source-map.js";

/** A place in what the user wrote; line and column from 1, as stacks print them. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

interface Mapped {
  sourceMap: string;
  decoded?: { lines: Mappings; source: string };
}

/** Names of cells; those of local files are paths. */
const cellName = /^Cell \[/;

/** What is kept of cells: this many maps, with this much text (UTF-16 units). Frames of older cells show the compiled line. */
const keptMaps = 2000;
const keptText = 32 * 1024 * 1024;

/** Frames of our own that may stand between the user's code and where an error is made; twice the most seen. */
const ownFrames = 40;
/** As many as Node shows. */
const userFrames = 10;

/** The `Error.stackTraceLimit` with which the user's frames are still there below our own, which are not shown. */
export const stackTraceLimit = ownFrames + userFrames;

/** Name of the script that imports packages for cells; it lies in the notebook's folder, so that they are found from there. */
export const importerFile = "runlab-import.js";

/** A copy of this package that a notebook's folder has for itself. */
const ownCopy = /[\\/]node_modules[\\/]runlab[\\/]dist[\\/]/;

/** Turns stack frames of compiled cells into places of the user's text. */
export class Stacks {
  readonly #maps = new Map<string, Mapped>();
  /** UTF-16 units of all maps. */
  #size = 0;
  readonly #ownFiles: readonly string[];

  /** @param ownFolders - with a slash at their ends; frames of files in them are the package's own and are not shown */
  constructor(ownFolders: readonly string[]) {
    this.#ownFiles = ownFolders.flatMap((folder) => [folder, pathToFileURL(folder).href]);
  }

  /** @param sourceMap - JSON text, or "" for a file whose places are the user's own */
  add(file: string, sourceMap: string): void {
    this.#remove(file);
    this.#maps.set(file, { sourceMap });
    this.#size += sourceMap.length;
    for (const oldest of this.#maps.keys()) {
      if ((this.#maps.size <= keptMaps && this.#size <= keptText) || oldest === file) break;
      if (cellName.test(oldest)) this.#remove(oldest);
    }
  }

  #remove(file: string): void {
    this.#size -= this.#maps.get(file)?.sourceMap.length ?? 0;
    this.#maps.delete(file);
  }

  /** The user's text of a cell or local file, when it is known. */
  sourceOf(file: string): string | undefined {
    return this.#decoded(file)?.source;
  }

  /** For `Error.prepareStackTrace`. */
  format(error: Error, frames: readonly NodeJS.CallSite[]): string {
    const lines = frames.flatMap((frame) => this.#frame(frame) ?? []);
    const shown = Math.max(userFrames, Error.stackTraceLimit - ownFrames);
    return [headOf(error), ...lines.slice(0, shown)].join("\n");
  }

  /** Where a generated position (from 1) of a compiled file comes from. */
  place(file: string, line: number, column: number): Place {
    return this.#mapped(file, line, column) ?? { file, line, column };
  }

  /** @returns undefined when the line is not the user's */
  #mapped(file: string, line: number, column: number): Place | undefined {
    const decoded = this.#decoded(file);
    if (decoded === undefined) return { file, line, column };
    const segment = findSegment(decoded.lines, line - 1, column - 1);
    return segment && { file, line: segment[1] + 1, column: segment[2] + 1 };
  }

  #frame(frame: NodeJS.CallSite): string | undefined {
    const file = frame.getFileName() ?? frame.getEvalOrigin() ?? undefined;
    if (file === undefined || this.#isInternal(file)) return undefined;
    if (!this.#maps.has(file)) return `    at ${String(frame)}`;
    const place = this.#mapped(file, frame.getLineNumber() ?? 1, frame.getColumnNumber() ?? 1);
    // What TypeScript adds to a cell, for `using` and decorators, stands in no line of the user's.
    if (place === undefined) return undefined;
    const name = nameOf(frame);
    const at = `${place.file}:${place.line}:${place.column}`;
    const prefix = frame.isAsync() ? "async " : "";
    return name === "" ? `    at ${prefix}${at}` : `    at ${prefix}${name} (${at})`;
  }

  #isInternal(file: string): boolean {
    return (
      file.startsWith("node:") ||
      this.#ownFiles.some((own) => file.startsWith(own)) ||
      ownCopy.test(file) ||
      basename(file) === importerFile
    );
  }

  #decoded(file: string): { lines: Mappings; source: string } | undefined {
    const mapped = this.#maps.get(file);
    if (mapped === undefined || mapped.sourceMap === "") return undefined;
    if (mapped.decoded === undefined) {
      const map = JSON.parse(mapped.sourceMap) as { mappings: string; sourcesContent?: string[] };
      mapped.decoded = { lines: decodeMappings(map.mappings), source: map.sourcesContent?.[0] ?? "" };
    }
    return mapped.decoded;
  }
}

const boxPattern = `${runtimeNames.box.replaceAll("$", "\\$")}([\\p{ID_Continue}$]+)\\.v`;
const boxCall = new RegExp(`\\(0 ?, ?${boxPattern}\\)`, "gu");
const boxRead = new RegExp(boxPattern, "gu");

/** V8 prints the compiled expression in some messages: `$_f.v is not a function` becomes `f is not a function`. */
export function plainMessage(message: string): string {
  return message.replace(boxCall, "$1").replace(boxRead, "$1");
}

function headOf(error: Error): string {
  const message = plainMessage(String(error.message ?? ""));
  const name = String(error.name ?? "Error");
  return message === "" ? name : `${name}: ${message}`;
}

/** The function's name as V8 prints it, without the box it lives in. */
function nameOf(frame: NodeJS.CallSite): string {
  const name = frame.getFunctionName() ?? "";
  const method = frame.getMethodName();
  const type = frame.isToplevel() || name === "" ? null : frame.getTypeName();
  const full = frame.isConstructor()
    ? `new ${name}`
    : type && !name.startsWith(type) && method
      ? `${type}.${name}`
      : name;
  return plainMessage(full);
}
