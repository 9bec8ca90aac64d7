import type { JupyterJson, RunDetailsJson } from "../../server/page/page-json.js";

/** Where a run's notebook or script is, as far as its record tells. */
export interface RunSource {
  /** As it was recorded: absolute, or relative to the folder of a Jupyter server. */
  path: string;
  /** Opens it in JupyterLab, at its cell where that is known; undefined where no Jupyter server is known that has it. */
  href: string | undefined;
}

/**
 * The notebook of a run, and a link to it.
 * @param page - address of this page: behind jupyter-server-proxy it names the Jupyter server
 * @param jupyter - what the server of the page knows of the one that it was started in
 */
export function runSource(
  { tags }: Pick<RunDetailsJson, "tags">,
  page: string,
  jupyter: JupyterJson | undefined,
): RunSource | undefined {
  const path = tags["mlflow.source.name"];
  if (path === undefined || path === "") return undefined;
  const base = jupyterBase(page, jupyter?.url);
  const inside = pathInside(path, jupyter?.root);
  const isNotebook = /\.ipynb$/i.test(path);
  if (base === undefined || inside === undefined || !isNotebook) return { path, href: undefined };
  const cell = tags["runlab.cell.id"];
  // VS Code has ids of another kind, which are addresses.
  const place = cell !== undefined && /^[\w-]{1,64}$/.test(cell) ? `#cell-id=${cell}` : "";
  return { path, href: `${base}lab/tree/${inside.split("/").map(encodeURIComponent).join("/")}${place}` };
}

/** What comes before `/proxy/5001/`; else what the server knows, where that is an address for this browser. */
function jupyterBase(page: string, known: string | undefined): string | undefined {
  const { origin, pathname, hostname } = new URL(page);
  const parts = pathname.split("/");
  const proxy = parts.lastIndexOf("proxy");
  if (proxy > 0 && /^(?:absolute|\d+|[\w.-]+:\d+)$/.test(parts[proxy + 1] ?? "")) {
    return `${origin}${parts.slice(0, proxy).join("/")}/`;
  }
  if (known === undefined || !/^https?:\/\//.test(known)) return undefined;
  const url = new URL(known);
  if (isLoopback(url.hostname) && !isLoopback(hostname)) return undefined;
  return known.endsWith("/") ? known : `${known}/`;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

/** A path below the folder that a Jupyter server has; a relative one is below it already. */
function pathInside(path: string, root: string | undefined): string | undefined {
  const parts = path.split(/[/\\]/);
  if (parts.includes("..")) return undefined;
  const isAbsolute = path.startsWith("/") || /^[a-z]:[/\\]/i.test(path);
  if (!isAbsolute) return parts.join("/");
  if (root === undefined) return undefined;
  const folder = root.split(/[/\\]/);
  while (folder.length > 1 && folder.at(-1) === "") folder.pop();
  const below = folder.every((part, at) => part === parts[at]) && parts.length > folder.length;
  return below ? parts.slice(folder.length).join("/") : undefined;
}
