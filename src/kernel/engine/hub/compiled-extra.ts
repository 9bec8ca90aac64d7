/** What a compiled cell of this engine carries besides its script; plain data that crosses to the evaluator. */
export interface HubExtra extends Record<string, unknown> {
  /** Length of the wrapper in front of the script's first line, in columns. */
  head: number;
  /** Names whose boxes the script takes, in order. */
  boxes: string[];
  hasValue: boolean;
  /** Specifiers of local files, as the cell writes them, to their paths. */
  links: Record<string, string>;
  /** Those files and what they import, deepest first. */
  modules: LocalModule[];
}

/** What stands for a local file that code names only while it runs. */
export interface ModuleExtra extends Record<string, unknown> {
  path: string;
  /** The file and what it imports, deepest first. */
  modules: LocalModule[];
}

/** A `.ts` or `.js` file beside the notebook, compiled to CommonJS; or a JSON file, which has no script. */
export interface LocalModule {
  path: string;
  /** Changes with the file's text. */
  version: string;
  js: string;
  sourceMap: string;
  head: number;
  /** Whether it awaits at its top level. */
  async: boolean;
  /** The file is CommonJS as written: what it offers is its `module.exports`. */
  commonJs: boolean;
  links: Record<string, string>;
  /** Specifiers of packages and built-ins that it imports. */
  imports: string[];
}
