import type { MimeBundle } from "../../render/mime-bundle.js";

/**
 * A cell engine in two halves that talk by plain data only.
 * `Engine` knows TypeScript: it lives in a process of its own and turns a cell's text into JavaScript.
 * `Evaluator` knows the user's values: it lives on the kernel's main thread and runs that JavaScript.
 * A compiled cell crosses between them, so both halves of one engine agree on its `format`.
 */
export interface Engine {
  readonly name: string;
  /** Version of TypeScript that checks the cells, e.g. "6.0.3". */
  readonly typescriptVersion: string;
  /** What is wrong with the folder's configuration, for the person. */
  readonly problems?: readonly string[];
  /** Checks and compiles; a cell with errors runs nothing and changes nothing. */
  compile(cell: CellInput): Promise<Compiled>;
  complete(request: AssistRequest): Promise<Completion>;
  /** Hover text; undefined when there is nothing to say at the cursor. */
  inspect(request: AssistRequest): Promise<MimeBundle | undefined>;
  isComplete(code: string): Promise<Completeness>;
  /** Whether an earlier cell, or the language and what it is told of the environment, gives a value of this name. */
  hasName(name: string): boolean;
  /** Relative imports and packages are looked up from another folder from now on (`%cd`). */
  moveTo?(folder: string): void;
  /**
   * Compiles a local file that code names only while it runs.
   * @param from - the file whose code asks
   * @returns undefined when this engine does not compile it: a package, say
   */
  compileModule?(specifier: string, from: string): Promise<CompiledModule | undefined>;
  /** Forgets every name of earlier cells (`%reset`). */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface CellInput {
  /** Execution count; file name in stack traces is `Cell [n]`. Silent cells and expressions of no count use their request's. */
  count: number;
  /** The cell as the user wrote it, or lowered by the magics. */
  text: string;
  /** Positions of `text` back to the user's source; absent when they are equal. */
  map?: PositionMap;
  /** The user's source, when `map` is there: lines and columns in stack traces are its. */
  source?: string;
  /** An expression evaluated for its value only (`user_expressions`, a `%%magic`'s header): declares nothing. */
  expression?: boolean;
}

/** Runs of text that stand in both, sorted by `lowered`; offsets in UTF-16 units. What is in no run is generated. */
export type PositionMap = ReadonlyArray<{ lowered: number; source: number; length: number }>;

export type Compiled = CompiledCell | { ok: false; diagnostics: Diagnostic[] };

export interface CompiledCell {
  ok: true;
  /** The engine that made it. */
  format: string;
  count: number;
  js: string;
  /** Source map (JSON text) from `js` to the user's source, when there is one. */
  sourceMap?: string;
  /** Names that the cell declares, in source order. */
  declares: string[];
  /** What else the evaluator of this format needs. */
  extra?: Record<string, unknown>;
  /** Warnings and suggestions that do not refuse the cell. */
  diagnostics?: Diagnostic[];
}

/** A local file with what it imports, ready to be loaded; of the evaluator's own format. */
export type CompiledModule = { ok: true; extra: Record<string, unknown> } | { ok: false; diagnostics: Diagnostic[] };

/** A compile error in the user's own coordinates. */
export interface Diagnostic {
  message: string;
  /** "TS2322", or "" for an error of no number. */
  code: string;
  category: "error" | "warning";
  /** Offset in the user's source, or in that of `file`, UTF-16 units. */
  start: number;
  length: number;
  /** The name under which the error is shown, when it is not TypeScript's: "MagicError". */
  name?: string;
  /** The file that the error is in, when it is one that the cell imports. */
  file?: { name: string; text: string };
}

export interface AssistRequest {
  code: string;
  /** UTF-16 offset; the wire has turned Jupyter's code points into it. */
  cursor: number;
  detailLevel?: 0 | 1;
  /** Of completion: variables that the notebook declares, here or in earlier cells; no global, function, type or keyword. */
  only?: "variables";
}

export interface Completion {
  matches: string[];
  /** UTF-16 offsets of the text that a match replaces. */
  start: number;
  end: number;
  /** Per match: "function", "magic", ... for `_jupyter_types_experimental`. */
  types?: Array<{ text: string; type: string; signature?: string }>;
  /** The value whose keys are asked for, where only the value itself can tell them. */
  path?: ValuePath;
}

/** The way from a name that cells share to a value: keys, and null for a first element. `rows[0].a` is `rows`, `["0", "a"]`. */
export interface ValuePath {
  name: string;
  steps: ReadonlyArray<string | null>;
}

export type Completeness =
  | { status: "complete" }
  | { status: "invalid" }
  | { status: "unknown" }
  | { status: "incomplete"; indent: string };

/** The half of an engine that runs cells; lives where the user's values live. */
export interface Evaluator {
  readonly format: string;
  /** Resolves with the value of the cell's last expression statement; rejects with what the cell threw. */
  evaluate(cell: CompiledCell, options: EvaluateOptions): Promise<CellValue>;
  /** Names of earlier cells that have a value now (`%who`). */
  names(): Map<string, unknown>;
  /** Forgets them. */
  reset(): void;
}

export interface EvaluateOptions {
  /** Folder that relative imports and node_modules are looked up from. */
  cwd: string;
}

export interface CellValue {
  /** False when the last statement is no expression, or ends the cell with a declaration. */
  hasValue: boolean;
  value: unknown;
}

/** Of a cell that begins with a comment holding `@browser`: as in tslab, it is neither checked nor run. */
export const browserCell: Diagnostic = {
  message: "This cell is marked @browser: it runs nothing here.",
  code: "",
  category: "warning",
  start: 0,
  length: 0,
};
