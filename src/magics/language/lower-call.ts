import { MagicError } from "../../errors.js";
import type { PositionMap } from "../../kernel/engine/engine.js";
import type { LoweredText, Syntax } from "../../kernel/extension.js";
import type { Magic } from "../magic.js";
import { dashedOption } from "./bind.js";
import type { ArgValue, BoundArg, BoundArgs, RecordEntry } from "./bound-args.js";
import type { MagicLine } from "./parse.js";
import { type Token, tokenize } from "./tokens.js";

/**
 * Writes `("loss", (x), { step: (e) })`: positional arguments by position, so that TypeScript marks the user's expression
 * when its type is wrong, the others in one object, where it marks the user's key. `signature` in `ambient.ts` is its twin.
 */
export function writeCall(writer: TextWriter, source: string, magic: Magic, bound: BoundArgs, code?: CodeInput): void {
  const call = new CallWriter(writer, source);
  writer.write("(");
  if (code) code.write(writer);
  const positional = magic.args.filter((arg) => arg.positional);
  const named = [...bound].filter(([name]) => !positional.some((arg) => arg.name === name));
  const given = named.length > 0 ? positional.length : positional.findLastIndex((arg) => bound.has(arg.name)) + 1;
  for (const [at, arg] of positional.slice(0, given).entries()) {
    if (at > 0 || code) writer.write(", ");
    const value = bound.get(arg.name)?.value;
    if (value) call.value(value);
    else writer.write("undefined");
  }
  if (named.length > 0) {
    writer.write(positional.length > 0 || code ? ", { " : "{ ");
    for (const [at, [name, arg]] of named.entries()) {
      if (at > 0) writer.write(", ");
      call.named(name, arg);
    }
    writer.write(" }");
  }
  writer.write(")");
}

/** Writes `alpha: [0.2, 0.8], lr: (uniform(0, 1))`, for the checker to read types from; what is wrong is told of the header. */
export function writeSpaces(writer: TextWriter, source: string, entries: readonly RecordEntry[]): void {
  const unmapped = new TextWriter(source);
  const call = new CallWriter(unmapped, source);
  for (const [at, { key, value }] of entries.entries()) {
    unmapped.write(`${at > 0 ? ", " : ""}${key}: `);
    call.value(value);
  }
  writer.write(unmapped.done().text);
}

class CallWriter {
  readonly #writer: TextWriter;
  readonly #source: string;

  constructor(writer: TextWriter, source: string) {
    this.#writer = writer;
    this.#source = source;
  }

  named(name: string, arg: BoundArg): void {
    if (arg.key) this.#writer.copyAs(name, arg.key.start);
    else this.#writer.write(name);
    this.#writer.write(": ");
    this.value(arg.value);
  }

  value(value: ArgValue): void {
    switch (value.kind) {
      case "literal":
        this.#literal(value);
        break;
      case "variable":
        this.#writer.copy(value.start, value.end);
        break;
      case "expression":
        this.#expression(value.start, value.end);
        break;
      case "list":
        this.#writer.write("[");
        for (const [at, item] of value.items.entries()) {
          if (at > 0) this.#writer.write(", ");
          this.value(item);
        }
        this.#writer.write("]");
        break;
      case "record":
        this.#record(value);
        break;
    }
  }

  /** The key is the user's own text, so an error in its value is marked there. Computed: `__proto__` is a key as any other. */
  #record(value: ArgValue & { kind: "record" }): void {
    this.#writer.write("{ ");
    for (const [at, entry] of value.entries.entries()) {
      if (at > 0) this.#writer.write(", ");
      const quoted = JSON.stringify(entry.key);
      const raw = this.#source.slice(entry.at.start, entry.at.end);
      const plain = /^[A-Za-z_$][\w$]*$/.test(raw) && raw === entry.key;
      if (entry.key === "__proto__") this.#writer.write(`[${quoted}]`);
      else if (plain || raw === quoted) this.#writer.copy(entry.at.start, entry.at.end);
      else if (quoted === `"${raw}"`) {
        this.#writer.write('"').copy(entry.at.start, entry.at.end).write('"');
      } else this.#writer.write(`[${quoted}]`);
      this.#writer.write(": ");
      this.value(entry.value);
    }
    this.#writer.write(" }");
  }

  #literal({ value, start, end }: ArgValue & { kind: "literal" }): void {
    const text = typeof value === "string" ? JSON.stringify(value) : Object.is(value, -0) ? "-0" : String(value);
    const raw = this.#source.slice(start, end);
    if (text === raw) this.#writer.copy(start, end);
    else if (text === `"${raw}"`) this.#writer.write('"').copy(start, end).write('"');
    else this.#writer.write(text);
  }

  /** `{x}` to `(x)`, a template as it is: equally long, so every column inside stands in the map. */
  #expression(start: number, end: number): void {
    const text = this.#source.slice(start, end);
    this.#writer.copyAs(text.startsWith("{") ? `(${text.slice(1, -1)})` : text, start);
  }
}

/** Builds lowered text and, beside it, the map back to the source. */
export class TextWriter {
  readonly #pieces: string[] = [];
  readonly #map: Array<{ lowered: number; source: number; length: number }> = [];
  #length = 0;

  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  /** Text that the user did not write. */
  write(text: string): this {
    this.#pieces.push(text);
    this.#length += text.length;
    return this;
  }

  /** The source from `start` to `end`. */
  copy(start: number, end: number): this {
    return this.copyAs(this.#source.slice(start, end), start);
  }

  /** Text that stands for as many characters of the source, from `start` on: `(x)` for `{x}`. */
  copyAs(text: string, start: number): this {
    if (text.length > 0) {
      const last = this.#map.at(-1);
      if (last && last.lowered + last.length === this.#length && last.source + last.length === start) {
        last.length += text.length;
      } else this.#map.push({ lowered: this.#length, source: start, length: text.length });
    }
    return this.write(text);
  }

  done(): LoweredText {
    const map: PositionMap = this.#map;
    return { text: this.#pieces.join(""), map };
  }
}

/** The TypeScript behind `%time`, with the options before it. */
export interface CodeInput {
  options: Token[];
  /** Where `const x = ` begins and ends in `%time const x = f()`: the variable is the cell's, not the function's. */
  declares?: { start: number; end: number };
  /** Writes `async () => (code), "code"`. */
  write(writer: TextWriter): void;
}

const declaration =
  /^(?:const|let|var)\s+(?:[\p{ID_Start}$_][\p{ID_Continue}$]*|\{[^=}]*\}|\[[^=\]]*\])\s*=(?![=>])\s*/u;

/**
 * Reads the rest of a `%time`-like line: first `name=value` of options that the magic declares, then code.
 * `const x = expression` declares `x` in the cell, where the magic gives the value. Code that is an expression gives the magic its value; statements run inside a function of their own.
 * @throws {MagicError} when there is no code
 */
export function codeInput(source: string, line: MagicLine, syntax: Syntax): CodeInput {
  const { magic, end } = line;
  let start = codeStart(source, line);
  const options = tokenize(source, line.nameEnd, start, syntax);
  let declares: CodeInput["declares"];
  const stop = start + withoutComment(source.slice(start, end), syntax).trimEnd().length;
  let text = source
    .slice(start, stop)
    .replace(/(?<!;);+$/, "")
    .trimEnd();
  const head = declaration.exec(text)?.[0];
  // `export default` takes one expression and no second declarator, which a comma in brackets would hide.
  if (
    head !== undefined &&
    magic.returns !== undefined &&
    !line.assigned &&
    syntax.parses(`export default ${text.slice(head.length)}`)
  ) {
    declares = { start, end: start + head.length };
    start += head.length;
    text = text.slice(head.length);
  }
  if (text === "") {
    throw new MagicError("INVALID_PARAMETER_VALUE", `%${magic.name} needs code to run.`, {
      hint: `Write %${magic.name} expression${magic.kind === "both" ? `, or %%${magic.name} at the top of a cell` : ""}.`,
      at: { start: line.percent, length: line.nameEnd - line.percent },
    });
  }
  const isExpression = syntax.parses(`void (\n${text}\n)`);
  return {
    options,
    ...(declares && { declares }),
    write(writer) {
      writer.write(isExpression ? "async () => (" : "async () => { ");
      writer.copy(start, start + text.length);
      writer.write(isExpression ? `), ${JSON.stringify(text)}` : ` }, ${JSON.stringify(text)}`);
    },
  };
}

/** Where the code of a `%time`-like line begins, behind its options. */
export function codeStart(source: string, { magic, nameEnd, end }: MagicLine): number {
  let start = skipBlanks(source, nameEnd, end);
  for (;;) {
    const option = optionLength(magic, source.slice(start, end));
    if (option === 0) return start;
    start = skipBlanks(source, start + option, end);
  }
}

/** How much of a text is an option in front of code: `n=10`, or with a dash and a number behind it, `-n 10`, `-n10`. */
function optionLength(magic: Magic, text: string): number {
  const [named, name] = /^([A-Za-z_]\w*)=(?!=)\S+/.exec(text) ?? [];
  if (named !== undefined && magic.args.some((arg) => arg.name === name)) return named.length;
  // A dash before anything else may be a minus.
  const [dashed, option = ""] = /^(--?[A-Za-z]+)(?:[ \t]*|=)\d+(?=\s)/.exec(text) ?? [];
  return dashed !== undefined && dashedOption(magic, option) ? dashed.length : 0;
}

/** Most `//` of one line that are looked at, each for a scan of the line up to it. */
const mostSlashes = 50;

/** Cuts a `// comment`: the first `//` before which everything is closed. */
function withoutComment(text: string, syntax: Syntax): string {
  let at = text.indexOf("//");
  for (let seen = 0; at >= 0 && seen < mostSlashes; seen += 1, at = text.indexOf("//", at + 1)) {
    const before = text.slice(0, at);
    if (syntax.closing(`{${before}}`, 0) === before.length + 2) return before;
  }
  return text;
}

function skipBlanks(source: string, start: number, end: number): number {
  let at = start;
  while (at < end && /\s/.test(source[at] ?? "")) at++;
  return at;
}
