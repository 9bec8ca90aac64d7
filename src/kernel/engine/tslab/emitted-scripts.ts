import { join, relative } from "node:path";
import type * as typescript from "@tslab/typescript-for-tslab";
import { slashes } from "./watched-system.js";

type Builder = typescript.EmitAndSemanticDiagnosticsBuilderProgram;
type Transformer = typescript.TransformerFactory<typescript.SourceFile>;

/** Folder that tslab gives as `outDir`; nothing is written there. */
const outDir = "outDir";
const cellScript = "__tslab__.js";

/**
 * Keeps the source maps of what tslab compiles: TypeScript to a script, then that script to CommonJS.
 * tslab turns a local file into CommonJS while it is being written, and the cell after all files are.
 */
export class EmittedScripts {
  readonly #cwd: string;
  readonly #toScript = new Map<string, string>();
  readonly #toCommonJs = new Map<string, string>();
  #writing: string;

  constructor(cwd: string) {
    this.#cwd = cwd;
    this.#writing = this.#cell;
  }

  get #cell(): string {
    return slashes(join(this.#cwd, cellScript));
  }

  /** Source maps, as JSON text, of the steps to one script; absent: to the cell's. */
  maps(path = this.#cell): string[] {
    return [this.#toScript.get(path), this.#toCommonJs.get(path)].filter((map) => map !== undefined);
  }

  /** The builder itself, whose emit runs `before` first and leaves its maps here. */
  follow(builder: Builder, before: Transformer): Builder {
    const emit = builder.emit;
    builder.emit = (file, write, cancel, onlyDeclarations, custom) => {
      const transformers = { ...custom, before: [before, ...(custom?.before ?? [])] };
      const result = emit(file, this.#follow(write), cancel, onlyDeclarations, transformers);
      this.#writing = this.#cell;
      return result;
    };
    return builder;
  }

  /** Takes the map of a script that has become CommonJS, and the comment that names the map's file. */
  commonJs(output: typescript.TranspileOutput): typescript.TranspileOutput {
    this.#toCommonJs.set(this.#writing, output.sourceMapText ?? "");
    return { ...output, outputText: withoutMapComment(output.outputText) };
  }

  #follow(write: typescript.WriteFileCallback | undefined): typescript.WriteFileCallback {
    return (path, text, ...rest) => {
      const script = slashes(join(this.#cwd, relative(outDir, path)));
      if (path.endsWith(".js.map")) {
        this.#toScript.set(script.slice(0, -".map".length), text);
        return;
      }
      this.#writing = script;
      write?.(path, withoutMapComment(text), ...rest);
    };
  }
}

function withoutMapComment(js: string): string {
  return js.replace(/\n?\/\/# sourceMappingURL=[^\n]*\n?$/, "\n");
}
