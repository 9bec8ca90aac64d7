import type { Magic, MagicArg } from "../magic.js";

// Types of the language itself; every other capitalized name in a declaration is one of the package's exports.
const builtIn = new Set([
  ...Object.getOwnPropertyNames(globalThis),
  ..."Record Partial Readonly Required Pick Omit ReadonlyArray ReadonlyMap ReadonlySet Iterable AsyncIterable Awaited NonNullable ArrayLike PromiseLike T".split(
    " ",
  ),
]);

/**
 * The declarations that lowered text is checked against: one method per magic on the global `$magic`, twice more under
 * `assigned` (`const x = %name …`) and `header` (arguments of a `%%name`).
 */
export function ambient(magics: readonly Magic[]): string {
  const lines = magics.filter((magic) => magic.kind !== "cell").map((magic) => `  ${magic.name}${signature(magic)};`);
  const headers = magics
    .filter((magic) => magic.kind !== "line")
    .map((magic) => `  ${magic.name}(${parameters(magic)}): Record<string, unknown>;`);
  return [
    "interface $Magics {",
    ...lines,
    "}",
    "interface $MagicHeaders {",
    ...headers,
    "}",
    ...trialTypes,
    "declare const $magic: $Magics & {",
    "  readonly ranges: $Ranges;",
    "  trial<const S extends $Spaces>(spaces: (ranges: $Ranges) => Promise<S>): { readonly [K in keyof S]: $Choice<S[K]> };",
    "  readonly assigned: $Magics;",
    "  readonly header: $MagicHeaders;",
    "  help(name: string): void;",
    "  provided(): unknown;",
    "};",
    "",
  ].join("\n");
}

/** What these declarations and lowered text call their own things. */
export const ownNames: ReadonlySet<string> = new Set([
  "$magic",
  "$trial",
  "$Magics",
  "$MagicHeaders",
  "$Range",
  "$Ranges",
  "$Spaces",
  "$Wide",
  "$Choice",
]);

/** What the header of a sweep may hold, and the types of its params in the body: numbers are numbers, texts the ones listed. */
const trialTypes: readonly string[] = [
  'interface $Range { readonly range: "uniform" | "logUniform" | "int"; readonly low: number; readonly high: number }',
  "interface $Ranges {",
  "  /** Real numbers from `low` to below `high`. */",
  "  uniform(low: number, high: number): $Range;",
  "  /** The same for numbers above 0 of very different size, such as a learning rate. */",
  "  logUniform(low: number, high: number): $Range;",
  "  /** Whole numbers from `low` to `high`, both included. */",
  "  int(low: number, high: number): $Range;",
  "}",
  "type $Spaces = Readonly<Record<string, readonly unknown[] | $Range>>;",
  "type $Wide<T> = T extends number ? number : T extends boolean ? boolean : T;",
  "type $Choice<S> = S extends $Range ? number : S extends readonly (infer T)[] ? $Wide<T> : never;",
];

function signature(magic: Magic): string {
  const value = qualify(magic.returns ?? "void");
  const result = magic.lowering === "call" ? value : `Promise<${value}>`;
  if (magic.input === "text") return `(text?: string): ${result}`;
  if (magic.input === "args") return `(${parameters(magic)}): ${result}`;
  const rest = parameters(magic);
  return `<T>(code: () => Promise<T>, text: string${rest === "" ? "" : `, ${rest}`}): ${result}`;
}

/** Twin of `writeCall`. */
function parameters(magic: Magic): string {
  const positional = magic.args.filter((arg) => arg.positional);
  // A parameter may be left out only when all behind it may.
  const firstOptional = positional.findLastIndex((arg) => arg.required) + 1;
  const list = positional.map((arg, at) =>
    at >= firstOptional
      ? `${arg.name}?: ${typeOf(arg)}`
      : `${arg.name}: ${typeOf(arg)}${arg.required ? "" : " | undefined"}`,
  );
  const named = magic.args.filter((arg) => !arg.positional);
  const members = named.map((arg) => `${arg.name}${arg.required ? "" : "?"}: ${typeOf(arg)}`);
  if (magic.extraArgs) members.push(`extra?: Record<string, ${typeOf(magic.extraArgs)}>`);
  if (members.length > 0) {
    const optional = named.every((arg) => !arg.required) ? "?" : "";
    // A required parameter can't follow an optional one; the options then come last all the same.
    const before = optional === "" ? list.map((text) => text.replace(/^(\w+)\?: (.*)$/s, "$1: $2 | undefined")) : list;
    return [...before, `options${optional}: { ${members.join("; ")} }`].join(", ");
  }
  return list.join(", ");
}

function typeOf(arg: Pick<MagicArg, "type" | "tsType" | "complete" | "prefix">): string {
  const single = arg.tsType === undefined ? plainType(arg) : qualify(arg.tsType.text);
  return arg.prefix ? `Record<string, ${single}>` : single;
}

function plainType(arg: Pick<MagicArg, "type" | "complete">): string {
  switch (arg.type) {
    case "string":
      return Array.isArray(arg.complete) ? arg.complete.map((word) => JSON.stringify(word)).join(" | ") : "string";
    case "number":
    case "boolean":
      return arg.type;
    case "words":
      return "readonly string[]";
    case "record":
      return "Readonly<Record<string, unknown>>";
    case "list":
      return "string | readonly string[]";
    case "value":
      return "unknown";
    case "space":
      return "readonly unknown[] | $Range";
  }
}

/** `Run[]` to `import("runlab").Run[]`. */
function qualify(type: string): string {
  return type.replace(/(?<![\w.$"'])[A-Z]\w*(?!["'])/g, (name) =>
    builtIn.has(name) ? name : `import("runlab").${name}`,
  );
}
