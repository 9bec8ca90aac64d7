import { AsyncLocalStorage } from "node:async_hooks";
import { writeSync } from "node:fs";
import { MessageChannel, Worker } from "node:worker_threads";
import type { CellOutput } from "./cell-output.js";
import type { Evaluator } from "./engine/engine.js";
import type { CellContext } from "./executor/cell-context.js";
import { captureProcessStreams } from "./executor/cell-stream.js";
import { CommRegistry } from "./executor/comm-registry.js";
import { displayGlobals, type RenderValue } from "./executor/display-globals.js";
import { Executor } from "./executor/executor.js";
import { replaceProcessExit } from "./executor/exit.js";
import { InputGlobals } from "./executor/input-globals.js";
import { LiveOutput, outputSymbol } from "./executor/live-output.js";
import { MainPort } from "./executor/main-port.js";
import { redirectRawDescriptors } from "./executor/raw-descriptors.js";
import { showStrayErrors } from "./executor/stray-errors.js";
import type { CellExtension } from "./extension.js";
import { controlWords, type EngineLaunch, type ErrorContent, type ToMain, type WireWorkerData } from "./messages.js";

export interface KernelOptions {
  connectionFile: string;
  engine: EngineLaunch;
  kernelVersion: string;
  /** Version of TypeScript in the cells. */
  languageVersion: string;
  /** What runs and draws on the main thread; loaded while the wire is being bound. */
  load(output: CellOutput): Promise<KernelParts>;
}

export interface KernelParts {
  evaluator: Evaluator;
  extension: CellExtension;
  renderValue: RenderValue;
  renderError(error: unknown): ErrorContent;
}

/** The flag of Node without which `Runtime.terminateExecution` ends the process. */
const terminateFlag = "--no-force-async-hooks-checks";

/**
 * Starts the kernel in this process; it ends with the process. The wire comes up first, in its thread, so that
 * kernel_info is answered while the rest is loading; cells wait until it is there.
 */
export function startKernel(options: KernelOptions): void {
  const raw = redirectRawDescriptors();
  const shared = new SharedArrayBuffer(controlWords * Int32Array.BYTES_PER_ELEMENT);
  const control = new Int32Array(shared);
  const input = new MessageChannel();
  const workerData: WireWorkerData = {
    connectionFile: options.connectionFile,
    control: shared,
    inputPort: input.port2,
    engine: options.engine,
    kernelVersion: options.kernelVersion,
    languageVersion: options.languageVersion,
    mayTerminate: process.execArgv.includes(terminateFlag),
    ...raw,
  };
  const worker = new Worker(new URL("./wire/worker.js", import.meta.url), {
    workerData,
    transferList: [input.port2],
    execArgv: [],
    stdout: true,
    stderr: true,
  });
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
  replaceProcessExit(port, control, cells);
  defineGlobals({ [Symbol.for("runlab.interrupt")]: control, [outputSymbol]: output });

  const waiting: ToMain[] = [];
  const hold = (message: ToMain): void => void waiting.push(message);
  worker.on("message", hold);
  options.load(output).then(
    (parts) => {
      const executor = new Executor({ port, output, control, cells }, comms, parts);
      showStrayErrors(output, parts.renderError);
      defineGlobals({
        ...displayGlobals(output, cells, parts.renderValue),
        ...new InputGlobals(port, input.port1, control, cells).globals(),
        comms,
        ...parts.extension.globals,
      });
      worker.off("message", hold);
      worker.on("message", (message: ToMain) => executor.receive(message));
      for (const message of waiting) executor.receive(message);
    },
    (error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      output.stream("stderr", `The runlab kernel could not load: ${text}\n`);
      process.exit(1);
    },
  );
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
