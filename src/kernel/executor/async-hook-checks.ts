import { inspect } from "node:util";

/** Node's own name of the flag without which `Runtime.terminateExecution` ends the process. */
const flag = "--no-force-async-hooks-checks";

interface AsyncWrapBinding {
  async_hook_fields: Uint32Array;
  constants: { kCheck: number };
}

/** From this Node on `AsyncLocalStorage` needs no async hook, and the counter below is out of reach. */
const firstWithContextFrame = 24;

/**
 * Keeps Node from ending the process when terminated code leaves its stack of async ids unbalanced. The flag does
 * that, but the first `AsyncLocalStorage` turns the check on again on Node 20 and 22 (`enableHooks` in
 * lib/internal/async_hooks.js counts it up), so the counter is set back, before each cell.
 */
export class AsyncHookChecks {
  readonly #binding: AsyncWrapBinding | undefined;
  /** JavaScript may be terminated without ending the process. */
  readonly canBeOff: boolean;

  constructor() {
    const hasFlag = process.execArgv.includes(flag);
    const stayOff = Number.parseInt(process.versions.node, 10) >= firstWithContextFrame;
    this.#binding = hasFlag && !stayOff ? asyncWrap() : undefined;
    this.canBeOff = this.#binding !== undefined || (hasFlag && stayOff);
  }

  turnOff(): void {
    if (this.#binding) this.#binding.async_hook_fields[this.#binding.constants.kCheck] = 0;
  }
}

/** Undefined where Node has no such binding any more. */
function asyncWrap(): AsyncWrapBinding | undefined {
  const { noDeprecation } = process;
  // DEP0111: there is no public way to this counter.
  process.noDeprecation = true;
  try {
    const { binding } = process as unknown as { binding(name: string): AsyncWrapBinding };
    const found = binding.call(process, "async_wrap");
    return found.async_hook_fields instanceof Uint32Array && Number.isInteger(found.constants.kCheck)
      ? found
      : undefined;
  } catch {
    return undefined;
  } finally {
    process.noDeprecation = noDeprecation === true;
  }
}

/** What Node before 24 writes on the objects it follows for `AsyncLocalStorage`: ordinary properties, and so printed. */
const bookkeeping = new Set(["async_id_symbol", "trigger_async_id_symbol", "kResourceStore"]);

/**
 * Keeps Node's bookkeeping of async contexts out of printed promises and timers, wherever they stand in a value and
 * whatever prints it. It costs nothing until something is printed.
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
