import { HubEngine } from "../hub/hub-engine.js";
import { leaveWarmState } from "../hub/warm-state.js";

/** Cells that make the engine read, bind and compile what every notebook needs; they use what most cells use. */
const cells = [
  "const first = 1; let second = [first, 2].map((x) => x * 2); function third(a: number) { return a + second.length }",
  "interface Row { name: string; value: number }\nconst rows: Row[] = [{ name: 'a', value: third(1) }];\nfor (const { name, value } of rows) console.log(name, value);\nclass Box<T> { constructor(readonly v: T) {} }\nawait Promise.resolve(new Box(rows)); second = [];",
  'import * as fs from "node:fs";\nimport { join } from "node:path";\nexport const read = async (name: string) => JSON.parse(fs.readFileSync(join(".", name), "utf8")) as Record<string, number>;\nObject.entries({ a: 1 }).sort(([, x], [, y]) => x - y)',
  "rows.map(({ value }) => value.toFixed(2)).join()",
];

/** Runs while a startup snapshot is made: all work must be done when it returns, since no timer survives. */
export function warmUp({ cwd, ambient }: { cwd: string; ambient: string }): void {
  const engine = new HubEngine({ cwd, ambient });
  cells.forEach((text, index) => {
    engine.compileNow({ count: index + 1, text });
  });
  engine.compileNow({ count: 0, text: "first + 1", expression: true });
  // No completion: TypeScript sorts proposals with an Intl.Collator, which V8 cannot put in a snapshot.
  engine.inspectNow({ code: "third", cursor: 2 });
  leaveWarmState(engine.warmth());
}
