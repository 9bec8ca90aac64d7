import type { AsyncLocalStorage } from "node:async_hooks";
import { KernelError } from "../../errors.js";
import type { MimeBundle } from "../../render/mime-bundle.js";
import { homeFolder } from "../../user-folders.js";
import type { CellOutput } from "../cell-output.js";
import type { CellValue, CompiledCell, CompiledModule, Evaluator } from "../engine/engine.js";
import type { CellExtension } from "../extension.js";
import { isKernelInterrupt, KernelInterrupt } from "../kernel-interrupt.js";
import type { CellProgram, CellRequest, CommMessage, ErrorContent, StreamName, ToMain } from "../messages.js";
import type { AsyncHookChecks } from "./async-hook-checks.js";
import { CellContext } from "./cell-context.js";
import type { CellHistory } from "./cell-history.js";
import type { CommRegistry } from "./comm-registry.js";
import type { RenderValue } from "./display-globals.js";
import { InterruptWord, type MainPort } from "./main-port.js";
import { keysAt } from "./value-keys.js";
import { WorkerQuestions } from "./worker-questions.js";

/** Time that a cell magic gets to end its work after an interrupt (a run to be saved as KILLED), ms. */
const cleanup = 2000;

/** Built-ins that were put back, each named; the others are counted. */
const restoredShown = 10;

/** Time that an extension gets when the kernel ends, ms. */
const closing = 1000;

/**
 * Thrown and ignored in the first callback after JavaScript may have been terminated: an uncaught error is what makes
 * Node 20 and 22 clear their stack of async ids, and any other callback before it would end the process.
 */
export const recovery = Symbol("recovery after Runtime.terminateExecution");

export interface ExecutorParts {
  readonly evaluator: Evaluator;
  readonly extension: CellExtension;
  readonly renderValue: RenderValue;
  readonly renderError: (error: unknown) => ErrorContent;
}

/** Runs compiled cells on the main thread, one at a time, each in a context of its own. */
export class Executor {
  readonly #port: MainPort;
  readonly #output: CellOutput;
  readonly #interruptWord: InterruptWord;
  readonly #cells: AsyncLocalStorage<CellContext>;
  readonly #checks: AsyncHookChecks;
  readonly #comms: CommRegistry;
  readonly #parts: ExecutorParts;
  readonly #questions: WorkerQuestions;
  readonly #collected: FinalizationRegistry<number>;
  /** Said under the first cell that shows anything. */
  #notice: string | undefined;
  readonly #history: CellHistory;
  readonly #restore: (first: boolean) => string[];
  #folder = homeFolder() ?? "/";
  #current: CellContext | undefined;
  #latest: CellContext | undefined;

  constructor(
    channel: {
      port: MainPort;
      output: CellOutput;
      control: Int32Array;
      cells: AsyncLocalStorage<CellContext>;
      checks: AsyncHookChecks;
      notice: string | undefined;
      history: CellHistory;
      /** @see BuiltIns.restore */
      restore: (first: boolean) => string[];
    },
    comms: CommRegistry,
    parts: ExecutorParts,
  ) {
    this.#port = channel.port;
    this.#output = channel.output;
    this.#questions = new WorkerQuestions(channel.port);
    this.#interruptWord = new InterruptWord(channel.control);
    this.#cells = channel.cells;
    this.#checks = channel.checks;
    this.#notice = channel.notice;
    this.#history = channel.history;
    this.#restore = channel.restore;
    this.#comms = comms;
    this.#parts = parts;
    this.#collected = new FinalizationRegistry((cell) => this.#port.post({ type: "forget", cell }));
  }

  receive(message: ToMain): void {
    // Timers of earlier cells may have run since.
    this.#restoreBuiltIns();
    switch (message.type) {
      case "bound":
        return;
      case "execute":
        this.#begin(message.cell, message.request, message.program);
        return;
      case "evaluate":
        void this.#evaluate(message.cell, message.expression);
        return;
      case "interrupt":
        this.#interrupt(message.cell);
        throw recovery;
      case "terminated":
        throw recovery;
      case "raw":
        this.#raw(message.stream, message.text, message.held);
        return;
      case "drained":
      case "inspected":
      case "reset":
      case "module":
        this.#questions.answer(message);
        return;
      case "comm":
        this.#comm(message.cell, message.message);
        return;
      case "keys":
        this.#port.post({
          type: "keys",
          ticket: message.ticket,
          keys: keysAt(this.#parts.evaluator.names(), message.path),
        });
        return;
      case "shutdown":
        void this.#close();
        return;
    }
  }

  /** The cell that the calling code belongs to; code of no cell belongs to the latest. */
  cell(): CellContext {
    const cell = this.#cells.getStore() ?? this.#latest;
    if (!cell) throw new KernelError("INVALID_STATE", "No cell has been run yet.");
    return cell;
  }

  /** Forgets every name of earlier cells. @throws {KernelError} when the engine cannot */
  async reset(): Promise<void> {
    await this.#questions.reset();
    this.#parts.evaluator.reset();
    this.#history.reset();
  }

  /** @see WorkerQuestions.inspect */
  inspect(name: string): Promise<MimeBundle | undefined> {
    return this.#questions.inspect(name);
  }

  /** @see WorkerQuestions.compileModule */
  compileModule(specifier: string, from: string): Promise<CompiledModule | undefined> {
    return this.#questions.compileModule(specifier, from);
  }

  #context(number: number, request: CellRequest): CellContext {
    const context = new CellContext(number, request, (on) => this.#port.post({ type: "capture", cell: number, on }));
    this.#collected.register(context, number);
    return context;
  }

  /** A front end's comm message: what its handlers print belongs to it, as to a cell. */
  #comm(number: number, message: CommMessage): void {
    const request = { count: this.#latest?.count ?? 0, source: "", silent: false, stored: false, allowStdin: false };
    this.#cells.run(this.#context(number, request), () => this.#comms.receive(message));
  }

  /** Output past `process.stdout`: the worker has shown it, unless it is held back for who captures. */
  #raw(stream: StreamName, text: string, held: boolean): void {
    const taken = this.#current?.takeStream(stream, text) ?? false;
    if (held && !taken) this.#port.stream(this.#current?.number, stream, text);
  }

  #begin(number: number, request: CellRequest, program: CellProgram): void {
    this.#interruptWord.clear();
    const cell = this.#context(number, request);
    this.#current = cell;
    this.#latest = cell;
    if (cell.stored) this.#history.begin(cell.count, cell.source);
    this.#cells.run(cell, () => {
      this.#checks.turnOff();
      this.#giveNotice(cell);
      void this.#execute(cell, program);
    });
  }

  #giveNotice(cell: CellContext): void {
    if (this.#notice === undefined || cell.silent) return;
    this.#output.stream("stderr", `${this.#notice}\n`);
    this.#notice = undefined;
  }

  async #execute(cell: CellContext, program: CellProgram): Promise<void> {
    let error: ErrorContent | undefined;
    try {
      const { hasValue, value } = await this.#run(cell, program);
      if (hasValue && value !== undefined && !cell.silent && !cell.isDrawing(value)) {
        if (cell.stored) this.#history.end(cell.count, value);
        const bundle = await Promise.race([this.#parts.renderValue(value), cell.interrupted]);
        if (Object.keys(bundle.data).length > 0) this.#port.post({ type: "result", cell: cell.number, bundle });
      }
    } catch (thrown) {
      error = this.#describe(cell, thrown);
    }
    try {
      await Promise.race([cell.outputDone(), cell.interrupted]);
      await this.#parts.extension.settle(cell);
    } catch (thrown) {
      if (!error) error = this.#describe(cell, thrown);
      else if (!cell.isInterrupted)
        this.#output.stream("stderr", `${this.#parts.renderError(thrown).traceback.join("\n")}\n`);
    }
    this.#finish(cell, error);
  }

  /** The cell's value; its cell magic wraps the evaluation. */
  async #run(cell: CellContext, { magic, code }: CellProgram): Promise<CellValue> {
    const body = async (): Promise<CellValue> => {
      try {
        return code ? await this.#interruptible(cell, code) : { hasValue: false, value: undefined };
      } finally {
        // The magic around the body follows its output: a child's last output is handed over before the body is done.
        await this.#drained(cell);
      }
    };
    if (!magic) return body();
    const args = magic.header ? (await this.#interruptible(cell, magic.header)).value : (magic.args ?? {});
    const call = { name: magic.name, args: args as Record<string, unknown> };
    return this.#parts.extension.runMagic(magic.text === undefined ? call : { ...call, text: magic.text }, cell, body);
  }

  /**
   * Evaluates on a stack of its own: code that is terminated takes its whole stack with it, and what waits for the
   * cell must go on.
   */
  #interruptible(cell: CellContext, code: CompiledCell): Promise<CellValue> {
    const evaluated = new Promise<CellValue>((resolve, reject) => {
      setImmediate(() => {
        if (cell.isInterrupted) return;
        const evaluating = this.#parts.evaluator.evaluate(code, { cwd: this.#workingDirectory() });
        // Up to its first await the cell has run by now.
        this.#restoreBuiltIns(true);
        const done = (value: CellValue): void => {
          this.#restoreBuiltIns();
          resolve(value);
        };
        evaluating.then(done, (error: unknown) => {
          this.#restoreBuiltIns();
          // An interrupt whose message is still under way: what failed is what it stopped, say a child process.
          if (this.#interruptWord.isSet) this.#stop(cell);
          reject(error);
        });
      });
    });
    return Promise.race([evaluated, cell.interrupted]);
  }

  #restoreBuiltIns(first = false): void {
    const lines = this.#restore(first);
    if (lines.length === 0) return;
    const more = lines.length - restoredShown;
    const shown = more > 0 ? [...lines.slice(0, restoredShown), `and ${more} more`] : lines;
    this.#output.stream("stderr", `${shown.map((line) => `Built-in ${line}.\n`).join("")}`);
  }

  /** The last that there was, when it has been removed: imports find nothing there, and all else goes on. */
  #workingDirectory(): string {
    try {
      this.#folder = process.cwd();
    } catch {
      // ENOENT.
    }
    return this.#folder;
  }

  /** A user expression, beside the cell it came with. */
  async #evaluate(number: number, expression: CompiledCell): Promise<void> {
    const cell = this.#latest;
    if (cell?.number !== number) return this.#port.post({ type: "evaluated", cell: number });
    this.#current = cell;
    await this.#cells.run(cell, async () => {
      try {
        const { value } = await this.#interruptible(cell, expression);
        const bundle: MimeBundle = await Promise.race([this.#parts.renderValue(value), cell.interrupted]);
        this.#port.post({ type: "evaluated", cell: number, bundle });
      } catch (thrown) {
        this.#port.post({ type: "evaluated", cell: number, error: this.#describe(cell, thrown) });
      }
    });
    if (this.#current === cell) this.#current = undefined;
    cell.over();
  }

  #interrupt(number: number | undefined): void {
    this.#interruptWord.taken();
    const cell = this.#current;
    this.#port.post({ type: "interrupting", cell: cell?.number });
    if (cell === undefined || cell.number !== number) {
      this.#interruptWord.clearSoon();
      return;
    }
    this.#stop(cell);
  }

  #stop(cell: CellContext): void {
    if (cell.isInterrupted) return;
    cell.interrupt();
    // The magic around the body ends by itself; if it does not, the cell ends without it.
    const timer = setTimeout(() => this.#finish(cell, this.#describe(cell, cell.signal.reason)), cleanup);
    timer.unref();
  }

  #finish(cell: CellContext, error: ErrorContent | undefined): void {
    if (this.#current !== cell) return;
    this.#current = undefined;
    cell.over();
    if (this.#interruptWord.isSet) this.#interruptWord.clearSoon();
    const facts = this.#parts.extension.facts?.();
    this.#port.post({ type: "done", cell: cell.number, ...(error ? { error } : {}), ...(facts ? { facts } : {}) });
  }

  #describe(cell: CellContext, thrown: unknown): ErrorContent {
    if (!isKernelInterrupt(thrown) && !cell.isInterrupted) return this.#parts.renderError(thrown);
    const { name, message } = new KernelInterrupt();
    return { ename: name, evalue: message, traceback: [`${name}: ${message}`] };
  }

  /** What reached descriptors 1 and 2 during the cell has been handed to the cell's listeners. */
  async #drained(cell: CellContext): Promise<void> {
    if (cell.isFollowed) await this.#questions.drain();
  }

  async #close(): Promise<void> {
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, closing).unref());
    try {
      await Promise.race([this.#parts.extension.close(), timeout]);
    } finally {
      this.#port.post({ type: "closed" });
    }
  }
}
