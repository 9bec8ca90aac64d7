import { KernelInterrupt } from "../kernel-interrupt.js";
import { ControlWord } from "../messages.js";

/** Where the kernel puts the Int32Array whose first element is not 0 while an interrupt is wanted. */
const interruptKey: symbol = Symbol.for("runlab.interrupt");

/** The kernel's flag; an array of its own, never set, where no kernel put one. */
export function interruptFlag(): Int32Array {
  const flag: unknown = Reflect.get(globalThis, interruptKey);
  return flag instanceof Int32Array ? flag : new Int32Array(1);
}

/** What compiled code calls when it reads the flag: ends the cell, and tells the kernel that no force is needed. */
export function obeyInterrupt(): never {
  // Out of bounds, and so nothing, in an array of our own.
  interruptFlag()[ControlWord.noticed] = 1;
  throw new KernelInterrupt();
}
