import { readFileSync } from "node:fs";
import { KernelError, reasonOf } from "../../errors.js";

/** What `convert` needs of a notebook. @see nbformat 4 */
export interface NotebookFile {
  cells: Array<{ kind: "code" | "markdown" | "raw"; source: string }>;
}

/** @throws {KernelError} when the file cannot be read, or is no notebook of format 4 */
export function readNotebook(path: string): NotebookFile {
  const parsed = parseJson(path, readText(path));
  const { cells, nbformat } = (parsed ?? {}) as { cells?: unknown; nbformat?: unknown };
  if (!Array.isArray(cells) || nbformat !== 4) {
    throw new KernelError("INVALID_PARAMETER_VALUE", `${path} is not a notebook in format 4.`, {
      hint: "Open it in JupyterLab and save it, which upgrades older formats.",
    });
  }
  return {
    cells: cells.map((cell: { cell_type?: unknown; source?: unknown }) => ({
      kind: cell.cell_type === "code" || cell.cell_type === "markdown" ? cell.cell_type : "raw",
      source: Array.isArray(cell.source) ? cell.source.join("") : String(cell.source ?? ""),
    })),
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new KernelError("RESOURCE_DOES_NOT_EXIST", `The notebook ${path} cannot be read: ${reasonOf(cause)}.`, {
      cause,
    });
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KernelError("INVALID_PARAMETER_VALUE", `${path} is not a notebook: it is not JSON.`, { cause });
  }
}
