import { dirname, join } from "node:path";
import type { VariableDeclaration } from "@tslab/typescript-for-tslab";
import type { CellInput, Diagnostic, PositionMap } from "../engine.js";
import { missingImportHint } from "../missing-import.js";
import { toSource } from "../position-map.js";
import type { TslabDiagnostic, TslabTypeScript } from "./tslab-package.js";

export interface CellPlace {
  /** The folder that names of other files start from. */
  cwd: string;
  /** Characters that stand before the cell's own text. */
  prefix?: number;
  /** The cell's own file, when it is a `@module` cell. */
  ownFile?: string;
}

/** tslab's diagnostics in the cell's own coordinates; those of other files say where they are. */
export function cellDiagnostics(
  cell: Pick<CellInput, "map">,
  found: readonly TslabDiagnostic[],
  { cwd, prefix = 0, ownFile }: CellPlace,
): Diagnostic[] {
  return found.map(({ fileName, messageText, code, category, start, end }) => {
    const inCell = fileName === undefined || fileName === ownFile;
    const place = `${fileName}:${start.line + 1}:${start.character + 1}`;
    const text = messageText + missingImportHint(messageText, join(cwd, dirname(fileName ?? "")));
    return {
      message: inCell ? text : `${place} - ${text}`,
      code: `TS${code}`,
      category: category === 0 ? "warning" : "error",
      start: inCell ? toSource(cell.map, Math.max(0, start.offset - prefix)) : 0,
      length: inCell ? end.offset - start.offset : 0,
    };
  });
}

/**
 * Errors of a name whose inferred type no declaration can spell: it needs a file that a package does not export
 * (TS2742, TS2883), is of a private name or an unnamed class (TS4023, TS4025, TS4094), or is too long (TS7056).
 */
export const unspellable: ReadonlySet<number> = new Set([2742, 2883, 4023, 4025, 4094, 7056]);

/**
 * The cell with a type written to such names, since tslab's converter hands names on by declarations:
 * `typeof import("x")` for what `await import("x")` gives, else `any`.
 * @param ends - offsets in `cell.text` just after the names
 * @returns undefined when one of them is no variable without a type
 */
export function annotateNames(ts: TslabTypeScript, cell: CellInput, ends: readonly number[]): CellInput | undefined {
  const file = ts.createSourceFile("cell.ts", cell.text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const variables = file.statements.flatMap((statement) =>
    ts.isVariableStatement(statement) ? [...statement.declarationList.declarations] : [],
  );
  const found = variables.filter((variable) => ends.includes(variable.name.end));
  const canBeTyped = found.every(
    (variable) => ts.isIdentifier(variable.name) && !variable.type && variable.initializer,
  );
  if (found.length < new Set(ends).size || !canBeTyped) return undefined;
  const map: Array<PositionMap[number]> = [];
  let text = "";
  let copied = 0;
  const copyTo = (end: number) => {
    map.push({ lowered: text.length, source: copied, length: end - copied });
    text += cell.text.slice(copied, end);
    copied = end;
  };
  for (const variable of found) {
    copyTo(variable.name.end);
    text += `: ${typeFor(ts, variable)}`;
  }
  copyTo(cell.text.length);
  return { ...cell, text, map: through(map, cell.map), source: cell.source ?? cell.text };
}

function typeFor(ts: TslabTypeScript, { initializer }: VariableDeclaration): string {
  const call = initializer && ts.isAwaitExpression(initializer) ? initializer.expression : undefined;
  if (!call || !ts.isCallExpression(call) || call.expression.kind !== ts.SyntaxKind.ImportKeyword) return "any";
  const [specifier] = call.arguments;
  return specifier && ts.isStringLiteral(specifier) ? `typeof import(${JSON.stringify(specifier.text)})` : "any";
}

/** Runs of `outer` followed to where `inner` says that they stand. */
function through(outer: PositionMap, inner: PositionMap | undefined): PositionMap {
  if (!inner) return outer;
  return outer.flatMap((run) =>
    inner.flatMap((next) => {
      const start = Math.max(run.source, next.lowered);
      const length = Math.min(run.source + run.length, next.lowered + next.length) - start;
      if (length <= 0) return [];
      return [{ lowered: run.lowered + start - run.source, source: next.source + start - next.lowered, length }];
    }),
  );
}
