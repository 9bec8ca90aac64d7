import { basename, dirname, relative, resolve, sep } from "node:path";
import type TypeScript from "typescript";
import { KernelError, MagicError, RunlabError } from "../../errors.js";
import { typescriptSyntax } from "../../kernel/engine/syntax.js";
import { ts } from "../../kernel/engine/typescript.js";
import type { Syntax } from "../../kernel/extension.js";
import { MagicIndex } from "../../magics/language/find-magic.js";
import { magics } from "../../magics/registry.js";
import { type ConvertedCell, convertCell } from "./convert-cell.js";
import type { NotebookFile } from "./notebook-file.js";
import { ScriptNames } from "./script-names.js";

export interface ConvertedNotebook {
  text: string;
  /** Magics that became comments, each once. */
  left: string[];
}

/**
 * A notebook as a plain TypeScript module: magics are calls of the typed API, text is comments, imports stand on top.
 * @param from - the notebook's path; @param to - the script's, which relative imports are written for
 * @throws {RunlabError} that names the cell
 */
export function convertNotebook(notebook: NotebookFile, from: string, to: string): ConvertedNotebook {
  const index = new MagicIndex(magics);
  const sources = notebook.cells.filter(({ kind }) => kind === "code").map(({ source }) => source);
  const names = new ScriptNames(sources, (module) => moduleFrom(module, dirname(resolve(from)), dirname(resolve(to))));
  const hasName: Syntax["hasName"] = (name, text) =>
    [text, ...sources].some((cell) => typescriptSyntax.hasName(name, cell));
  const parts: string[] = [];
  const left = new Set<string>();
  /** The first cell that uses what a notebook keeps of its cells, by name. */
  const history = new Map<string, number>();
  let open = false;
  let number = 0;
  for (const { kind, source } of notebook.cells) {
    if (source.trim() === "" || kind === "raw") continue;
    if (kind === "markdown") {
      parts.push(asComment(source));
      continue;
    }
    number += 1;
    const cell = inCell(number, () => {
      const converted = convertCell(source, index, { ...typescriptSyntax, hasName });
      checkSyntax(converted.text);
      return converted;
    });
    for (const name of cell.left) left.add(name);
    const ends: boolean = open && cell.startsRun && !/^await startRun\(.*nested: true/m.test(cell.text);
    if (ends) cell.imports.push({ module: "runlab", name: "endRun" });
    for (const { module, name } of cell.imports) names.import(module, name);
    const text = names.add(ends ? `await endRun()\n${cell.text}` : cell.text);
    for (const name of ["_", "In", "Out"]) if (names.isFree(name) && !history.has(name)) history.set(name, number);
    if (text !== "") parts.push(text);
    open = (open && !ends) || cell.leavesRun;
  }
  const stand = kernelNames(names);
  for (const [name, cell] of history) if (names.isFree(name)) throw noHistory(name, cell);
  const imports = names.importText();
  const top = `// From ${basename(from)}, by runlab convert.`;
  const text = `${[top, imports, stand, ...parts].filter((part) => part !== "").join("\n\n")}\n`;
  return { text, left: [...left] };
}

/** Declares what a cell has without a declaration, and a module has not, as far as the cells use it. */
function kernelNames(names: ScriptNames): string {
  const declarations: string[] = [];
  const declare = (name: string, value: string, ...imports: Array<[module: string, name: string]>): void => {
    if (!names.isFree(name)) return;
    for (const [module, imported] of imports) names.import(module, imported);
    declarations.push(`const ${name} = ${value}`);
  };
  declare("require", "createRequire(import.meta.url)", ["node:module", "createRequire"]);
  declare("__filename", "fileURLToPath(import.meta.url)", ["node:url", "fileURLToPath"]);
  declare("__dirname", `fileURLToPath(new URL(".", import.meta.url))`, ["node:url", "fileURLToPath"]);
  declare("display", "(value: unknown) => console.log(value)");
  declare("updateDisplay", "(_displayId: string, value: unknown) => console.log(value)");
  declare("clearOutput", "() => {}");
  return declarations.join("\n");
}

/** In a notebook `Out[3]` is the value of cell 3. */
function noHistory(name: string, cell: number): KernelError {
  const message = `Code cell ${cell}: a script has no ${name}, because its cells have no numbers and keep no values.`;
  return new KernelError("NOT_IMPLEMENTED", message, {
    hint: "Give the value a name in its cell, and use that name.",
  });
}

/**
 * What of a script is TypeScript that does something when it runs, so that plain Node, which only strips types, refuses it.
 * @returns "an enum", …; undefined when nothing is
 */
export function notStripped(text: string): string | undefined {
  const find = (node: TypeScript.Node): string | undefined => {
    if (ts.canHaveModifiers(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword)) return;
    if (ts.isEnumDeclaration(node)) return "an enum";
    if (ts.isModuleDeclaration(node)) return "a namespace";
    if (ts.isImportEqualsDeclaration(node)) return "import =";
    if (ts.isParameter(node) && ts.isParameterPropertyDeclaration(node, node.parent)) return "a parameter property";
    if (ts.isDecorator(node)) return "a decorator";
    return ts.forEachChild(node, find);
  };
  return find(ts.createSourceFile("script.ts", text, ts.ScriptTarget.ESNext, true));
}

/** Relative imports go on meaning the same file. */
function moduleFrom(module: string, before: string, now: string): string {
  if (!/^\.{1,2}\//.test(module)) return module;
  const path = relative(now, resolve(before, module)).split(sep).join("/");
  return path.startsWith(".") ? path : `./${path}`;
}

/**
 * Code that cannot be read would be written as TypeScript guesses it.
 * @throws {KernelError} INVALID_PARAMETER_VALUE with the first thing that is wrong
 */
function checkSyntax(text: string): void {
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    target: ts.ScriptTarget.ESNext,
    jsx: ts.JsxEmit.Preserve,
  };
  const wrong = (fileName: string) =>
    ts.transpileModule(text, { fileName, compilerOptions, reportDiagnostics: true }).diagnostics?.[0];
  const first = wrong("cell.ts");
  if (first === undefined || wrong("cell.tsx") === undefined) return;
  const line = text.slice(0, first.start).split("\n").length;
  const reason = ts.flattenDiagnosticMessageText(first.messageText, " ");
  throw new KernelError("INVALID_PARAMETER_VALUE", `${reason} In: ${text.split("\n")[line - 1]?.trim() ?? ""}`, {
    hint: "Make the cell run in the notebook before you convert it. In a magic's list or value, an object is written {{ … }}.",
  });
}

function asComment(markdown: string): string {
  return markdown
    .trim()
    .split("\n")
    .map((line) => `// ${line}`.trimEnd())
    .join("\n");
}

function inCell(number: number, convert: () => ConvertedCell): ConvertedCell {
  try {
    return convert();
  } catch (error) {
    if (!(error instanceof RunlabError)) throw error;
    throw new MagicError(error.code, `Code cell ${number}: ${error.message}`, { hint: error.hint, cause: error });
  }
}
