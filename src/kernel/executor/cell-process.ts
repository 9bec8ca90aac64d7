import { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { CellOutput } from "../cell-output.js";
import { ControlWord, type StreamName } from "../messages.js";
import type { CurrentCell } from "./cell-context.js";
import type { MainPort } from "./main-port.js";

/** What `process.stdout` and `process.stderr` are in a kernel: writes are shown under the cell that wrote, at once. */
class CellStream extends Writable {
  /** So that `spawn(…, { stdio: ["pipe", process.stdout, …] })` hands on the descriptor that the kernel reads. */
  readonly fd: number;
  readonly isTTY = false;
  readonly #name: StreamName;
  readonly #output: CellOutput;
  readonly #decoder = new StringDecoder("utf8");

  constructor(name: StreamName, output: CellOutput) {
    super({ decodeStrings: false });
    this.#name = name;
    this.#output = output;
    this.fd = name === "stdout" ? 1 : 2;
  }

  override _write(chunk: string | Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const text =
      typeof chunk !== "string"
        ? this.#decoder.write(chunk)
        : encoding === "hex" || encoding === "base64"
          ? this.#decoder.write(Buffer.from(chunk, encoding))
          : chunk;
    this.#output.stream(this.#name, text);
    done();
  }

  /** Like Node's own stdout, it cannot be closed: later cells print too. */
  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    done();
  }
}

/** Replaces Node's streams, which would be made on first use and so never are. */
export function captureProcessStreams(output: CellOutput): void {
  for (const name of ["stdout", "stderr"] as const) {
    const stream = new CellStream(name, output);
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => stream });
  }
}

/** Time the worker gets for a cell's last words, ms. */
const farewell = 2000;

/** `process.exit` in a cell ends the kernel, but only after the front end has been told. */
export function replaceProcessExit(port: MainPort, control: Int32Array, cells: CurrentCell): void {
  const end = process.exit.bind(process);
  process.exit = (code?: number | string | null): never => {
    const status = Number(code ?? process.exitCode ?? 0);
    port.post({ type: "exit", cell: cells.getStore()?.number, code: Number.isInteger(status) ? status : 1 });
    Atomics.wait(control, ControlWord.farewell, 0, farewell);
    // Node takes `undefined` for a code: it would use 0 instead of process.exitCode.
    return code === undefined ? end() : end(code);
  };
}
