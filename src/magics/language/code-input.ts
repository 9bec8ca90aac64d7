import { MagicError } from "../../errors.js";
import type { Syntax } from "../../kernel/extension.js";
import type { MagicLine } from "./parse.js";
import type { TextWriter } from "./text-writer.js";
import { type Token, tokenize } from "./tokens.js";

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
  const options: Token[] = [];
  let start = skipBlanks(source, line.nameEnd, end);
  for (;;) {
    const word = /^([A-Za-z_]\w*)=(?!=)\S+/.exec(source.slice(start, end));
    if (!word || !magic.args.some((arg) => arg.name === word[1])) break;
    options.push(...tokenize(source, start, start + word[0].length, syntax));
    start = skipBlanks(source, start + word[0].length, end);
  }
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
      hint: `Write %${magic.name} expression${magic.kind === "both" ? `, or %%${magic.name} on top of a cell` : ""}.`,
      at: { start: line.percent, length: line.nameEnd - line.percent },
    });
  }
  const dashed = /^-{1,2}([A-Za-z_]+)[ \t=]*(\d+)(?=\s)/.exec(text);
  if (dashed && magic.args.some(({ name }) => name === dashed[1])) {
    throw new MagicError("INVALID_PARAMETER_VALUE", `${dashed[0]}: magics have no options with dashes.`, {
      hint: `Write ${dashed[1]}=${dashed[2]}.`,
      at: { start, length: dashed[0].length },
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
