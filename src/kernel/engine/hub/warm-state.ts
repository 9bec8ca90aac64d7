import type { TypeScript } from "../typescript.js";

/** What a startup snapshot has already done: files parsed and bound, imports between them resolved. */
export interface WarmState {
  /** TypeScript's libs, `@types/node`, the package's own declarations; as they were when the snapshot was made. */
  parsed: Map<string, { version: string; file: TypeScript.SourceFile }>;
  resolved: Map<string, TypeScript.ResolvedModuleWithFailedLookupLocations>;
}

const warmKey: symbol = Symbol.for("runlab.engine.warm");

/** The snapshot's, when this process was started from one. */
export function warmState(): WarmState | undefined {
  return Reflect.get(globalThis, warmKey) as WarmState | undefined;
}

/** Called while a snapshot is being made. */
export function leaveWarmState(state: WarmState): void {
  Reflect.set(globalThis, warmKey, state);
}
