import { faultOf, lackOf, type Receiver, receiverOf } from "./built-in-samples.js";
import { globalNames, usedBuiltIns } from "./used-built-ins.js";

// What this file itself runs on is taken when it is loaded: it works where everything else has been broken.
const { apply, defineProperty, deleteProperty, get, getOwnPropertyDescriptor } = Reflect;
const text = String;
const hasOwn = Object.hasOwn;

/**
 * Names that make every object something else when they lie on a prototype: each is awaited, is no descriptor any more, or
 * is written as other JSON.
 */
const harmful = ["then", "get", "set", "value", "writable", "enumerable", "configurable", "toJSON"] as const;

interface BuiltIn {
  readonly holder: object;
  readonly key: PropertyKey;
  /** As people write it. */
  readonly name: string;
  readonly descriptor: PropertyDescriptor | undefined;
  /** Then `value` is the getter itself. */
  readonly isGetter: boolean;
  /** What is read there as long as nothing has changed; a replacement that works takes its place. */
  value: unknown;
  readonly original: unknown;
  readonly receiver: Receiver | undefined;
  /** A replacement is being tried; still set at the next look, it never came back. */
  tried: boolean;
}

/**
 * The built-ins that the kernel, the packages it loads and Node's own modules run on. Code in a cell may replace them: what
 * still works stays, a polyfill or a wrapper for one; what does not is put back, since nothing after it would work.
 * Names that only Node has, such as `process` and `Buffer`, may go, to play a browser: the kernel has its own references to them.
 * A look takes some microseconds as long as nothing has changed.
 */
export class BuiltIns {
  readonly #entries: BuiltIn[] = [];
  /** How many of them the first look takes. */
  #firstLook = 0;
  /** From here on they lie on the global object. */
  readonly #firstGlobal: number;
  /** Their values now; names in code are read in 3 ns each, keys of the global object in 80. */
  readonly #globals: () => unknown[];
  /** A look has begun and not ended. */
  #looking = false;
  readonly #own: BuiltIn[] = [];
  readonly #prototypes: ReadonlyArray<{ readonly holder: object; readonly name: string }> = [
    { holder: Object.prototype, name: "Object.prototype" },
    { holder: Array.prototype, name: "Array.prototype" },
  ];

  /** @param own - properties of the global object that belong to the kernel: whatever replaces one is wrong */
  constructor(own: readonly PropertyKey[]) {
    for (const [holderName, holder, keys] of usedBuiltIns()) {
      if (holderName === "Object" && this.#firstLook === 0) this.#firstLook = this.#entries.length;
      for (const key of keys.split(" ")) if (holder) this.#add(holder, keyOf(key), holderName);
    }
    this.#firstGlobal = this.#entries.length;
    for (const name of globalNames.split(" ")) this.#add(globalThis, name, "");
    const names = this.#entries.slice(this.#firstGlobal).map(({ name }) => `globalThis.${name}`);
    this.#globals = new Function(`return [${names.join(", ")}];`) as () => unknown[];
    for (const key of own) this.#own.push(builtIn(globalThis, key, ""));
  }

  #add(holder: object, key: PropertyKey, holderName: string): void {
    const entry = builtIn(holder, key, holderName);
    // Versions of Node lack some.
    if (entry.value === undefined && holderName !== "process") return;
    this.#entries.push(entry);
  }

  /**
   * Puts back what is broken.
   * @param first - looks only at what is called between a cell's first `await` and its end
   * @returns a line for each, which says what it was and why; none as long as all is well
   */
  restore(first = false): string[] {
    // A getter of a cell's that replaced a built-in did not return.
    const hung = this.#looking;
    this.#looking = true;
    const lines = !hung && this.#allIsWell(first ? this.#firstLook : this.#firstGlobal) ? [] : this.#restore(hung);
    this.#looking = false;
    return lines;
  }

  #allIsWell(end: number): boolean {
    try {
      for (let at = 0; at < end; at += 1) {
        const { holder, key, isGetter, value } = this.#entries[at] as BuiltIn;
        if ((isGetter ? getOwnPropertyDescriptor(holder, key)?.get : get(holder, key)) !== value) return false;
      }
      if (this.#additions().length > 0) return false;
      if (end < this.#firstGlobal) return true;
      const globals = this.#globals();
      for (let at = 0; at < globals.length; at += 1) {
        if (globals[at] !== (this.#entries[end + at] as BuiltIn).value) return false;
      }
      for (let at = 0; at < this.#own.length; at += 1) {
        const { holder, key, value } = this.#own[at] as BuiltIn;
        if (get(holder, key) !== value) return false;
      }
      return true;
    } catch {
      // A getter that replaced a built-in throws.
      return false;
    }
  }

  #additions(): Array<{ holder: object; name: string; key: string }> {
    const found: Array<{ holder: object; name: string; key: string }> = [];
    for (let at = 0; at < this.#prototypes.length; at += 1) {
      const { holder, name } = this.#prototypes[at] as { holder: object; name: string };
      for (let n = 0; n < harmful.length; n += 1) {
        const key = harmful[n] as string;
        if (hasOwn(holder, key)) found[found.length] = { holder, name, key };
      }
    }
    return found;
  }

  #restore(hung: boolean): string[] {
    const lines: string[] = [];
    const say = (line: string): void => {
      lines[lines.length] = line;
    };
    // First what runs nothing of the user's: the trials below need the rest to be there.
    const additions = this.#additions();
    for (let at = 0; at < additions.length; at += 1) {
      const { holder, name, key } = additions[at] as { holder: object; name: string; key: string };
      const gone = deleteProperty(holder, key);
      say(`${name}.${key} ${gone ? "was removed" : "cannot be removed"}: with it no object is what it was`);
    }
    for (let at = 0; at < this.#own.length; at += 1) {
      const entry = this.#own[at] as BuiltIn;
      if (read(entry) !== entry.value) say(putBack(entry, "the kernel runs on it"));
    }
    const replaced: BuiltIn[] = [];
    for (let at = 0; at < this.#entries.length; at += 1) {
      const entry = this.#entries[at] as BuiltIn;
      if (hung && isGetterNow(entry)) {
        say(putBack(entry, "the getter that replaced it did not come back"));
        continue;
      }
      const found = current(entry);
      if (found === entry.value) continue;
      if (typeof found !== typeof entry.original || found === null) say(putBack(entry, `it was ${described(found)}`));
      else replaced[replaced.length] = entry;
    }
    for (let at = 0; at < replaced.length; at += 1) {
      const entry = replaced[at] as BuiltIn;
      const wrong = trial(entry);
      if (wrong === undefined) entry.value = current(entry);
      else say(putBack(entry, wrong));
    }
    return lines;
  }
}

function keyOf(name: string): PropertyKey {
  return name.startsWith("@@") ? (get(Symbol, name.slice(2)) as symbol) : name;
}

/** Whether a getter has taken the place of a value, which reading would call. */
function isGetterNow({ holder, key, descriptor, isGetter }: BuiltIn): boolean {
  const found = getOwnPropertyDescriptor(holder, key)?.get;
  return !isGetter && found !== undefined && found !== descriptor?.get;
}

/** @param holderName - what people call the holder; empty for the global object */
function builtIn(holder: object, key: PropertyKey, holderName: string): BuiltIn {
  const descriptor = getOwnPropertyDescriptor(holder, key);
  // Node has getters for globals that it loads when they are first read: these count as what they give.
  const isGetter = descriptor?.get !== undefined && holder !== globalThis;
  const value: unknown = isGetter ? descriptor.get : get(holder, key);
  const name =
    typeof key === "symbol"
      ? `${holderName}[${text(key)}]`
      : holderName === ""
        ? text(key)
        : `${holderName}.${text(key)}`;
  const receiver = typeof value === "function" ? receiverOf(holderName, name, holder) : undefined;
  return {
    holder,
    key,
    name,
    descriptor,
    isGetter,
    value,
    original: value,
    receiver,
    tried: false,
  };
}

/** What lies there now: the getter itself where the built-in is one. */
function current(entry: BuiltIn): unknown {
  return entry.isGetter ? getOwnPropertyDescriptor(entry.holder, entry.key)?.get : read(entry);
}

function read({ holder, key }: BuiltIn): unknown {
  try {
    return get(holder, key);
  } catch {
    return undefined;
  }
}

/** What is wrong with the replacement of a built-in; undefined when it does what the built-in does. */
function trial(entry: BuiltIn): string | undefined {
  if (entry.tried) return "what replaced it did not come back";
  entry.tried = true;
  try {
    const { original, receiver } = entry;
    const replacement = current(entry);
    if (receiver) return faultOf(entry.name, original, replacement, receiver);
    const isWhole = entry.holder === globalThis || typeof original === "object";
    return isWhole ? lackOf(original as object, replacement as object) : undefined;
  } catch {
    // What it would be tried on cannot be made with it.
    return "nothing can be made with what replaced it";
  } finally {
    entry.tried = false;
  }
}

/** @returns the line that says so */
function putBack(entry: BuiltIn, why: string): string {
  const { holder, key, descriptor, original, name } = entry;
  // A prototype's own again, where the cell has put something in front of it.
  const done = descriptor
    ? attempt(defineProperty, holder, key, plain(descriptor))
    : attempt(deleteProperty, holder, key);
  if (!done || current(entry) !== original) {
    // It cannot be changed any more: another look would say the same after every cell.
    entry.value = current(entry);
    return `${name} cannot be put back (${why}): restart the kernel`;
  }
  entry.value = original;
  return `${name} was put back: ${why}`;
}

function attempt<Args extends unknown[]>(change: (...args: Args) => boolean, ...args: Args): boolean {
  try {
    return apply(change, undefined, args);
  } catch {
    return false;
  }
}

/** A descriptor that has nothing from `Object.prototype`. */
function plain(descriptor: PropertyDescriptor): PropertyDescriptor {
  return { __proto__: null, ...descriptor } as PropertyDescriptor;
}

function described(value: unknown): string {
  if (value === undefined || value === null) return text(value);
  return `a value of type ${typeof value}`;
}
