import { MagicError } from "../../errors.js";
import type { Diagnostic } from "../../kernel/engine/engine.js";
import type { LoweredCell, LoweredText, Remark, Syntax } from "../../kernel/extension.js";
import type { Magic } from "../magic.js";
import { bind } from "./bind.js";
import { type ArgValue, type BoundArgs, literalArgs } from "./bound-args.js";
import type { MagicIndex } from "./find-magic.js";
import type { Header } from "./grammar.js";
import { foreignSyntax } from "./ipython-habits.js";
import { codeInput, TextWriter, writeCall, writeSpaces } from "./lower-call.js";
import { type MagicLine, type ParsedCell, parse } from "./parse.js";
import { type Span, tokenize } from "./tokens.js";

/**
 * Turns a cell with magics into TypeScript. Every line stays on its line, and the map leads back to the user's columns.
 * @throws {MagicError} with `at` in the source
 */
export function lower(source: string, index: MagicIndex, syntax: Syntax): LoweredCell {
  if (/^\s*\?\s*$/.test(source)) return { code: { text: lineBreaks(source, source.length) + helpCall("", "") } };
  const parsed = parse(source, index, syntax);
  const { header } = parsed;
  const said: Said = { suspects: [...parsed.suspects, ...foreignSyntax(source)], remarks: [] };
  const explained = (cell: LoweredCell): LoweredCell => ({
    ...cell,
    ...(said.suspects.length > 0 && { suspects: said.suspects }),
    ...(said.remarks.length > 0 && { remarks: said.remarks }),
  });
  if (!header && parsed.parts.every((part) => part.kind === "code")) return explained({ code: { text: source } });
  if (!header || header.help) return explained({ code: lowerBody(parsed, syntax, said) });

  const { magic } = header;
  if (source.slice(header.bodyStart).trim() === "") throw emptyBody(magic, header);
  const bound = bindHeader(source, header, syntax);
  const args = literalArgs(bound);
  sayOfArgs(said, source, magic, bound, syntax);
  if (!args) said.suspects.push(...declaredTooLate(source, header));
  const call = {
    name: magic.name,
    ...(args ? { args } : { header: headerCall(source, header, magic, bound) }),
    ...(magic.body === "text" && { text: source.slice(header.bodyStart) }),
  };
  if (magic.body === "text") return explained({ magic: call });
  const code = lowerBody(parsed, syntax, said, bound);
  if (magic.trials) return explained({ magic: call, code: withParams(code, { source, magic, bound, syntax }) });
  return explained({ magic: call, code: magic.ownScope ? inBlock(code, syntax) : code });
}

/**
 * The arguments of a `%%magic` header; with `headerText` the rest of the line is one argument, as it stands.
 * @throws {MagicError} as `bind` does
 */
export function bindHeader(source: string, header: Header & { magic: Magic }, syntax: Syntax): BoundArgs {
  const { magic, start, nameEnd, end } = header;
  const nameAt = { start, length: nameEnd - start };
  const { headerText } = magic;
  if (headerText === undefined) return bind(magic, tokenize(source, nameEnd, end, syntax), nameAt);
  const text = source.slice(nameEnd, end).trim();
  if (text === "") return bind(magic, [], nameAt);
  const at = source.indexOf(text, nameEnd);
  return new Map([[headerText, { value: { kind: "literal", value: text, start: at, end: at + text.length } }]]);
}

/** What explains compile errors in the lowered text. */
type Said = Required<Pick<LoweredCell, "suspects" | "remarks">>;

function sayOfArgs(said: Said, source: string, magic: Magic, bound: BoundArgs, syntax: Syntax): void {
  said.remarks.push(...numberRemarks(source, magic, bound), ...valueRemarks(source, magic, bound));
  for (const { value } of bound.values()) said.suspects.push(...objectsInBraces(source, value, syntax));
}

/** `{alpha: 1}`, which is meant as an object: the braces hold an expression, and an object has braces of its own. */
function objectsInBraces(source: string, value: ArgValue, syntax: Syntax): Diagnostic[] {
  if (value.kind === "list") return value.items.flatMap((item) => objectsInBraces(source, item, syntax));
  if (value.kind === "record") return value.entries.flatMap((entry) => objectsInBraces(source, entry.value, syntax));
  if (value.kind !== "expression") return [];
  const text = source.slice(value.start, value.end);
  if (!text.startsWith("{")) return [];
  const inside = text.slice(1, -1).trim();
  const names = /^[\p{ID_Continue}$]+(?:\s*,\s*[\p{ID_Continue}$]+)+$/u.test(inside);
  if (!names && (syntax.parses(`void (${inside}\n)`) || !syntax.parses(`void ({${inside}\n})`))) return [];
  const message = `The braces hold one expression. For an object, write two: {{${inside}}}.`;
  return [{ message, code: "", category: "error", start: value.start, length: value.end - value.start }];
}

/** The header's arguments as an expression, on the header's own line. */
function headerCall(source: string, header: Header, magic: Magic, bound: BoundArgs): LoweredText {
  const writer = new TextWriter(source).write(lineBreaks(source, header.start));
  if (magic.trials) writer.write(`await (${rangesFunction}`);
  writer.write(`$magic.header.${magic.name}`);
  writeCall(writer, source, magic, bound);
  if (magic.trials) writer.write(")($magic.ranges)");
  return writer.done();
}

/** In the braces of a sweep's params the ranges are known by their names. */
const rangesFunction = "async ({ uniform, logUniform, int }: typeof $magic.ranges) => ";

/**
 * The params of a sweep as variables of the body. Their types are those of the header's spaces, which are written a second time
 * for the checker alone: outside of the body's block, where a name that is also a param's still means the notebook's variable.
 */
function withParams(
  body: LoweredText,
  { source, magic, bound, syntax }: { source: string; magic: Magic; bound: BoundArgs; syntax: Syntax },
): LoweredText {
  const spaces = bound.get("extra")?.value;
  const entries = spaces?.kind === "record" ? spaces.entries : [];
  if (!syntax.parses(`{${body.text}\n}`) && syntax.parses(body.text)) {
    throw new MagicError(
      "INVALID_PARAMETER_VALUE",
      `%%${magic.name} runs its body once per trial, where nothing can be imported or exported.`,
      {
        hint: "Move the import or export to an earlier cell.",
      },
    );
  }
  const writer = new TextWriter(source).write(`{const $trial = $magic.trial(${rangesFunction}({ `);
  writeSpaces(writer, source, entries);
  writer.write(" }));{const { ");
  for (const [at, { key, at: span }] of entries.entries()) {
    if (at > 0) writer.write(", ");
    if (span.end - span.start === key.length) writer.copyAs(key, span.start);
    else writer.write(key);
  }
  writer.write(" } = $trial;");
  const { text, map } = writer.done();
  const moved = (body.map ?? []).map((run) => ({ ...run, lowered: run.lowered + text.length }));
  return { text: `${text}${body.text}\n}}`, map: [...(map ?? []), ...moved] };
}

/** Names of the header that only the body declares: the header comes first, so the compiler will not find them. */
function declaredTooLate(source: string, header: Header): Diagnostic[] {
  const body = source.slice(header.bodyStart);
  const declaration = /\b(?:const|let|var|function|class|enum)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu;
  const declared = new Set(Array.from(body.matchAll(declaration), ([, name]) => name));
  const words = source
    .slice(header.nameEnd, header.end)
    .matchAll(/(?<![\p{ID_Continue}$.])[\p{ID_Start}$_][\p{ID_Continue}$]*/gu);
  return [...words]
    .filter(([word]) => declared.has(word))
    .map((match) => ({
      message:
        `Cannot find name '${match[0]}': the header of %%${header.name} is evaluated before the body, which declares it. ` +
        `Declare it in an earlier cell.`,
      code: "TS2304",
      category: "error",
      start: header.nameEnd + match.index,
      length: match[0].length,
    }));
}

/** @param said - gets what the lines have to say about compile errors in them */
function lowerBody(parsed: ParsedCell, syntax: Syntax, said: Said, bound?: BoundArgs): LoweredText {
  const { source, header, parts } = parsed;
  const writer = new TextWriter(source);
  if (header) {
    writer.write(lineBreaks(source, header.start));
    if (header.help) writer.write(helpCall(header.name, "%%"));
    const { variable } = header.magic;
    const name = variable && bound?.get(variable.arg)?.value;
    if (name?.kind === "literal") {
      writer
        .write("const ")
        .copyAs(String(name.value), name.start)
        .write(` = $magic.provided() as ${variable?.tsType};`);
    }
  }
  for (const part of parts) {
    if (part.kind !== "magic") writer.copy(part.start, part.end);
    else if (part.about !== undefined) writer.write(`await $magic.pinfo(${JSON.stringify(part.about)});`);
    else if (part.help) writer.write(helpCall(part.name, part.marker));
    else lowerLine(writer, source, part, syntax, said);
  }
  return writer.done();
}

/** An `import` or `export` stands at the top only; then the body's names are the notebook's. */
function inBlock({ text, map = [] }: LoweredText, syntax: Syntax): LoweredText {
  const block = `{${text}\n}`;
  if (/^[^\S\n\r\u2028\u2029]*(?:import|export)\b(?!\s*[.(])/m.test(text) || !syntax.parses(block))
    return { text, map };
  return { text: block, map: map.map((run) => ({ ...run, lowered: run.lowered + 1 })) };
}

/** `%log_metric loss {x}` to `void $magic.log_metric("loss", (x));`: `void` or `await` ends the statement above. */
function lowerLine(writer: TextWriter, source: string, line: MagicLine, syntax: Syntax, said: Said): void {
  const { magic, assigned } = line;
  const at = { start: line.percent, length: line.nameEnd - line.percent };
  if (assigned && magic.returns === undefined) {
    throw new MagicError("INVALID_PARAMETER_VALUE", `%${magic.name} has no value to assign.`, {
      hint: `Write %${magic.name} … on its own line.`,
      at,
    });
  }
  if (line.place !== "async" && (assigned || magic.lowering === "await")) throw needsAwait(line, at);
  const code = magic.input === "code" ? codeInput(source, line, syntax) : undefined;
  if (assigned) writer.copy(line.start, line.percent);
  else if (code?.declares) writer.copy(code.declares.start, code.declares.end);
  const valued = assigned || line.valued === true || code?.declares !== undefined;
  writer.write(valued ? "await $magic.assigned." : statementStart(magic));
  if (line.marker === "!") writer.write(magic.name);
  else writer.copy(line.nameEnd - magic.name.length, line.nameEnd);

  if (magic.input === "text") {
    const text = source.slice(line.nameEnd, line.end).trim();
    if (text === "") bind(magic, [], at);
    writer.write(text === "" ? "()" : `(${JSON.stringify(text)})`);
  } else {
    const tokens = code ? code.options : tokenize(source, line.nameEnd, line.end, syntax);
    const bound = bind(magic, tokens, at);
    sayOfArgs(said, source, magic, bound, syntax);
    writeCall(writer, source, magic, bound, code);
  }
  writer.write(";");
}

function statementStart(magic: Magic): string {
  if (magic.lowering === "call") return "void $magic.";
  return magic.draws ? "void await $magic." : "await $magic.";
}

function helpCall(name: string, marker: string): string {
  return `void $magic.help(${JSON.stringify(marker + name)});`;
}

function needsAwait(line: MagicLine, at: { start: number; length: number }): MagicError {
  const name = `%${line.magic.name}`;
  return line.place === "sync"
    ? new MagicError(
        "INVALID_PARAMETER_VALUE",
        `${name} waits for its result, but the function around it is not async.`,
        {
          hint: "Make the function async, or move the line out of it.",
          at,
        },
      )
    : new MagicError("INVALID_PARAMETER_VALUE", `${name} cannot be used in a class body or a generator.`, {
        hint: "Move it into an async function, or to the top level of the cell.",
        at,
      });
}

function emptyBody(magic: Magic, header: Header): MagicError {
  const line = magic.kind === "both" ? ` Did you mean the line magic %${magic.name} (single %)?` : "";
  return new MagicError(
    "INVALID_PARAMETER_VALUE",
    `%%${magic.name} is a cell magic, but the cell body is empty.${line}`,
    { at: { start: header.start, length: header.nameEnd - header.start } },
  );
}

function lineBreaks(source: string, end: number): string {
  return source.slice(0, end).replace(/[^\n\r\u2028\u2029]/g, "");
}

/** TypeScript's numbers for a value of the wrong type: as an argument, and in an object. */
const wrongType = ["TS2345", "TS2322"];

/** For a part of a list or an object: of the wrong type, or with a name that none is expected to have. */
const wrongPart = ["TS2322", "TS2353"];

/** For each expression where a magic takes a number: what to say when TypeScript finds that it is not one. */
function numberRemarks(source: string, magic: Magic, bound: BoundArgs): Remark[] {
  const remarks: Remark[] = [];
  const expect = (name: string, value: ArgValue, key: { start: number } | undefined) => {
    if (value.kind !== "expression" && value.kind !== "variable") return;
    const text = `${name} must be a number; got ${source.slice(value.start, value.end)}.`;
    remarks.push({ ranges: whereMarked(source, value, key), codes: wrongType, text });
  };
  const numbers = magic.args.filter(({ type }) => type === "number");
  for (const { name } of numbers) {
    const arg = bound.get(name);
    if (arg) expect(name, arg.value, arg.key);
  }
  const extra = magic.extraArgs?.type === "number" ? bound.get("extra")?.value : undefined;
  if (extra?.kind === "record") for (const { key, value, at } of extra.entries) expect(key, value, at);
  return remarks;
}

/** For each expression whose type is a magic's own: what it takes, in words, before what TypeScript finds wrong with it. */
function valueRemarks(source: string, magic: Magic, bound: BoundArgs): Remark[] {
  return magic.args.flatMap(({ name, type, doc }): Remark[] => {
    const arg = bound.get(name);
    if (type !== "value" || (arg?.value.kind !== "expression" && arg?.value.kind !== "variable")) return [];
    const { value, key } = arg;
    const text = `${name} must be ${doc.charAt(0).toLowerCase()}${doc.slice(1)}.`;
    const whole = { ranges: whereMarked(source, value, key), codes: wrongType, text };
    // Of a list or an object that is written out, TypeScript marks the parts.
    const isWrittenOut = /^\{\s*[[{]/.test(source.slice(value.start, value.end));
    return isWrittenOut ? [whole, { ranges: [value], codes: wrongPart, text }] : [whole];
  });
}

/** TypeScript marks an expression, or the name of the property that it is for. */
function whereMarked(source: string, value: Span, key: { start: number } | undefined): Remark["ranges"] {
  const text = source.slice(value.start, value.end);
  const inside = text.startsWith("{") ? text.slice(1).search(/\S/) + 1 : 0;
  return [value.start + inside, ...(key ? [key.start] : [])].map((start) => ({ start, end: start + 1 }));
}
