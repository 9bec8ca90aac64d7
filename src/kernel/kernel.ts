import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { writeSync } from "node:fs";
import { MessageChannel, Worker } from "node:worker_threads";
import { KernelError } from "../errors.js";
import { stackTraceLimit } from "./engine/hub/stacks.js";
import { AsyncHookChecks, hideAsyncState } from "./executor/async-hook-checks.js";
import { boundConsole } from "./executor/bounded-console.js";
import { BuiltIns } from "./executor/built-ins.js";
import type { CellContext } from "./executor/cell-context.js";
import { CellHistory } from "./executor/cell-history.js";
import { captureProcessStreams, replaceProcessExit } from "./executor/cell-process.js";
import { CommRegistry } from "./executor/comm-registry.js";
import { displayGlobals } from "./executor/display-globals.js";
import { Executor, type ExecutorParts } from "./executor/executor.js";
import { InputGlobals } from "./executor/input-globals.js";
import { LiveOutput, outputSymbol } from "./executor/live-output.js";
import { MainPort } from "./executor/main-port.js";
import { redirectRawDescriptors } from "./executor/raw-descriptors.js";
import { showStrayErrors } from "./executor/stray-errors.js";
import type { KernelHandle } from "./kernel-handle.js";
import { controlWords, type EngineLaunch, type ToMain, type WireWorkerData } from "./messages.js";

export interface KernelOptions {
  connectionFile: string;
  engine: EngineLaunch;
  kernelVersion: string;
  /** Version of TypeScript in the cells. */
  languageVersion: string;
  /** What runs and draws on the main thread; loaded once the wire is bound. */
  load(kernel: KernelHandle): Promise<ExecutorParts>;
}

/**
 * Starts the kernel in this process; it ends with the process. The wire comes up first, in its thread, so that
 * kernel_info is answered while the rest is loading; cells wait until it is there.
 */
export function startKernel(options: KernelOptions): void {
  const { notice, ...raw } = redirectRawDescriptors();
  if (notice !== undefined && raw.logDescriptor !== undefined) writeSync(raw.logDescriptor, `[runlab] ${notice}\n`);
  const shared = new SharedArrayBuffer(controlWords * Int32Array.BYTES_PER_ELEMENT);
  const control = new Int32Array(shared);
  const input = new MessageChannel();
  const checks = new AsyncHookChecks();
  const workerData: WireWorkerData = {
    connectionFile: options.connectionFile,
    control: shared,
    inputPort: input.port2,
    engine: options.engine,
    kernelVersion: options.kernelVersion,
    languageVersion: options.languageVersion,
    mayTerminate: checks.canBeOff,
    ...raw,
  };
  const worker = new Worker(new URL("./wire/worker.js", import.meta.url), {
    workerData,
    transferList: [input.port2],
    execArgv: [],
    // Else it doubles to 16 MB near cell 1,000; floods of output are as fast with it (measured).
    resourceLimits: { maxYoungGenerationSizeMb: 12 },
    stdout: true,
    stderr: true,
  });
  // Cells share these methods' prototypes, and the kernel hears of the wire by them alone.
  for (const key of ["emit", "postMessage"] as const) Object.defineProperty(worker, key, { value: worker[key] });
  const end = process.exit.bind(process);
  worker.on("error", (error) => {
    if (raw.logDescriptor !== undefined) writeSync(raw.logDescriptor, `[runlab] ${error.stack ?? error.message}\n`);
    end(1);
  });
  worker.on("exit", (code) => end(code));

  const port = new MainPort(worker, control);
  const cells = new AsyncLocalStorage<CellContext>();
  const output = new LiveOutput(port, cells);
  const comms = new CommRegistry(port, cells);
  captureProcessStreams(output);
  boundConsole(console);
  replaceProcessExit(port, control, cells);
  hideAsyncState();
  Error.stackTraceLimit = stackTraceLimit;
  const history = new CellHistory();
  history.defineOn(globalThis);
  const own = { [Symbol.for("runlab.interrupt")]: control, [outputSymbol]: output };
  defineGlobals(own);

  const questions = new InputGlobals(port, input.port1, control, cells);
  // Loading at the same time would keep the wire's thread from the processor.
  const executor: Promise<Executor> = once(worker, "message")
    .then(() =>
      options.load({
        output,
        history,
        cell: () => running.executor().cell(),
        inspect: (name) => running.executor().inspect(name),
        reset: () => running.executor().reset(),
        compileModule: (specifier, from) => running.executor().compileModule(specifier, from),
        confirm: (question) => questions.confirm(question),
        replaceCell: (text) => port.post({ type: "replace", cell: running.executor().cell().number, text }),
      }),
    )
    .then((parts) => {
      const listen = showStrayErrors(
        output,
        parts.renderError,
        () => running.executor().cell(),
        parts.extension.origin,
      );
      defineGlobals({
        ...displayGlobals(output, cells, parts.renderValue),
        ...questions.globals(),
        comms,
        ...parts.extension.globals,
      });
      const builtIns = new BuiltIns([...Reflect.ownKeys(own), ...Object.keys(parts.extension.globals)]);
      const restore = (first: boolean): string[] => {
        const lines = builtIns.restore(first);
        if (!first) listen();
        return lines;
      };
      return new Executor({ port, output, control, cells, checks, notice, history, restore }, comms, parts);
    });
  const running: RunningKernel = new RunningKernel(worker, executor);
  executor.catch((error: unknown) => {
    output.stream(
      "stderr",
      `The runlab kernel could not load: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exit(1);
  });
}

/** Hands the worker's messages to the executor; those that come before it is there wait. */
class RunningKernel {
  #executor: Executor | undefined;

  constructor(worker: Worker, executor: Promise<Executor>) {
    const waiting: ToMain[] = [];
    const hold = (message: ToMain): void => void waiting.push(message);
    worker.on("message", hold);
    executor.then(
      (ready) => {
        this.#executor = ready;
        worker.off("message", hold);
        worker.on("message", (message: ToMain) => ready.receive(message));
        for (const message of waiting) ready.receive(message);
      },
      () => worker.off("message", hold),
    );
  }

  executor(): Executor {
    if (!this.#executor) throw new KernelError("INVALID_STATE", "The kernel is still loading.");
    return this.#executor;
  }
}

/** Names every cell sees; a cell may declare its own of the same name. */
function defineGlobals(values: Record<PropertyKey, unknown>): void {
  for (const name of Reflect.ownKeys(values)) {
    Object.defineProperty(globalThis, name, {
      value: Reflect.get(values, name),
      configurable: true,
      writable: true,
      enumerable: false,
    });
  }
}
