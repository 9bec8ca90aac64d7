import type { TypeScript } from "../typescript.js";

/** What an engine has already done for the next one: files parsed and bound, imports between them resolved. */
export interface WarmState {
  /** TypeScript's libs, `@types/node`, the package's own declarations; as they were then. */
  parsed: Map<string, { version: string; file: TypeScript.SourceFile }>;
  resolved: Map<string, TypeScript.ResolvedModuleWithFailedLookupLocations>;
}
