/**
 * The classes that go with `using`, for a Node that lacks them, as 20 and 22 do.
 * @see TC39 proposal "Explicit Resource Management"
 */

type Dispose = () => unknown;

/** An error that hid another: `error` was thrown while `suppressed` was on its way. */
export class SuppressedError extends Error {
  override readonly name = "SuppressedError";

  constructor(
    readonly error: unknown,
    readonly suppressed: unknown,
    message?: string,
  ) {
    super(message);
  }
}

/** What both stacks keep: what is to be disposed of, the last first. */
class Resources {
  readonly #open: Dispose[] = [];
  #disposed = false;

  get disposed(): boolean {
    return this.#disposed;
  }

  add(dispose: Dispose): void {
    if (this.#disposed) throw new ReferenceError("The stack has been disposed of.");
    this.#open.push(dispose);
  }

  /** Everything that is open, the last first; the stack is empty from now on. */
  take(): Dispose[] {
    this.#disposed = true;
    return this.#open.splice(0).reverse();
  }
}

/** The method that disposes of a value. @throws {TypeError} when it has none */
function disposerOf(value: object, keys: readonly symbol[]): Dispose {
  for (const key of keys) {
    const method: unknown = Reflect.get(value, key);
    if (typeof method === "function") return () => Reflect.apply(method, value, []);
  }
  throw new TypeError("The value has no Symbol.dispose or Symbol.asyncDispose.");
}

export class DisposableStack {
  #resources = new Resources();

  get disposed(): boolean {
    return this.#resources.disposed;
  }

  use<T extends object | null | undefined>(value: T): T {
    if (value) this.#resources.add(disposerOf(value, [Symbol.dispose]));
    return value;
  }

  adopt<T>(value: T, dispose: (value: T) => void): T {
    this.#resources.add(() => dispose(value));
    return value;
  }

  defer(dispose: () => void): void {
    this.#resources.add(dispose);
  }

  move(): DisposableStack {
    const moved = new DisposableStack();
    for (const dispose of this.#resources.take().reverse()) moved.defer(dispose);
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

  [Symbol.dispose](): void {
    this.dispose();
  }
}

export class AsyncDisposableStack {
  #resources = new Resources();

  get disposed(): boolean {
    return this.#resources.disposed;
  }

  use<T extends object | null | undefined>(value: T): T {
    if (value) this.#resources.add(disposerOf(value, [Symbol.asyncDispose, Symbol.dispose]));
    return value;
  }

  adopt<T>(value: T, dispose: (value: T) => unknown): T {
    this.#resources.add(() => dispose(value));
    return value;
  }

  defer(dispose: () => unknown): void {
    this.#resources.add(dispose);
  }

  move(): AsyncDisposableStack {
    const moved = new AsyncDisposableStack();
    for (const dispose of this.#resources.take().reverse()) moved.defer(dispose);
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.disposeAsync();
  }
}

/** Each error hides the one before it. */
function throwAll(failed: readonly unknown[]): void {
  const [first, ...later] = failed;
  if (failed.length === 0) return;
  throw later.reduce((suppressed, error) => new SuppressedError(error, suppressed, "Disposal failed."), first);
}
