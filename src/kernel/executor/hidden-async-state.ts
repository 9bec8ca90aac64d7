import { inspect } from "node:util";

/** What Node before 24 writes on the objects it follows for `AsyncLocalStorage`: ordinary properties, and so printed. */
const bookkeeping = new Set(["async_id_symbol", "trigger_async_id_symbol", "kResourceStore"]);

/**
 * Keeps Node's bookkeeping of async contexts out of printed promises and timers, wherever they stand in a value and
 * whoever prints it. It costs nothing until something is printed.
 */
export function hideAsyncState(): void {
  const timer = setTimeout(() => undefined, 0);
  const immediate = setImmediate(() => undefined);
  for (const prototype of [Promise.prototype, Object.getPrototypeOf(timer), Object.getPrototypeOf(immediate)]) {
    hideWhenPrinted(prototype);
  }
  clearTimeout(timer);
  clearImmediate(immediate);
}

type Inspector = (this: object, ...args: unknown[]) => unknown;

function hideWhenPrinted(prototype: object): void {
  const own: Inspector | undefined = Reflect.get(prototype, inspect.custom);
  Object.defineProperty(prototype, inspect.custom, {
    configurable: true,
    writable: true,
    value: function hidden(this: object, ...args: unknown[]): unknown {
      for (const symbol of Object.getOwnPropertySymbols(this)) {
        // Node goes on reading and writing it; a frozen object keeps it in sight
        if (bookkeeping.has(symbol.description ?? "")) Reflect.defineProperty(this, symbol, { enumerable: false });
      }
      // With `this` as the answer, Node prints the object as it prints any other.
      return own ? Reflect.apply(own, this, args) : this;
    },
  });
}
