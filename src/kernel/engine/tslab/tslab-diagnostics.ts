import { dirname, join } from "node:path";
import type { CellInput, Diagnostic } from "../engine.js";
import { missingImportHint } from "../missing-import.js";
import { toSource } from "../position-map.js";
import type { TslabDiagnostic } from "./tslab-package.js";

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
