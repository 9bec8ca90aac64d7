/** Does what bears the same name one after the other, in the order of asking, and all else side by side. */
export class InOrder {
  readonly #last = new Map<string, Promise<void>>();

  /** @returns and throws what `work` does; what fails holds up nothing behind it */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name);
    const done = before === undefined ? work() : before.then(work);
    const settled = done.then(nothing, nothing);
    this.#last.set(name, settled);
    try {
      return await done;
    } finally {
      if (this.#last.get(name) === settled) this.#last.delete(name);
    }
  }
}

function nothing(): void {
  // What came of it is its caller's to see.
}
