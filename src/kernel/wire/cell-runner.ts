import { setOwn } from "../../own.js";
import type { MimeBundle } from "../../render/mime-bundle.js";

import type { CellProgram, ErrorContent, FromMain, ToMain } from "../messages.js";
import { compileError } from "./compile-error.js";
import type { EngineClient } from "./engine-client.js";
import type { History } from "./history.js";
import type { Content, Header, Message } from "./message.js";
import type { Publisher } from "./publisher.js";

/** What a cell needs of the worker. */
export interface CellRunnerParts {
  readonly engine: EngineClient;
  readonly history: History;
  readonly publisher: Publisher;
  post(message: ToMain): void;
  reply(message: Message, content: Content): void;
  /** Output that went past `process.stdout` is taken in; what was dropped is said. */
  settleOutput(cell: number): void;
}

interface Cell {
  readonly number: number;
  readonly message: Message;
  readonly count: number;
  readonly silent: boolean;
  readonly stored: boolean;
  /** Settles the step that is being waited for with the cell's error, or none. */
  settle: ((error: ErrorContent | undefined) => void) | undefined;
  phase: "compiling" | "running";
  /** Text that is to take the cell's place. */
  replacement?: string;
  /** Runs while the engine has not answered an interrupted compile. */
  timer?: NodeJS.Timeout;
}

/** What is published for a cell after it has ended: late timers still print under it. */
interface Parent {
  readonly header: Partial<Header>;
  readonly silent: boolean;
  readonly count: number;
}

/** Time an engine process gets to answer a compile request that the user has interrupted, ms. */
const engineTimeout = 3000;

export const interrupted: ErrorContent = {
  ename: "KernelInterrupt",
  evalue: "The cell was interrupted.",
  traceback: ["KernelInterrupt: The cell was interrupted."],
};

/** Works off one execute_request after another: counts, compiles, lets main evaluate, replies. */
export class CellRunner {
  readonly #parts: CellRunnerParts;
  readonly #parents = new Map<number, Parent>();
  readonly #evaluations = new Map<number, (message: FromMain & { type: "evaluated" }) => void>();
  #lastNumber = 0;
  #count = 0;
  #cell: Cell | undefined;
  #lastParent: Parent = { header: {}, silent: false, count: 0 };

  constructor(parts: CellRunnerParts) {
    this.#parts = parts;
  }

  /** The cell that runs now. */
  get running(): { number: number; message: Message } | undefined {
    return this.#cell;
  }

  /** What output of a cell belongs to; output of no cell belongs to the latest. */
  parent(number: number | undefined): Parent {
    return (number === undefined ? undefined : this.#parents.get(number)) ?? this.#lastParent;
  }

  /** A number for output that a message other than execute_request causes. */
  adopt(message: Message): number {
    this.#lastNumber += 1;
    this.#parents.set(this.#lastNumber, { header: message.header, silent: false, count: this.#count });
    return this.#lastNumber;
  }

  /** Nothing on main can print under this cell any more. */
  forget(number: number): void {
    if (number !== this.#cell?.number) this.#parents.delete(number);
  }

  async execute(message: Message, failing: () => Promise<void>): Promise<void> {
    const { code, silent = false, store_history: storeHistory = true, user_expressions: expressions } = message.content;
    const { publisher, history } = this.#parts;
    const source = typeof code === "string" ? code : "";
    const stored = silent !== true && storeHistory !== false && source.trim() !== "";
    if (stored) this.#count += 1;
    this.#lastNumber += 1;
    const count = this.#count;
    const cell: Cell = {
      number: this.#lastNumber,
      message,
      count,
      silent: silent === true,
      stored,
      settle: undefined,
      phase: "compiling",
    };
    this.#cell = cell;
    this.#lastParent = { header: message.header, silent: cell.silent, count };
    this.#parents.set(cell.number, this.#lastParent);
    // The engine begins while front ends are told.
    const over = this.#run(cell, source);
    publisher.status("busy", message.header);
    if (!cell.silent) publisher.publish("execute_input", { code: source, execution_count: count }, message.header);
    if (stored) history.add(count, source);
    const error = await over;
    const values = error ? {} : await this.#evaluateAll(cell, expressions);
    this.#parts.settleOutput(cell.number);
    if (error) await failing();
    if (error && !cell.silent) publisher.error(error, message.header);
    this.#cell = undefined;
    const outcome = error ? { status: "error", ...error } : { status: "ok", user_expressions: values };
    const { replacement: text } = cell;
    const payload = text === undefined ? [] : [{ source: "set_next_input", text, replace: true }];
    publisher.flush();
    this.#parts.reply(message, { ...outcome, execution_count: count, payload });
    publisher.status("idle", message.header);
  }

  replace(number: number, text: string): void {
    if (this.#cell?.number === number) this.#cell.replacement = text;
  }

  /** The reply of a cell that is not run because one before it failed. */
  abort(message: Message): void {
    const { publisher } = this.#parts;
    publisher.status("busy", message.header);
    this.#parts.reply(message, { status: "aborted", execution_count: this.#count });
    publisher.status("idle", message.header);
  }

  /** Ends a cell that is still being compiled; one that runs is main's to end. */
  interruptCompile(): void {
    const cell = this.#cell;
    if (cell?.phase !== "compiling" || !cell.settle) return;
    cell.timer = setTimeout(() => this.#parts.engine.abandon("it did not answer after an interrupt"), engineTimeout);
    cell.settle(interrupted);
  }

  /** Ends the running cell from here, when main cannot. */
  end(error: ErrorContent): void {
    this.#cell?.settle?.(error);
  }

  done(message: FromMain & { type: "done" }): void {
    if (message.facts) this.#parts.engine.tell(message.facts);
    if (message.cell === this.#cell?.number) this.#cell.settle?.(message.error);
  }

  evaluated(message: FromMain & { type: "evaluated" }): void {
    this.#evaluations.get(message.cell)?.(message);
  }

  async #run(cell: Cell, source: string): Promise<ErrorContent | undefined> {
    // User expressions belong to a cell on main, also to an empty one: front ends send them so.
    if (source.trim() === "" && !asksForValues(cell.message.content)) return undefined;
    const over = new Promise<ErrorContent | undefined>((settle) => {
      cell.settle = settle;
    });
    const compiled = await Promise.race([this.#compile(cell, source), over]);
    if (!compiled || "ename" in compiled) return compiled;
    cell.phase = "running";
    const { cellId } = cell.message.metadata;
    this.#parts.post({
      type: "execute",
      cell: cell.number,
      program: compiled,
      request: {
        count: cell.count,
        source,
        silent: cell.silent,
        stored: cell.stored,
        allowStdin: cell.message.content.allow_stdin !== false,
        ...(typeof cellId === "string" ? { cellId } : {}),
      },
    });
    return over;
  }

  async #compile(cell: Cell, source: string): Promise<CellProgram | ErrorContent> {
    try {
      const answer = await this.#parts.engine.request("compile", { source, count: cell.count });
      if (!answer.ok) return compileError(answer.diagnostics, source, cell.count);
      const { header } = cell.message;
      for (const { message } of answer.code?.diagnostics ?? []) {
        if (!cell.silent) this.#parts.publisher.stream("stderr", `${message}\n`, header);
      }
      return answer;
    } catch (error) {
      return errorContent(error);
    } finally {
      clearTimeout(cell.timer);
    }
  }

  async #evaluateAll(cell: Cell, expressions: unknown): Promise<Content> {
    if (expressions === null || typeof expressions !== "object") return {};
    const values: Content = {};
    for (const [name, source] of Object.entries(expressions)) {
      const result = await this.#evaluate(cell, String(source));
      const value =
        "ename" in result
          ? { status: "error", ...result }
          : { status: "ok", data: result.data, metadata: result.metadata ?? {} };
      setOwn(values, name, value);
    }
    return values;
  }

  async #evaluate(cell: Cell, source: string): Promise<MimeBundle | ErrorContent> {
    try {
      const answer = await this.#parts.engine.request("expression", { source, count: cell.count });
      if (!answer.ok) return compileError(answer.diagnostics, source, cell.count);
      const expression = answer.code;
      if (!expression) return { data: { "text/plain": "undefined" } };
      const { bundle, error } = await new Promise<FromMain & { type: "evaluated" }>((resolve) => {
        this.#evaluations.set(cell.number, resolve);
        cell.settle = (error) => resolve({ type: "evaluated", cell: cell.number, ...(error ? { error } : {}) });
        this.#parts.post({ type: "evaluate", cell: cell.number, expression });
      });
      return error ?? bundle ?? { data: { "text/plain": "undefined" } };
    } catch (error) {
      return errorContent(error);
    } finally {
      this.#evaluations.delete(cell.number);
    }
  }
}

function asksForValues({ user_expressions: expressions }: Content): boolean {
  return typeof expressions === "object" && expressions !== null && Object.keys(expressions).length > 0;
}

/** An error of the engine process as Jupyter's content; its hint, if it has one, is in the traceback. */
function errorContent(error: unknown): ErrorContent {
  const { name, message, hint }: Error & { hint?: string } = error instanceof Error ? error : new Error(String(error));
  const traceback = [`${name}: ${message}`, ...(hint ? [hint] : [])];
  return { ename: name, evalue: message, traceback };
}
