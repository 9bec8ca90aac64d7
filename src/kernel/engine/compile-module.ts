import type { CompiledModule } from "./engine.js";

/** Asks the engine for a local file; undefined when it is none for it to compile. */
export type CompileModule = (specifier: string, from: string) => Promise<CompiledModule | undefined>;

/** Whether a specifier is that of a file, and not of a package. */
export function isPath(specifier: string): boolean {
  return /^(\.{1,2}\/|\/|file:|[A-Za-z]:[\\/])/.test(specifier);
}
