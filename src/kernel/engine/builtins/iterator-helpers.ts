import { type Callback, callback, isObject } from "./callback.js";

/** What every iterator of the language inherits from. */
export const iteratorPrototype: object = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

/** An iterator as something to loop over, which closes it when the loop is left. */
function each(iterator: Iterator<unknown>): Iterable<unknown> {
  return { [Symbol.iterator]: () => iterator };
}

/** What a helper is called on, with its argument, checked at once; an iterator whose helper is refused is closed. */
function begin<T>(name: string, source: unknown, check: () => T): [Iterator<unknown>, T] {
  if (!isObject(source)) throw new TypeError(`Iterator.prototype.${name} called on non-object`);
  const iterator = source as Iterator<unknown>;
  try {
    return [iterator, check()];
  } catch (error) {
    try {
      iterator.return?.();
    } catch {
      // The first error is the one to tell.
    }
    throw error;
  }
}

/** A number of values, 0 or more. @throws {RangeError} */
function countOf(limit: unknown): number {
  const count = Math.trunc(Number(limit));
  if (!(count >= 0)) throw new RangeError(`${String(limit)} must be positive`);
  return count;
}

/** Inherits from the iterators of the language, and shows itself as they do. */
function likeIterators(prototype: object, tag: string): void {
  Object.setPrototypeOf(prototype, iteratorPrototype);
  Object.defineProperty(prototype, Symbol.toStringTag, { value: tag, configurable: true });
  Reflect.deleteProperty(prototype, "constructor");
}

/** What a helper gives: it reads from its source when it is asked, and closes it, also when nothing was asked before. */
class Helper {
  readonly #source: Iterator<unknown>;
  readonly #steps: Generator<unknown>;
  #begun = false;

  constructor(source: Iterator<unknown>, steps: Generator<unknown>) {
    this.#source = source;
    this.#steps = steps;
  }

  next(): IteratorResult<unknown> {
    this.#begun = true;
    return this.#steps.next();
  }

  return(): IteratorResult<unknown> {
    const begun = this.#begun;
    this.#begun = true;
    const ended = this.#steps.return(undefined);
    if (!begun) this.#source.return?.();
    return ended;
  }
}
likeIterators(Helper.prototype, "Iterator Helper");

function* mapped(source: Iterator<unknown>, change: Callback): Generator<unknown> {
  let index = 0;
  for (const value of each(source)) yield change(value, index++);
}

function* filtered(source: Iterator<unknown>, wanted: Callback): Generator<unknown> {
  let index = 0;
  for (const value of each(source)) if (wanted(value, index++)) yield value;
}

function* taken(source: Iterator<unknown>, limit: number): Generator<unknown> {
  let left = limit;
  if (left === 0) return void source.return?.();
  for (const value of each(source)) {
    yield value;
    if (--left === 0) return;
  }
}

function* dropped(source: Iterator<unknown>, limit: number): Generator<unknown> {
  let left = limit;
  for (const value of each(source)) if (left-- <= 0) yield value;
}

function* flattened(source: Iterator<unknown>, change: Callback): Generator<unknown> {
  let index = 0;
  for (const value of each(source)) {
    const inner = change(value, index++);
    // A text is one value, not its characters.
    if (!isObject(inner)) throw new TypeError("Iterator.prototype.flatMap called on non-object");
    for (const one of each(iteratorOf(inner))) yield one;
  }
}

/** Of something to loop over, or of an iterator that cannot be looped over. */
function iteratorOf(source: object | string): Iterator<unknown> {
  const open: unknown = Reflect.get(Object(source), Symbol.iterator);
  const iterator = open === undefined || open === null ? source : Reflect.apply(callback(open), source, []);
  if (!isObject(iterator)) throw new TypeError("Result of the Symbol.iterator method is not an object");
  return iterator as Iterator<unknown>;
}

/** @see ECMA-262 2025, 27.1.4 */
export const iteratorMethods: Record<string, Callback> = {
  map(this: unknown, given) {
    const [source, change] = begin("map", this, () => callback(given));
    return new Helper(source, mapped(source, change));
  },
  filter(this: unknown, given) {
    const [source, wanted] = begin("filter", this, () => callback(given));
    return new Helper(source, filtered(source, wanted));
  },
  take(this: unknown, given) {
    const [source, limit] = begin("take", this, () => countOf(given));
    return new Helper(source, taken(source, limit));
  },
  drop(this: unknown, given) {
    const [source, limit] = begin("drop", this, () => countOf(given));
    return new Helper(source, dropped(source, limit));
  },
  flatMap(this: unknown, given) {
    const [source, change] = begin("flatMap", this, () => callback(given));
    return new Helper(source, flattened(source, change));
  },
  reduce(this: unknown, given, ...initial) {
    const [source, combine] = begin("reduce", this, () => callback(given));
    let index = 0;
    let result = initial[0];
    for (const value of each(source)) {
      result = index === 0 && initial.length === 0 ? value : combine(result, value, index);
      index++;
    }
    if (index === 0 && initial.length === 0) {
      throw new TypeError("Reduce of a done iterator with no initial value");
    }
    return result;
  },
  toArray(this: unknown) {
    const [source] = begin("toArray", this, () => undefined);
    return [...each(source)];
  },
  forEach(this: unknown, given) {
    const [source, use] = begin("forEach", this, () => callback(given));
    let index = 0;
    for (const value of each(source)) use(value, index++);
  },
  some(this: unknown, given) {
    const [source, wanted] = begin("some", this, () => callback(given));
    let index = 0;
    for (const value of each(source)) if (wanted(value, index++)) return true;
    return false;
  },
  every(this: unknown, given) {
    const [source, wanted] = begin("every", this, () => callback(given));
    let index = 0;
    for (const value of each(source)) if (!wanted(value, index++)) return false;
    return true;
  },
  find(this: unknown, given) {
    const [source, wanted] = begin("find", this, () => callback(given));
    let index = 0;
    for (const value of each(source)) if (wanted(value, index++)) return value;
    return undefined;
  },
};

/** An iterator that somebody wrote by hand, with the methods of the language's own. */
class Adopted {
  readonly #iterator: Iterator<unknown>;
  readonly #next: unknown;

  constructor(iterator: Iterator<unknown>) {
    this.#iterator = iterator;
    this.#next = iterator.next;
  }

  next(): unknown {
    return Reflect.apply(callback(this.#next), this.#iterator, []);
  }

  return(): unknown {
    const close = this.#iterator.return;
    return close === undefined ? { value: undefined, done: true } : Reflect.apply(close, this.#iterator, []);
  }
}
likeIterators(Adopted.prototype, "Iterator");

/** The global `Iterator`: for `extends`, `instanceof` and `Iterator.from`. */
export function iteratorClass(): unknown {
  function Iterator(this: unknown): void {
    if (new.target === undefined) throw new TypeError("Constructor Iterator requires 'new'");
    if (new.target === (Iterator as unknown)) {
      throw new TypeError("Abstract class Iterator not directly constructable");
    }
  }
  Object.defineProperty(Iterator, "prototype", { value: iteratorPrototype, writable: false });
  const from = (source: unknown): unknown => {
    if (!isObject(source) && typeof source !== "string") throw new TypeError("Iterator.from called on non-object");
    const iterator = iteratorOf(source);
    return iterator instanceof (Iterator as unknown as typeof Object) ? iterator : new Adopted(iterator);
  };
  return Object.defineProperty(Iterator, "from", { value: from, configurable: true, writable: true });
}
