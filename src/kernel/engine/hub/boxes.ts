/** One shared name: `v` is its value now. Own data property once it has one, so that reading it costs about 1 ns. */
export class Box {
  declare v: unknown;
}

/** The names that cells share. */
export class Boxes {
  readonly #boxes = new Map<string, Box>();

  /** The box of a name; until something is assigned, reading it is an error that says so. */
  get(name: string): Box {
    const known = this.#boxes.get(name);
    if (known) return known;
    const box = new Box();
    Object.defineProperty(box, "v", {
      configurable: true,
      enumerable: false,
      get: () => {
        throw new ReferenceError(`${name} has no value: the cell that declares it did not get that far.`);
      },
      set: (value: unknown) => define(box, value),
    });
    this.#boxes.set(name, box);
    return box;
  }

  /** Makes a name follow another binding (an import's), until something else is assigned to it. */
  follow(box: Box, read: () => unknown): void {
    Object.defineProperty(box, "v", {
      configurable: true,
      enumerable: true,
      get: read,
      set: (value: unknown) => define(box, value),
    });
  }

  /** Names that have a value now. */
  values(): Map<string, unknown> {
    const found = new Map<string, unknown>();
    for (const [name, box] of this.#boxes) {
      if (Object.getOwnPropertyDescriptor(box, "v")?.enumerable) found.set(name, box.v);
    }
    return found;
  }

  clear(): void {
    this.#boxes.clear();
  }
}

function define(box: Box, value: unknown): void {
  Object.defineProperty(box, "v", { configurable: true, enumerable: true, writable: true, value });
}
