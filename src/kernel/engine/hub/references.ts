import { resolve } from "node:path";
import type { CellInput, Diagnostic } from "../engine.js";
import { toSource } from "../position-map.js";
import { type TypeScript, ts } from "../typescript.js";
import type { Documents } from "./documents.js";
import type { Layout } from "./layout.js";
import { slashes } from "./resolution.js";

/** A `/// <reference … />` at a cell's top. */
interface Reference {
  /** The same, for another file. */
  line: string;
  /** Where its value stands in the cell. */
  start: number;
  end: number;
}

/**
 * `/// <reference lib="dom" />` and its like. TypeScript reads them at the top of a file, where a line of ours stands;
 * and what they bring is there for a whole program. So they go to the file of what all cells see, and stay there.
 */
export class References {
  #lines: readonly string[] = [];

  readonly #documents: Documents;
  readonly #layout: Layout;

  constructor(documents: Documents, layout: Layout) {
    this.#documents = documents;
    this.#layout = layout;
  }

  /** The files that hold them: none as long as no cell has any. */
  files(): string[] {
    return this.#lines.length === 0 ? [] : [this.#layout.references];
  }

  /**
   * Takes those of a cell.
   * @param programNow - with the files as they are by then
   * @returns what TypeScript says of those that name nothing; then none of the cell's is taken
   */
  take(input: Pick<CellInput, "text" | "map">, programNow: () => TypeScript.Program): Diagnostic[] {
    const before = this.#lines;
    const added = referencesOf(input.text, this.#layout.cwd).filter(({ line }) => !before.includes(line));
    if (added.length === 0) return [];
    this.#write([...new Set([...before, ...added.map(({ line }) => line)])]);
    const program = programNow();
    const file = program.getSourceFile(this.#layout.references);
    const found = file ? program.getSemanticDiagnostics(file) : [];
    const problems = found.flatMap(({ start = 0, code, messageText }): Diagnostic[] => {
      const line = file?.getLineAndCharacterOfPosition(start).line ?? 0;
      const reference = added.find((one) => one.line === this.#lines[line]);
      if (reference === undefined) return [];
      const from = toSource(input.map, reference.start);
      const length = toSource(input.map, reference.end) - from;
      const message = ts.flattenDiagnosticMessageText(messageText, "\n");
      return [{ message, code: `TS${code}`, category: "error", start: from, length }];
    });
    if (problems.length > 0) this.#write(before);
    return problems;
  }

  reset(): void {
    if (this.#lines.length > 0) this.#write([]);
  }

  #write(lines: readonly string[]): void {
    this.#lines = lines;
    if (lines.length > 0) this.#documents.set(this.#layout.references, [...lines, "export {};"].join("\n"));
    else this.#documents.delete(this.#layout.references);
  }
}

function referencesOf(text: string, cwd: string): Reference[] {
  if (!/^[ \t]*\/\/\/[ \t]*<reference\b/m.test(text)) return [];
  const { libReferenceDirectives, typeReferenceDirectives, referencedFiles } = ts.preProcessFile(text, false);
  const reference = (kind: string, value: string, { pos, end }: TypeScript.FileReference): Reference => ({
    line: `/// <reference ${kind}="${value}" />`,
    start: pos,
    end,
  });
  return [
    ...libReferenceDirectives.map((each) => reference("lib", each.fileName, each)),
    ...typeReferenceDirectives.map((each) => reference("types", each.fileName, each)),
    ...referencedFiles.map((each) => reference("path", slashes(resolve(cwd, each.fileName)), each)),
  ];
}
