import { callback, isObject } from "./callback.js";

/**
 * The classes that go with `using`, for a Node that lacks them, as 20 and 22 do.
 * @see TC39 proposal "Explicit Resource Management"
 */

type Dispose = () => unknown;

/** An error that hid another: `error` was thrown while `suppressed` was on its way. */
export class SuppressedError extends Error {
  declare readonly error: unknown;
  declare readonly suppressed: unknown;

  constructor(error: unknown, suppressed: unknown, message?: string) {
    super(message);
    // As `message` is: there, but not among what is listed.
    const hidden = { configurable: true, writable: true };
    Object.defineProperties(this, {
      error: { ...hidden, value: error },
      suppressed: { ...hidden, value: suppressed },
    });
  }
}
Object.defineProperty(SuppressedError.prototype, "name", {
  value: "SuppressedError",
  configurable: true,
  writable: true,
});

/** What both stacks keep: what is to be disposed of, the last first. */
class Resources {
  readonly #owner: string;
  readonly #open: Dispose[] = [];
  #disposed = false;

  constructor(owner: string) {
    this.#owner = owner;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** @throws {ReferenceError} when all has been disposed of */
  open(method: string): Dispose[] {
    if (!this.#disposed) return this.#open;
    throw new ReferenceError(`Cannot call ${this.#owner}.prototype.${method} on an already-disposed ${this.#owner}`);
  }

  /** Everything that is open, the last first; the stack is empty from now on. */
  take(): Dispose[] {
    this.#disposed = true;
    return this.#open.splice(0).reverse();
  }
}

/** The method under the first of the keys that there is. @throws {TypeError} when there is none, or it is not a function */
function disposerOf(value: unknown, keys: readonly symbol[]): Dispose {
  if (!isObject(value)) throw new TypeError("An object is expected with `using` declarations");
  for (const key of keys) {
    const method: unknown = Reflect.get(value, key);
    if (method === undefined || method === null) continue;
    if (typeof method !== "function") throw new TypeError(`${String(key)} is not a function`);
    // Only what promises to be asynchronous is waited for.
    return () => {
      const done: unknown = Reflect.apply(method, value, []);
      return key === Symbol.asyncDispose ? done : undefined;
    };
  }
  throw new TypeError(`${String(keys.at(-1))} is not a function`);
}

export class DisposableStack {
  #resources = new Resources("DisposableStack");

  get disposed(): boolean {
    return this.#resources.disposed;
  }

  use<T extends object | null | undefined>(value: T): T {
    const open = this.#resources.open("use");
    if (value !== null && value !== undefined) open.push(disposerOf(value, [Symbol.dispose]));
    return value;
  }

  adopt<T>(value: T, dispose: (value: T) => void): T {
    const open = this.#resources.open("adopt");
    const given = callback(dispose);
    open.push(() => given(value));
    return value;
  }

  defer(dispose: () => void): void {
    this.#resources.open("defer").push(callback(dispose));
  }

  move(): DisposableStack {
    this.#resources.open("move");
    const moved = new DisposableStack();
    moved.#resources.open("move").push(...this.#resources.take().reverse());
    return moved;
  }

  dispose(): void {
    const failed: unknown[] = [];
    for (const dispose of this.#resources.take()) {
      try {
        dispose();
      } catch (error) {
        failed.push(error);
      }
    }
    throwAll(failed);
  }

  declare [Symbol.dispose]: () => void;
}
alias(DisposableStack.prototype, Symbol.dispose, "dispose", "DisposableStack");

export class AsyncDisposableStack {
  #resources = new Resources("AsyncDisposableStack");

  get disposed(): boolean {
    return this.#resources.disposed;
  }

  use<T extends object | null | undefined>(value: T): T {
    const open = this.#resources.open("use");
    // Nothing to dispose of is still waited for.
    const nothing = value === null || value === undefined;
    open.push(nothing ? () => undefined : disposerOf(value, [Symbol.asyncDispose, Symbol.dispose]));
    return value;
  }

  adopt<T>(value: T, dispose: (value: T) => unknown): T {
    const open = this.#resources.open("adopt");
    const given = callback(dispose);
    open.push(() => given(value));
    return value;
  }

  defer(dispose: () => unknown): void {
    this.#resources.open("defer").push(callback(dispose));
  }

  move(): AsyncDisposableStack {
    this.#resources.open("move");
    const moved = new AsyncDisposableStack();
    moved.#resources.open("move").push(...this.#resources.take().reverse());
    return moved;
  }

  async disposeAsync(): Promise<void> {
    const failed: unknown[] = [];
    for (const dispose of this.#resources.take()) {
      try {
        await dispose();
      } catch (error) {
        failed.push(error);
      }
    }
    throwAll(failed);
  }

  declare [Symbol.asyncDispose]: () => Promise<void>;
}
alias(AsyncDisposableStack.prototype, Symbol.asyncDispose, "disposeAsync", "AsyncDisposableStack");

/** The method that `using` calls is the one that people call, and the class says its name. */
function alias(prototype: object, key: symbol, method: string, tag: string): void {
  const hidden = { configurable: true, enumerable: false };
  Object.defineProperty(prototype, key, { ...hidden, writable: true, value: Reflect.get(prototype, method) });
  Object.defineProperty(prototype, Symbol.toStringTag, { ...hidden, value: tag });
}

/** Each error hides the one before it. */
function throwAll(failed: readonly unknown[]): void {
  const [first, ...later] = failed;
  if (failed.length === 0) return;
  throw later.reduce(
    (suppressed, error) => new SuppressedError(error, suppressed, "An error was suppressed during disposal"),
    first,
  );
}
