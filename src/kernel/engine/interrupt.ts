import { KernelInterrupt } from "../kernel-interrupt.js";
import { ControlWord, EntryCheck } from "../messages.js";

/** Where the kernel puts the Int32Array whose first element is not 0 while an interrupt is wanted. */
const interruptKey: symbol = Symbol.for("runlab.interrupt");

/** The kernel's flag; an array of its own, never set, where no kernel put one. */
export function interruptFlag(): Int32Array {
  const flag: unknown = Reflect.get(globalThis, interruptKey);
  return flag instanceof Int32Array ? flag : new Int32Array(1);
}

/** What compiled loops call when they read the flag: ends the cell, and tells the kernel that no force is needed. */
export function obeyInterrupt(): never {
  // Out of bounds, and so nothing, in an array of our own.
  interruptFlag()[ControlWord.noticed] = 1;
  throw new KernelInterrupt();
}

/** What compiled functions call when they are entered and find their word of the flag set. */
export function obeyAtEntry(): void {
  const flag = interruptFlag();
  // The main thread may have taken notice since the word was read.
  const found = Atomics.compareExchange(flag, ControlWord.entry, EntryCheck.once, EntryCheck.off);
  if (found === EntryCheck.once) obeyInterrupt();
  // As many as there are promises in a chain: a stack for each would take seconds.
  if (found !== EntryCheck.always) return;
  flag[ControlWord.noticed] = 1;
  throw withoutStack();
}

function withoutStack(): KernelInterrupt {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const interrupt = new KernelInterrupt();
  Error.stackTraceLimit = stackTraceLimit;
  return interrupt;
}
