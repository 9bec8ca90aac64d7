import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";
import * as vega from "vega";

/** The line of Vega-Lite that JupyterLab 4.6 and Notebook 7 carry. Its build calls `require("vega")`, which Node refuses. */
export async function vegaLite5(): Promise<Pick<typeof import("vega-lite"), "compile">> {
  const text = await readFile(fileURLToPath(import.meta.resolve("vega-lite-v5")), "utf8");
  const exports = {} as Pick<typeof import("vega-lite"), "compile">;
  compileFunction(text, ["exports", "module", "require"])(exports, { exports }, () => vega);
  return exports;
}
