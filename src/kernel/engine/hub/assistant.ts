import type { MimeBundle } from "../../../render/mime-bundle.js";
import type { AssistRequest, Completion } from "../engine.js";
import { isOwnVariable } from "../own-variable.js";
import { type TypeScript, ts } from "../typescript.js";
import { type CellText, cellText } from "./cell-text.js";
import type { Checker } from "./checker.js";
import { withoutTraces } from "./layout.js";
import type { Scope } from "./scope.js";
import { valuePathAt } from "./value-path.js";

/** Names of ours that no user should be offered. */
const internalName = /^\$\$|^runlab_cell_/;

/** Completion and hover: the cell being written takes the place of the cell at hand. */
export class Assistant {
  readonly #checker: Checker;
  readonly #scope: Scope;

  constructor(checker: Checker, scope: Scope) {
    this.#checker = checker;
    this.#scope = scope;
  }

  complete({ code, cursor, only }: AssistRequest): Completion {
    const { cell, position } = this.#open(code, cursor);
    const found = this.#checker.assist((service) =>
      service.getCompletionsAtPosition(this.#checker.layout.cell, position, {
        includeCompletionsForModuleExports: false,
        includeCompletionsWithInsertText: false,
      }),
    );
    const word =
      /(?<![\p{ID_Continue}$\u200c\u200d])[\p{ID_Continue}$\u200c\u200d]*$/u.exec(code.slice(0, cursor))?.[0] ?? "";
    const span =
      found?.optionalReplacementSpan ?? found?.entries.find((entry) => entry.replacementSpan)?.replacementSpan;
    const start = span ? span.start - cell.part.start : cursor - word.length;
    const end = span ? Math.max(start + span.length, cursor) : cursor;
    const prefix = code.slice(start, cursor).toLowerCase();
    const matches = new Map<string, { order: string; type: string }>();
    const own = found !== undefined && !found.isMemberCompletion;
    for (const [name, { kind }] of own && !inString(cell, position, this.#checker) ? this.#scope.names() : []) {
      matches.set(name, { order: "0", type: kind });
    }
    for (const { name, sortText, kind } of found?.entries ?? []) {
      if (!internalName.test(name) && !matches.has(name)) matches.set(name, { order: sortText, type: kind });
    }
    const kept = [...matches].filter(
      ([name, { order, type }]) =>
        name.toLowerCase().startsWith(prefix) &&
        (only === undefined || isOwnVariable(name, { kind: type, sortText: order })),
    );
    const path = this.#checker.assist((service) => {
      const program = service.getProgram();
      const file = program?.getSourceFile(this.#checker.layout.cell);
      return program && file && valuePathAt(file, position, program.getTypeChecker());
    });
    kept.sort(([a, { order: left }], [b, { order: right }]) => compare(left, right) || compare(a, b));
    return {
      matches: kept.map(([name]) => name),
      start,
      end,
      types: kept.map(([name, { type }]) => ({ text: name, type })),
      ...(path && { path }),
    };
  }

  inspect({ code, cursor }: AssistRequest): MimeBundle | undefined {
    const { position } = this.#open(code, cursor);
    return this.#checker.assist((service) => this.#hover(service, position));
  }

  #hover(service: TypeScript.LanguageService, position: number): MimeBundle | undefined {
    const { layout } = this.#checker;
    const found = service.getQuickInfoAtPosition(layout.cell, position);
    // Behind the last letter of a name: the name is meant.
    const at = found ? position : position - 1;
    const info = found ?? service.getQuickInfoAtPosition(layout.cell, at);
    if (info === undefined) return undefined;
    const signature = withoutTraces(ts.displayPartsToString(info.displayParts))
      .replace(/^\(alias\) /, "")
      // A name's type may come by an import of ours, beside the value that is meant.
      .replace(/\nimport [^\n]*(\n[\s\S]*)?$/, "");
    const documentation = this.#commentAt(at) || documentationOf(info);
    const plain = documentation === "" ? signature : `${signature}\n\n${documentation}`;
    const markdown = `\`\`\`typescript\n${signature}\n\`\`\`${documentation === "" ? "" : `\n\n${tagsAsList(documentation)}`}`;
    return { data: { "text/plain": plain, "text/markdown": markdown } };
  }

  /**
   * The comment in front of a definition. Libraries are parsed without their JSDoc, for speed; and what TypeScript reads of a
   * comment has lost its fences: `@decorator` in an example's code is a tag to it.
   */
  #commentAt(position: number): string {
    const [definition] = this.#checker.service.getDefinitionAtPosition(this.#checker.layout.cell, position) ?? [];
    if (definition === undefined) return "";
    const text = this.#checker.program().getSourceFile(definition.fileName)?.text ?? "";
    const before = text.slice(0, (definition.contextSpan ?? definition.textSpan).start).trimEnd();
    if (!before.endsWith("*/")) return "";
    const start = before.lastIndexOf("/**");
    if (start < 0) return "";
    return before
      .slice(start + 3, -2)
      .split("\n")
      .map((line) => line.replace(/^\s*\* ?/, ""))
      .join("\n")
      .trim();
  }

  #open(code: string, cursor: number): { cell: CellText; position: number } {
    const cell = cellText({ text: code }, this.#scope, this.#checker.options);
    this.#checker.open(cell);
    return { cell, position: cell.part.start + cursor };
  }
}

/** What TypeScript finds elsewhere: of a method that a class inherits, say. */
function documentationOf({ documentation, tags = [] }: TypeScript.QuickInfo): string {
  const lines = tags.map(({ name, text }) => `@${name} ${ts.displayPartsToString(text)}`.trim());
  return [ts.displayPartsToString(documentation), ...lines].filter((part) => part !== "").join("\n");
}

/** Markdown joins lines into one paragraph; `@param` and its like are a list, one item each. Code between fences stays. */
function tagsAsList(documentation: string): string {
  let fenced = false;
  let listed = false;
  const lines = documentation.split("\n").map((line) => {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    const tag = fenced ? null : /^@(\w+)/.exec(line);
    if (!tag) return line;
    const item = `- *@${tag[1]}*${line.slice(tag[0].length)}`;
    const first = !listed;
    listed = true;
    return first ? `\n${item}` : item;
  });
  return lines.join("\n").trimStart();
}

/** Where names make no sense: strings and comments. */
function inString(cell: CellText, position: number, checker: Checker): boolean {
  const file: TypeScript.SourceFile = checker.cellFile();
  let node: TypeScript.Node = file;
  for (;;) {
    const child: TypeScript.Node | undefined = ts.forEachChild(node, (each) =>
      each.getStart(file) < position && position <= each.end ? each : undefined,
    );
    if (child === undefined) break;
    node = child;
  }
  const before = cell.text.slice(cell.part.start, position);
  return ts.isStringLiteralLike(node) || before.includes("//", before.lastIndexOf("\n") + 1);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
