import type TypeScript from "typescript";
import { KernelError } from "../../errors.js";
import * as api from "../../index.js";
import { typescriptSyntax } from "../../kernel/engine/syntax.js";
import { ts } from "../../kernel/engine/typescript.js";
import type { Syntax } from "../../kernel/extension.js";
import { bind } from "../../magics/language/bind.js";
import type { MagicIndex } from "../../magics/language/find-magic.js";
import { bindHeader } from "../../magics/language/lower.js";
import { codeStart } from "../../magics/language/lower-call.js";
import { type MagicLine, type ParsedCell, parse } from "../../magics/language/parse.js";
import { scriptCall } from "../../magics/language/script.js";
import { tokenize } from "../../magics/language/tokens.js";
import type { Magic, ScriptForm } from "../../magics/magic.js";
import { constLiterals } from "../../magics/provenance/const-literals.js";

/** A code cell as it stands in the script; its imports are still inside. */
export interface ConvertedCell {
  text: string;
  /** What the calls that stand for magics need: names by module. */
  imports: Array<{ module: string; name: string }>;
  /** A run is left open: `%%run keep_open`, or a log magic at the top level without a run. */
  leavesRun: boolean;
  /** Magics that became comments, by name. */
  left: string[];
  /** It starts a run at its top, so an open one must end first. */
  startsRun: boolean;
}

/**
 * Turns the magics of a cell into calls of the typed API. What only shows something in a notebook becomes a comment.
 * @param syntax - knows what the notebook's other cells declare
 * @throws {MagicError} for a magic that cannot be read; {KernelError} for one whose value a script cannot have
 */
export function convertCell(source: string, index: MagicIndex, syntax: Syntax = typescriptSyntax): ConvertedCell {
  const parsed = parse(source, index, syntax);
  const { header } = parsed;
  const imports: ConvertedCell["imports"] = [];
  const left: string[] = [];
  if (!header || header.help) return { ...convertBody(parsed, imports, left, syntax), imports, left, startsRun: false };
  const bound = bindHeader(source, header, syntax);
  const isText = header.magic.body === "text";
  const rest = isText ? { text: source.slice(header.bodyStart) } : {};
  const form = header.magic.script?.(scriptCall(source, bound, rest));
  if (form) need(form, imports);
  else left.push(`%%${header.name}`);
  const before = form?.calls.map((call) => awaited(call, form)) ?? [];
  if (isText) {
    const text = form ? before.join("\n") : commented(source.trim());
    return { text, imports, left, leavesRun: false, startsRun: false };
  }
  const body = convertBody(parsed, imports, left, syntax);
  if (!form)
    return { ...body, text: `${commented(headerLine(parsed))}\n${body.text}`, imports, left, startsRun: false };
  if (form.around !== undefined) {
    const text = [...before, form.around(body.text)].join("\n");
    return { text, imports, left, leavesRun: false, startsRun: true };
  }
  const startsRun = form.after !== undefined;
  const captured = startsRun && bound.has("capture") ? constLiterals(source) : [];
  const logged = captured.length > 0 ? [`await logParams({ ${captured.join(", ")} })`] : [];
  const after = [...logged, ...(form.after ?? []).map((call) => awaited(call, form))];
  return {
    text: [...before, body.text, ...after].join("\n"),
    imports,
    left,
    leavesRun: startsRun && form.after?.length === 0,
    startsRun,
  };
}

function convertBody(
  parsed: ParsedCell,
  imports: ConvertedCell["imports"],
  left: string[],
  syntax: Syntax,
): { text: string; leavesRun: boolean } {
  const { source, header, parts } = parsed;
  const positions = magicPositions(parsed);
  let text = "";
  let leavesRun = false;
  for (const [at, part] of parts.entries()) {
    if (part.kind !== "magic") {
      const code = source.slice(part.start, part.end);
      text += at === 0 && header ? code.replace(/^\r?\n/, "") : code;
      continue;
    }
    const form = part.help ? undefined : formOf(source, part, syntax);
    if (form) need(form, imports);
    else if (!part.help) left.push(`%${part.name}`);
    const position = positions.get(part);
    const comment = commented(source.slice(part.start, part.end));
    text += form ? lineText(source, part, form) : position?.inList === false ? `{} ${comment}` : comment;
    // A bracket on the next line would go on with the call.
    if (form && /^\s*[([`/+-]/.test(source.slice(part.end))) text += ";";
    leavesRun ||= !header && logs(part.magic) && position?.topLevel === true;
  }
  const last = parts.findLast((part) => part.kind === "magic" || source.slice(part.start, part.end).trim() !== "");
  const shown = last?.kind === "code" ? withShownValue(text) : text;
  return { text: shown.trimEnd().replace(/^(?:[^\S\n]*\n)+/, ""), leavesRun };
}

/** `const x = ` and what the magic is in TypeScript; undefined for what is only shown. */
function formOf(source: string, line: MagicLine, syntax: Syntax): ScriptForm | undefined {
  const { magic, assigned } = line;
  const words = source.slice(line.nameEnd, line.end).trim();
  if (magic.input === "code") {
    const code = source.slice(codeStart(source, line), line.end).trim();
    return { calls: [code.replace(/(?<!;);+$/, "")], sync: true };
  }
  const at = { start: line.percent, length: line.nameEnd - line.percent };
  const text = magic.input === "text";
  const bound = bind(magic, text ? [] : tokenize(source, line.nameEnd, line.end, syntax), at);
  const form = magic.script?.(scriptCall(source, bound, { assigned, ...(text ? { text: words } : {}) }));
  if (form || !assigned) return form;
  throw new KernelError(
    "NOT_IMPLEMENTED",
    `This line cannot be converted to a script: ${source.slice(line.start, line.end).trim()}`,
    {
      hint: `Use the functions of "runlab" instead, or remove the line before converting.`,
    },
  );
}

function lineText(source: string, line: MagicLine, form: ScriptForm): string {
  const [first = "", ...more] = form.calls;
  const indent = /(?<![^\S\n])[^\S\n]*$/.exec(source.slice(0, line.start))?.[0] ?? "";
  const head = line.assigned ? source.slice(line.start, line.percent) : "";
  const write = (call: string) => (line.place === "async" ? awaited(call, form) : call);
  return [head + write(first), ...more.map((call) => indent + write(call))].join("\n");
}

function awaited(call: string, form: ScriptForm): string {
  return form.sync ? call : `await ${call}`;
}

/** The functions of the API that the form calls, and what it asks for besides. */
function need(form: ScriptForm, imports: ConvertedCell["imports"]): void {
  for (const call of [...form.calls, ...(form.after ?? [])]) {
    const name = /^(?:console\.log\((?:String\(|await )?|\(await )*(?:new )?(\w+)/.exec(call)?.[1];
    if (name !== undefined && Object.hasOwn(api, name)) imports.push({ module: "runlab", name });
  }
  for (const [module, names] of Object.entries(form.imports ?? {})) {
    for (const name of names) imports.push({ module, name });
  }
}

/** Without a run it would start one. */
function logs(magic: Magic): boolean {
  return magic.lowering === "call";
}

function headerLine({ source, header }: ParsedCell): string {
  return header ? source.slice(header.start, header.end).trim() : "";
}

function commented(text: string): string {
  return text.replace(/^([^\S\n]*)/gm, "$1// ").replace(/(?<![^\S\n])[^\S\n]+$/gm, "");
}

/** Where a line magic stands among the statements of its cell. */
interface MagicPosition {
  /** In no function: it runs when the cell runs. */
  topLevel: boolean;
  /** One of a list of statements, so that a comment may stand for it; else it is the body of an `if` or a loop. */
  inList: boolean;
}

/** Parses the cell once, with each magic replaced by an empty statement. */
function magicPositions({ source, parts }: ParsedCell): Map<MagicLine, MagicPosition> {
  let text = "";
  const lines = new Map<number, MagicLine>();
  for (const part of parts) {
    if (part.kind === "magic") {
      lines.set(text.length, part);
      text += "void 0;";
    } else text += source.slice(part.start, part.end);
  }
  const positions = new Map<MagicLine, MagicPosition>();
  const file = ts.createSourceFile("cell.ts", text, ts.ScriptTarget.ESNext, true);
  const visit = (node: TypeScript.Node, topLevel: boolean): void => {
    const line = ts.isExpressionStatement(node) ? lines.get(node.getStart(file)) : undefined;
    if (line) {
      const { parent } = node;
      const inList =
        ts.isSourceFile(parent) || ts.isBlock(parent) || ts.isModuleBlock(parent) || ts.isCaseOrDefaultClause(parent);
      positions.set(line, { topLevel, inList });
    } else ts.forEachChild(node, (child) => visit(child, topLevel && !ts.isFunctionLike(node)));
  };
  visit(file, true);
  return positions;
}

/** A cell's last expression is shown in the notebook; a script prints it. What shows nothing of its own stays as it is. */
function withShownValue(text: string): string {
  const file = ts.createSourceFile("cell.ts", text, ts.ScriptTarget.ESNext, true);
  const last = file.statements.at(-1);
  if (!last || !ts.isExpressionStatement(last)) return text;
  const { expression } = last;
  const start = last.getStart(file);
  const shown = text.slice(start, expression.end);
  const silent =
    /^(?:void|delete|console\s*\.|process\s*\.)/.test(shown) ||
    ts.isStringLiteral(expression) ||
    ts.isPostfixUnaryExpression(expression) ||
    ts.isPrefixUnaryExpression(expression) ||
    (ts.isBinaryExpression(expression) && isAssignment(expression.operatorToken.kind));
  return silent ? text : `${text.slice(0, start)}console.log(${shown})${text.slice(last.end)}`;
}

function isAssignment(kind: TypeScript.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}
