import type TypeScript from "typescript";
import { ts } from "../../kernel/engine/typescript.js";
import type { MagicLine, ParsedCell } from "../../magics/language/parse.js";

/** Where a line magic stands among the statements of its cell. */
export interface MagicPlace {
  /** In no function: it runs when the cell runs. */
  topLevel: boolean;
  /** One of a list of statements, so that a comment may stand for it; else it is the body of an `if` or a loop. */
  inList: boolean;
}

/** Parses the cell once, with an empty statement in the place of each magic. */
export function magicPlaces({ source, parts }: ParsedCell): Map<MagicLine, MagicPlace> {
  let text = "";
  const lines = new Map<number, MagicLine>();
  for (const part of parts) {
    if (part.kind === "magic") {
      lines.set(text.length, part);
      text += "void 0;";
    } else text += source.slice(part.start, part.end);
  }
  const places = new Map<MagicLine, MagicPlace>();
  const file = ts.createSourceFile("cell.ts", text, ts.ScriptTarget.ESNext, true);
  const visit = (node: TypeScript.Node, topLevel: boolean): void => {
    const line = ts.isExpressionStatement(node) ? lines.get(node.getStart(file)) : undefined;
    if (line) {
      const { parent } = node;
      const inList =
        ts.isSourceFile(parent) || ts.isBlock(parent) || ts.isModuleBlock(parent) || ts.isCaseOrDefaultClause(parent);
      places.set(line, { topLevel, inList });
    } else ts.forEachChild(node, (child) => visit(child, topLevel && !ts.isFunctionLike(node)));
  };
  visit(file, true);
  return places;
}
