/** Both halves of the tslab engine agree on this word. */
export const tslabFormat = "tslab-commonjs-1";

/** Name that a dynamic `import()` of a cell is called by: a `require` could not load a module with a top-level await. */
export const dynamicImportName = "$import";

/** What `TslabEvaluator` needs of a cell besides its JavaScript. */
export interface TslabExtra extends Record<string, unknown> {
  /** Name on the scope that holds the value of the last expression statement. */
  lastExpression?: string;
  /** Modules that the cell imports, as written. */
  imports: string[];
  /** JavaScript of local files and `@module` cells that are new or have changed. */
  files: TslabFile[];
}

export interface TslabFile {
  /** Absolute, `/`-separated, ending in `.js` whatever the source's own ending. */
  path: string;
  js: string;
  /** The file that the user wrote; its name in stack traces. */
  source: string;
  /** Source map, as JSON text, from `js` to it. */
  sourceMap: string;
}

/** What stands for a local file that code names only while it runs. */
export interface TslabModuleExtra extends Record<string, unknown> {
  /** `TslabFile.path` of that file. */
  path: string;
  /** Of it and what it imports, those that are new or have changed. */
  files: TslabFile[];
}
