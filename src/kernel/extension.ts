import type { MimeBundle } from "../render/mime-bundle.js";
import type { AssistRequest, CellInput, CellValue, Completion, Diagnostic, PositionMap } from "./engine/engine.js";

/**
 * What the kernel lets others plug in, in its own words: it knows cells, not magics and not tracking.
 * The text half (`SourceExtension`) runs beside the engine, the value half (`CellExtension`) on the main thread.
 */
export interface SourceExtension {
  /** Declarations every cell sees, as the text of a `.d.ts` (global scope). */
  readonly ambient: string;
  /** Names of these declarations and of lowered text that nobody writes by hand: completion leaves them out. */
  readonly ownNames?: ReadonlySet<string>;
  /** Calls that get the TypeScript type of what they ask for, as they are written in compiled text: "$magic.signature". */
  readonly typedCalls?: readonly string[];
  /** Rewrites a cell before it is compiled. @throws {MagicError} with `at` in the user's source */
  lower(source: string, syntax: Syntax): LoweredCell;
  /**
   * Undefined when the cursor is not in a place of the extension's own.
   * @param typescript - what the engine offers in a cell, for places where a name of the notebook may stand
   */
  complete(
    request: AssistRequest,
    syntax: Syntax,
    typescript: (request: AssistRequest) => Promise<Completion>,
  ): Promise<Completion | undefined>;
  inspect(request: AssistRequest, syntax: Syntax): Promise<MimeBundle | undefined>;
  /** A cell is about to be compiled, and then to run: what was known of the world outside may change. */
  cellComes?(): void;
  /** Takes in what the value half knows; called when it has changed. */
  learn?(facts: ExtensionFacts): void;
}

/** What the value half tells the text half, in plain words: which store runs go to, say. */
export type ExtensionFacts = Readonly<Record<string, string>>;

export interface LoweredCell {
  /** Present when the first non-blank line is a `%%name`. */
  magic?: CellMagicCall;
  /** The code to compile; absent when the whole cell is text for the cell magic. */
  code?: LoweredText;
  /** Lines that may be meant otherwise: when a compile error starts inside one of these, it is shown in that error's place. */
  suspects?: Diagnostic[];
  /** What goes in front of a compile error's own message. */
  remarks?: Remark[];
}

/** For an error that starts in one of these ranges of the source and has one of the numbers ("TS2345"). */
export interface Remark {
  ranges: ReadonlyArray<{ start: number; end: number }>;
  codes: readonly string[];
  text: string;
}

export interface LoweredText {
  text: string;
  /** Absent when `text` is the source itself. */
  map?: PositionMap;
}

export interface CellMagicCall {
  name: string;
  /** Arguments when they are all literal; else `header` is an expression that gives them. */
  args?: Record<string, unknown>;
  /** An expression evaluated before the body, in the scope of earlier cells. */
  header?: LoweredText;
  /** The body verbatim, for magics whose input is text. */
  text?: string;
}

/** The questions about TypeScript that lowering asks; answered by the engine's own TypeScript. */
export interface Syntax {
  /**
   * Offset just after the `}` (or closing backquote) that ends the expression opened at `start`
   * (`text[start]` is `{` or a backquote); -1 when it is not closed.
   */
  closing(text: string, start: number): number;
  /** Every expression statement, declaration with initializer, and the function or class that holds it, by offset. */
  statements(text: string): StatementSpan[];
  /** Whether `text`, as a module, has no syntax error (types are not looked at). */
  parses(text: string): boolean;
  /** Whether a name has a value in a cell: `text` declares it somewhere, an earlier cell did, or it is a global or a keyword. */
  hasName(name: string, text: string): boolean;
}

export interface StatementSpan {
  start: number;
  end: number;
  /** `void`: the statement is exactly `void 0`; `assigned`: a `const|let|var name = void 0` declaration. */
  kind: "void" | "assigned" | "other";
  /** Where it stands: top level or async function (await is fine), sync function (it is not), class body or generator. */
  place: "async" | "sync" | "class";
}

/** The value half: wraps the evaluation of a cell. */
export interface CellExtension {
  /** Names put on `globalThis` for lowered text to call. */
  readonly globals: Readonly<Record<string, unknown>>;
  /** Runs `body` inside a cell magic; the value it resolves with becomes the cell's. */
  runMagic(call: ResolvedCellMagic, cell: CellInfo, body: () => Promise<CellValue>): Promise<CellValue>;
  /** Before the reply: what the cell left pending is saved, or its failure thrown. Idle means saved. */
  settle(cell: CellInfo): Promise<void>;
  /** What the text half should know from now on; asked after each cell. */
  facts?(): ExtensionFacts;
  /** Which part of its cell the calling code belongs to, for a person (`trial n=3`); undefined when the cell is one. */
  origin?(): string | undefined;
  /** The kernel is about to exit; at most a second is given. */
  close(): Promise<void>;
}

export interface ResolvedCellMagic {
  name: string;
  args: Record<string, unknown>;
  text?: string;
}

/** One execution of one cell. */
export interface CellInfo {
  count: number;
  /** As the user wrote it. */
  source: string;
  /** From execute_request's metadata, when the front end sends it (JupyterLab: `cellId`). */
  cellId?: string;
  silent: boolean;
  /** Aborted when the user interrupts the cell. */
  signal: AbortSignal;
  /** stdout and stderr of this cell so far are handed to every subscriber, besides being shown. */
  onOutput(listener: (stream: "stdout" | "stderr", text: string) => void): () => void;
  /** Holds back what the cell shows from now on, streams and displays, and hands it to `taker`; the result ends that. */
  capture(taker: OutputTaker): () => void;
}

/** Receives a cell's output before the front end does (`%%capture`); output for which it returns false is shown as usual. */
export interface OutputTaker {
  stream(name: "stdout" | "stderr", text: string): boolean;
  display(bundle: MimeBundle, displayId?: string): boolean;
}

export type { CellInput };
