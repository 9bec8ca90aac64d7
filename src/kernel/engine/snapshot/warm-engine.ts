import { HubEngine, type HubEngineOptions } from "../hub/hub-engine.js";
import { readConfiguration } from "../hub/options.js";

/** Cells that make the engine read, bind and compile what every notebook needs; they use what most cells use. */
const cells = [
  "1 + 1",
  "const first = 1; let second = [first, 2].map((x) => x * 2); function third(a: number) { return a + second.length }",
  "interface Row { name: string; value: number }\nconst rows: Row[] = [{ name: 'a', value: third(1) }];\nfor (const { name, value } of rows) console.log(name, value);\nclass Box<T> { constructor(readonly v: T) {} }\nawait Promise.resolve(new Box(rows)); second = [];",
  'import * as fs from "node:fs";\nimport { join } from "node:path";\nexport const read = async (name: string) => JSON.parse(fs.readFileSync(join(".", name), "utf8")) as Record<string, number>;\nObject.entries({ a: 1 }).sort(([, x], [, y]) => x - y)',
  "rows.map(({ value }) => value.toFixed(2)).join()",
  "rows.map((row) => row.nam)",
];

/** A folder that no notebook lies in. */
const nowhere = "/runlab-nowhere";

/**
 * An engine that has compiled cells before its kernel is started: part of a startup snapshot. All work is done when the
 * constructor returns, since no timer survives a snapshot.
 */
export class WarmEngine {
  readonly #engine: HubEngine;

  readonly #options: Omit<HubEngineOptions, "cwd" | "warm" | "configuration">;

  constructor(options: Omit<HubEngineOptions, "cwd" | "warm" | "configuration">) {
    this.#options = options;
    this.#engine = new HubEngine({ ...options, cwd: nowhere });
    cells.forEach((text, index) => {
      this.#engine.compileNow({ count: index + 1, text });
    });
    this.#engine.compileNow({ count: 0, text: "first + 1", expression: true });
    // No completion: TypeScript sorts proposals with an Intl.Collator, which V8 cannot put in a snapshot.
    this.#engine.inspectNow({ code: "third", cursor: 2 });
    void this.#engine.reset();
    // Leaves a checker that has seen nothing wrong: the first cell goes on with it.
    this.#engine.compileNow({ count: 0, text: "1" });
  }

  /** The engine of a notebook in `cwd`. What is warm serves once: call it once. */
  at(cwd: string): HubEngine {
    const configuration = readConfiguration(cwd);
    if (this.#engine.settleIn(cwd, configuration)) return this.#engine;
    return new HubEngine({ ...this.#options, cwd, configuration, warm: this.#engine.warmth() });
  }
}
