import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";

const { resolve } = createRequire(import.meta.url);

/**
 * Vega and Vega-Lite, loaded when this module is: by `import()`, with the first chart. Each is one minified file, which takes
 * a quarter of the time that the hundreds of modules behind `import("vega")` do. Their `exports` hide these files.
 */
export const vega = loaded("vega") as typeof import("vega");
export const vegaLite = loaded("vega-lite", vega) as typeof import("vega-lite");

/** @param needed - what its only `require` gives */
function loaded(name: string, needed?: unknown): unknown {
  const filename = join(dirname(resolve(name)), `${name}.min.js`);
  const module = { exports: {} };
  const run = compileFunction(readFileSync(filename, "utf8"), ["exports", "module", "require"], { filename });
  run(module.exports, module, () => needed);
  return module.exports;
}
