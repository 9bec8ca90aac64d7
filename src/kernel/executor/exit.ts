import { ControlWord } from "../messages.js";
import type { CurrentCell } from "./cell-context.js";
import type { MainPort } from "./main-port.js";

/** Time the worker gets for a cell's last words, ms. */
const farewell = 2000;

/** `process.exit` in a cell ends the kernel, but only after the front end has been told. */
export function replaceProcessExit(port: MainPort, control: Int32Array, cells: CurrentCell): void {
  const end = process.exit.bind(process);
  process.exit = (code?: number | string | null): never => {
    const status = Number(code ?? process.exitCode ?? 0);
    port.post({ type: "exit", cell: cells.getStore()?.number, code: Number.isInteger(status) ? status : 1 });
    Atomics.wait(control, ControlWord.farewell, 0, farewell);
    // Node takes `undefined` for a code of its own: 0 in place of process.exitCode.
    return code === undefined ? end() : end(code);
  };
}
