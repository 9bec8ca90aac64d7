import { existsSync } from "node:fs";
import { basename, extname, isAbsolute, join } from "node:path";

/**
 * Path of the notebook that a cell belongs to, as far as the front end tells:
 * - VS Code puts it into the cell's id (`vscode-notebook-cell:/home/me/cars.ipynb#W0s…`);
 * - Jupyter Server starts a kernel with `JPY_SESSION_NAME`, the notebook's path
 *   (absolute, or relative to the server's root; a console has a name without extension there).
 * nbclient, papermill and `jupyter console` tell nothing.
 * @returns undefined when nobody told
 */
export function notebookPath(
  cwd: string,
  cellId: string | undefined,
  sessionName: string | undefined = process.env.JPY_SESSION_NAME,
): string | undefined {
  return fromVsCode(cellId) ?? fromJupyterServer(cwd, sessionName);
}

function fromVsCode(cellId: string | undefined): string | undefined {
  if (cellId === undefined || !URL.canParse(cellId)) return undefined;
  const uri = new URL(cellId);
  if (uri.protocol !== "vscode-notebook-cell:" || uri.pathname === "") return undefined;
  try {
    return decodeURIComponent(uri.pathname);
  } catch {
    return uri.pathname;
  }
}

function fromJupyterServer(cwd: string, name: string | undefined): string | undefined {
  if (name === undefined || extname(name) === "") return undefined;
  if (isAbsolute(name)) return name;
  // The server starts a kernel in the notebook's own folder.
  const here = join(cwd, basename(name));
  return existsSync(here) ? here : name;
}
