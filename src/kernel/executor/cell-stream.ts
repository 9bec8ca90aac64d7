import { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { CellOutput } from "../cell-output.js";
import type { StreamName } from "../messages.js";

/** What `process.stdout` and `process.stderr` are in a kernel: writes are shown under the cell that wrote, at once. */
export class CellStream extends Writable {
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

/** Puts the streams in the place of Node's, which are made on first use and so never come to be. */
export function captureProcessStreams(output: CellOutput): void {
  for (const name of ["stdout", "stderr"] as const) {
    const stream = new CellStream(name, output);
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => stream });
  }
}
