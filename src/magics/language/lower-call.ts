import type { Magic } from "../magic.js";
import type { ArgValue, BoundArg, BoundArgs } from "./bound-args.js";
import type { CodeInput } from "./code-input.js";
import type { TextWriter } from "./text-writer.js";

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

class CallWriter {
  constructor(
    private readonly writer: TextWriter,
    private readonly source: string,
  ) {}

  named(name: string, arg: BoundArg): void {
    if (arg.key) this.writer.copyAs(name, arg.key.start);
    else this.writer.write(name);
    this.writer.write(": ");
    this.value(arg.value);
  }

  value(value: ArgValue): void {
    switch (value.kind) {
      case "literal":
        this.literal(value);
        break;
      case "variable":
        this.writer.copy(value.start, value.end);
        break;
      case "expression":
        this.expression(value.start, value.end);
        break;
      case "list":
        this.writer.write("[");
        for (const [at, item] of value.items.entries()) {
          if (at > 0) this.writer.write(", ");
          this.value(item);
        }
        this.writer.write("]");
        break;
      case "record":
        this.record(value);
        break;
    }
  }

  /** The key is the user's own text, so an error in its value is marked there. Computed: `__proto__` is a key as any other. */
  private record(value: ArgValue & { kind: "record" }): void {
    this.writer.write("{ ");
    for (const [at, entry] of value.entries.entries()) {
      if (at > 0) this.writer.write(", ");
      const quoted = JSON.stringify(entry.key);
      const raw = this.source.slice(entry.at.start, entry.at.end);
      const plain = /^[A-Za-z_$][\w$]*$/.test(raw) && raw === entry.key;
      if (entry.key === "__proto__") this.writer.write(`[${quoted}]`);
      else if (plain || raw === quoted) this.writer.copy(entry.at.start, entry.at.end);
      else if (quoted === `"${raw}"`) {
        this.writer.write('"').copy(entry.at.start, entry.at.end).write('"');
      } else this.writer.write(`[${quoted}]`);
      this.writer.write(": ");
      this.value(entry.value);
    }
    this.writer.write(" }");
  }

  private literal({ value, start, end }: ArgValue & { kind: "literal" }): void {
    const text = typeof value === "string" ? JSON.stringify(value) : Object.is(value, -0) ? "-0" : String(value);
    const raw = this.source.slice(start, end);
    if (text === raw) this.writer.copy(start, end);
    else if (text === `"${raw}"`) this.writer.write('"').copy(start, end).write('"');
    else this.writer.write(text);
  }

  /** `{x}` to `(x)`, a template as it is: equally long, so every column inside stands in the map. */
  private expression(start: number, end: number): void {
    const text = this.source.slice(start, end);
    this.writer.copyAs(text.startsWith("{") ? `(${text.slice(1, -1)})` : text, start);
  }
}
