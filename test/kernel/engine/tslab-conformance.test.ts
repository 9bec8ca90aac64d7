import { SourceMap } from "node:module";
import { after, before } from "node:test";
import type { CellOutput } from "../../../src/kernel/cell-output.js";
import type { CompiledCell } from "../../../src/kernel/engine/engine.js";
import { TslabEngine } from "../../../src/kernel/engine/tslab/tslab-engine.js";
import { TslabEvaluator } from "../../../src/kernel/engine/tslab/tslab-evaluator.js";
import { installTslabDisplay } from "../../../src/kernel/tslab-display.js";
import { engineConformance, type Position } from "./conformance.js";

const silent: CellOutput = {
  display: () => undefined,
  update: () => undefined,
  clear: () => undefined,
  stream: () => undefined,
};

before(() => void installTslabDisplay(silent));
after(() => void Reflect.deleteProperty(globalThis, Symbol.for("runlab.tslab")));

engineConformance({
  name: "tslab's converter",
  createEngine: (options) => new TslabEngine(options),
  createEvaluator: () => new TslabEvaluator(),
  thrownAt,
  misses: {
    "closures see what later cells assign": "each cell has variables of its own and hands on their values",
    "code that runs later uses the new definition of a name": "the same",
    "functions are hoisted and var leaves its block": "its declarations leave out a var of an inner block",
    "await using and using dispose at the end of their block": "TypeScript 5.2",
    "arrays and objects have the methods of today's standard": "TypeScript 5.2 and later",
    "JSON with an import attribute": "TypeScript 5.3",
    "standard decorators": "its notebooks use the experimental ones",
    "JSX becomes calls of the JSX runtime": "its cells are .ts; a @module cell marked @jsx takes JSX",
    "null and undefined are checked": "its notebooks are written without strict",
  },
});

/** The evaluator leaves stacks as V8 writes them; the kernel maps them where it shows them, as is done here. */
function thrownAt(error: unknown, cell: CompiledCell): Position | undefined {
  const frame = error instanceof Error ? /Cell \[\d+\]:(\d+):(\d+)/.exec(error.stack ?? "") : undefined;
  if (!frame || cell.sourceMap === undefined) return undefined;
  const entry = new SourceMap(JSON.parse(cell.sourceMap)).findEntry(Number(frame[1]) - 1, Number(frame[2]) - 1);
  return "originalLine" in entry ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 } : undefined;
}
