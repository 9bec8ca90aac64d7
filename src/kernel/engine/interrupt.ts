import { KernelError } from "../../errors.js";

/** Where the kernel puts the Int32Array whose first element is not 0 while an interrupt is wanted. */
export const interruptKey: symbol = Symbol.for("runlab.interrupt");

/** What a cell's loop throws when the user has interrupted it. */
export class KernelInterrupt extends KernelError {
  override readonly name = "KernelInterrupt" as never;

  constructor(message = "The cell was interrupted.") {
    super("CANCELLED", message);
  }
}

/** The kernel's flag; an array of its own, never set, where no kernel put one. */
export function interruptFlag(): Int32Array {
  const flag: unknown = Reflect.get(globalThis, interruptKey);
  return flag instanceof Int32Array ? flag : new Int32Array(1);
}
