import type { MimeBundle } from "../../render/mime-bundle.js";
import type { ExtensionFacts } from "../extension.js";
import type { AssistRequest, CompiledCell, CompiledModule, Completeness, Completion, Diagnostic } from "./engine.js";

/**
 * What the wire worker and the engine process say to each other over Node's IPC channel (`process.send`,
 * `serialization: "json"` or `"advanced"`: every message is plain JSON). One answer per request, by `id`, in any order;
 * compile requests are worked off in the order they arrive.
 */
export type EngineRequest = { id: number; surroundings?: Surroundings } & (
  | {
      op: "compile";
      /** The cell as the user wrote it; magics are lowered in the engine process. */
      source: string;
      count: number;
    }
  /** One expression for its value only (`user_expressions`); magics are not looked for. */
  | { op: "expression"; source: string; count: number }
  | { op: "complete"; request: AssistRequest }
  | { op: "inspect"; request: AssistRequest }
  | { op: "isComplete"; code: string }
  /** A local file that code names while it runs: `await import(path)`. */
  | { op: "module"; specifier: string; from: string }
  /** Forgets every name of earlier cells. */
  | { op: "reset" }
  /** Answered, then the process ends by itself. It also ends when the channel closes. */
  | { op: "close" }
);

/** Nobody waits any more for the answer to the request of this id, which asked for completion or its like; not answered. */
export interface DropRequest {
  op: "drop";
  id: number;
}

/** What holds on the main thread at the time of a request, and the engine process cannot see. */
export interface Surroundings {
  /** Working directory: `%cd` and `process.chdir` move it. */
  folder?: string;
  facts?: ExtensionFacts;
}

/** What `op` is answered with. */
export interface EngineResults {
  compile: CompileAnswer;
  expression: CompileAnswer;
  complete: Completion;
  inspect: MimeBundle | null;
  isComplete: Completeness;
  /** Null when it is no file for the engine to compile. */
  module: CompiledModule | null;
  reset: null;
  close: null;
}

export type EngineMessage =
  /** Sent once, before any answer, as soon as requests are taken. */
  | { event: "ready"; engine: string; typescriptVersion: string; pid: number; problems?: readonly string[] }
  | { id: number; ok: true; result: EngineResults[keyof EngineResults] }
  /** The request itself failed (a defect, or a magic the cell may not have: then `at` marks it in the user's source). */
  | { id: number; ok: false; error: EngineFailure };

export interface EngineFailure {
  name: string;
  message: string;
  stack?: string;
}

/** A cell ready to run, or what is wrong with it; then nothing has changed. */
export type CompileAnswer =
  | {
      ok: true;
      /** Present when the first non-blank line is a `%%name`. */
      magic?: CompiledMagicCall;
      /** Absent when the cell is empty, or all of it is text for the cell magic. */
      code?: CompiledCell;
    }
  | { ok: false; diagnostics: Diagnostic[] };

/** A `CellMagicCall` whose header has been compiled. */
export interface CompiledMagicCall {
  name: string;
  /** Arguments when they are all literal. */
  args?: Record<string, unknown>;
  /** Else: evaluates to the arguments; run it before the body. */
  header?: CompiledCell;
  /** The body verbatim, for magics whose input is text. */
  text?: string;
}

/** An engine process's end of the channel to the wire worker. */
export interface EngineChannel {
  send(message: EngineMessage): void;
  close(): void;
}

/**
 * Opens the channel of this engine process, Node's own to the process that forked it. It ends with the channel, so that
 * no engine outlives its kernel.
 * @param take - gets every request, in order
 */
export function openEngineChannel(take: (request: EngineRequest | DropRequest) => void): EngineChannel {
  process.on("message", take);
  process.on("disconnect", () => process.exit(0));
  return { send: (message) => void process.send?.(message), close: () => process.disconnect?.() };
}
