import type { MimeBundle } from "../render/mime-bundle.js";
import type { CompiledCell, CompiledModule, ValuePath } from "./engine/engine.js";
import type { CompiledMagicCall } from "./engine/protocol.js";
import type { ExtensionFacts } from "./extension.js";

/**
 * What the wire worker and the main thread say to each other: plain data, by `postMessage`. The worker knows Jupyter
 * and no user value; the main thread knows user values and no socket. A `cell` is the number of one request.
 */
export type ToMain =
  /** The first message: kernel_info is answered from now on. */
  | { type: "bound" }
  | { type: "execute"; cell: number; request: CellRequest; program: CellProgram }
  | { type: "evaluate"; cell: number; expression: CompiledCell }
  | { type: "interrupt"; cell: number | undefined }
  | { type: "terminated" }
  /** `held`: not published, because the cell's output is being captured. */
  | { type: "raw"; stream: StreamName; text: string; held: boolean }
  | { type: "drained"; ticket: number }
  | { type: "comm"; cell: number; message: CommMessage }
  | { type: "inspected"; ticket: number; bundle: MimeBundle | null }
  | { type: "reset"; ticket: number; error?: string }
  | { type: "module"; ticket: number; module: CompiledModule | null; error?: string }
  /** Which keys a value has, for completion. */
  | { type: "keys"; ticket: number; path: ValuePath }
  | { type: "shutdown" };

export type FromMain =
  | { type: "stream"; cell: number | undefined; stream: StreamName; text: string }
  | { type: "display"; cell: number | undefined; bundle: MimeBundle; displayId?: string }
  | { type: "update"; cell: number | undefined; bundle: MimeBundle; displayId: string }
  | { type: "clear"; cell: number | undefined; wait: boolean }
  | { type: "result"; cell: number; bundle: MimeBundle }
  | { type: "done"; cell: number; error?: ErrorContent; facts?: ExtensionFacts }
  | { type: "evaluated"; cell: number; bundle?: MimeBundle; error?: ErrorContent }
  | { type: "interrupting"; cell: number | undefined }
  | { type: "input"; cell: number; prompt: string; password: boolean }
  | { type: "drain"; ticket: number }
  /** What the engine has to say about a name, as hovering shows it. */
  | { type: "inspect"; ticket: number; name: string }
  /** The engine forgets the names of earlier cells. */
  | { type: "reset"; ticket: number }
  /** The engine compiles a local file that running code imports. */
  | { type: "module"; ticket: number; specifier: string; from: string }
  /** Text for the cell's place in the notebook, with its reply. */
  | { type: "replace"; cell: number; text: string }
  /** Raw output of the cell is handed to main and not published, from now on or no longer. */
  | { type: "capture"; cell: number; on: boolean }
  | { type: "comm"; cell: number | undefined; message: CommMessage }
  | { type: "keys"; ticket: number; keys: readonly string[] }
  | { type: "forget"; cell: number }
  | { type: "exit"; cell: number | undefined; code: number }
  | { type: "closed" };

/** A message of main as it is posted. */
export type PostedFromMain = FromMain & {
  /** What it adds to `ControlWord.backlog` until it has been sent to the front end; output only. */
  cost?: number;
  /** Output that was written when the interrupt was known, such as what a `finally` block prints. */
  late?: true;
};

/** Output that may be dropped when a flood is interrupted. A comm's messages may not, nor a cell's result. */
export function isDroppable({ type }: FromMain): boolean {
  return type === "stream" || type === "display" || type === "update" || type === "clear";
}

/** Costs beside the length of a text, in characters that take as long: of a message to the worker, and of one on iopub. */
export const postCost = 256;
export const publishCost = 8192;

/**
 * Output that may wait between the main thread and the front end before the main thread does, by its cost, and what is
 * left when it goes on: a bound on memory in a flood, and on the time that an interrupt and later cells wait behind it.
 */
export const backlogLimit = 2 * 1024 * 1024;
export const backlogRelief = backlogLimit / 2;

export type StreamName = "stdout" | "stderr";

export interface CellRequest {
  count: number;
  /** As the user wrote it. */
  source: string;
  cellId?: string;
  silent: boolean;
  /** It has a number of its own, and so a place in the history. */
  stored: boolean;
  allowStdin: boolean;
}

/** A cell as the engine process hands it on: a `%%magic` with its header, and the compiled code. */
export interface CellProgram {
  magic?: CompiledMagicCall;
  /** Absent when the cell is empty, or all of it is text for the magic. */
  code?: CompiledCell;
}

/** Jupyter's `error` content. */
export interface ErrorContent {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** @see Jupyter messaging, custom messages: comm_open, comm_msg, comm_close */
export interface CommMessage {
  type: "comm_open" | "comm_msg" | "comm_close";
  commId: string;
  /** comm_open only. */
  targetName?: string;
  data: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  buffers?: Uint8Array[];
}

/** The words of the `Int32Array` both threads share; each is written by one side and read by the other. */
export const ControlWord = {
  /** 1 while an interrupt is wanted; compiled loops read it. Must be word 0: the engine's check is `if (I[0])`. */
  interrupt: 0,
  /** Cost of the output that main has posted and the worker has not yet sent. */
  backlog: 1,
  /** Changes when an answer to `input` is in the reply port, or will never come. */
  input: 2,
  /** 1 once the worker has published the last words of a cell that called `process.exit`. */
  farewell: 3,
  /** 1 once compiled code has seen the interrupt and throws; it may still have to clean up. The worker sets it back. */
  noticed: 4,
  /**
   * Whether compiled functions throw the interrupt when they are entered, an `EntryCheck`: only while the main thread's event
   * loop does not get to the interrupt's message, so that no callback of other cells is hit.
   */
  entry: 5,
  /** Pieces of output that main has dropped because the interrupt was known and the backlog full. */
  dropped: 6,
} as const;

/** What `ControlWord.entry` says. */
export const EntryCheck = {
  /** The main thread has taken notice of the interrupt: no function is to throw any more. */
  closed: -1,
  off: 0,
  /** The next function that is entered throws; those that clean up behind it do not. */
  once: 1,
  /** Every function throws: there are more chains of callbacks than one. */
  always: 2,
} as const;

/** Number of words, with room for the engine. */
export const controlWords = 8;

/** What the worker thread is started with. */
export interface WireWorkerData {
  connectionFile: string;
  control: SharedArrayBuffer;
  /** Answers to `input`, read with `receiveMessageOnPort` while the main thread stands still. */
  inputPort: import("node:worker_threads").MessagePort;
  engine: EngineLaunch;
  /** Reading ends of the pipes that file descriptors 1 and 2 write to; absent where the platform has no FIFO. */
  rawOutput?: { stdout: number; stderr: number };
  /** Where the kernel's own log goes: a file descriptor, or absent for none. */
  logDescriptor?: number;
  kernelVersion: string;
  /** Version of TypeScript in the cells; asked for before the engine is up. */
  languageVersion: string;
  /** `Runtime.terminateExecution` is safe: node runs with --no-force-async-hooks-checks. */
  mayTerminate: boolean;
}

/** How the engine process is started. */
export interface EngineLaunch {
  /** The module to run. */
  entry: string;
  args: string[];
  /** What a startup snapshot is made of, for an engine that has one. */
  snapshotScript?: string;
}

/** Answer to `input`: what the user typed, or why there is none. */
export type InputAnswer = { value: string } | { refused: string };
