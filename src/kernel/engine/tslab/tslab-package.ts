import { createRequire } from "node:module";
import type { Converter, ConverterOptions } from "tslab/dist/converter.js";
import { own, setOwn } from "../../../own.js";

/** tslab's compiler: a fork of TypeScript 5.0.4. Its types are those of that fork. */
export type TslabTypeScript = typeof import("@tslab/typescript-for-tslab");

export type { Converter };
export type CodeMetadata = ReturnType<TslabPackage["getCodeMetadata"]>;
export type TslabDiagnostic = ReturnType<Converter["convert"]>["diagnostics"][number];

/** The parts of tslab that the engine uses. Nothing else in the project imports tslab. */
export interface TslabPackage {
  ts: TslabTypeScript;
  createConverter(options?: ConverterOptions): Converter;
  isCompleteCode(code: string): { completed: boolean; indent?: string };
  printQuickInfo(info: ReturnType<Converter["inspect"]>): string;
  getCodeMetadata: typeof import("tslab/dist/metadata.js").getCodeMetadata;
}

const requireFromHere = createRequire(import.meta.url);

/**
 * Loads tslab's converter on top of a compiler that `adapt` may change.
 * tslab fixes its compiler options inside `createConverter`, so the one way to other options is the compiler that it
 * requires. The changed compiler stands in Node's cache only while the converter loads; everyone else's is untouched.
 * @param adapt - given tslab's compiler, returns the one its converter shall see
 */
export function loadTslab<Compiler extends { ts: TslabTypeScript }>(
  adapt: (ts: TslabTypeScript) => Compiler,
): { tslab: TslabPackage; compiler: Compiler } {
  const converterPath = requireFromHere.resolve("tslab/dist/converter.js");
  const requireFromTslab = createRequire(converterPath);
  const compilerPath = requireFromTslab.resolve("@tslab/typescript-for-tslab");
  const ts = requireFromTslab(compilerPath) as TslabTypeScript;
  const compiler = adapt(ts);
  const cachedCompiler = own(requireFromTslab.cache, compilerPath);
  const cachedConverter = own(requireFromTslab.cache, converterPath);
  try {
    delete requireFromTslab.cache[converterPath];
    setOwn(requireFromTslab.cache, compilerPath, { ...cachedCompiler, exports: compiler.ts } as NodeJS.Module);
    const converter = requireFromTslab(converterPath) as typeof import("tslab/dist/converter.js");
    const tslab: TslabPackage = {
      ts,
      createConverter: converter.createConverter,
      isCompleteCode: converter.isCompleteCode,
      printQuickInfo: (requireFromTslab("./inspect.js") as typeof import("tslab/dist/inspect.js")).printQuickInfo,
      getCodeMetadata: (requireFromTslab("./metadata.js") as typeof import("tslab/dist/metadata.js")).getCodeMetadata,
    };
    return { tslab, compiler };
  } finally {
    restore(requireFromTslab.cache, compilerPath, cachedCompiler);
    restore(requireFromTslab.cache, converterPath, cachedConverter);
  }
}

function restore(cache: NodeJS.Dict<NodeJS.Module>, path: string, module: NodeJS.Module | undefined): void {
  if (module === undefined) delete cache[path];
  else setOwn(cache, path, module);
}
