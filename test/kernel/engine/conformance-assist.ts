import assert from "node:assert/strict";
import type { Completeness, Completion } from "../../../src/kernel/engine/engine.js";
import type { Notebook } from "./conformance.js";
import type { ConformanceCase } from "./conformance-case.js";

/** Completes at the `|` in `marked`. */
async function completeAt(notebook: Notebook, marked: string): Promise<Completion & { replaced: string }> {
  const cursor = marked.indexOf("|");
  const code = marked.replace("|", "");
  const completion = await notebook.engine.complete({ code, cursor });
  return { ...completion, replaced: code.slice(completion.start, completion.end) };
}

async function hoverAt(notebook: Notebook, marked: string): Promise<string | undefined> {
  const cursor = marked.indexOf("|");
  const bundle = await notebook.engine.inspect({ code: marked.replace("|", ""), cursor });
  return bundle === undefined ? undefined : String(bundle.data["text/plain"]);
}

function completeness(title: string, expected: Completeness["status"], cells: readonly string[]): ConformanceCase {
  return {
    title,
    run: async ({ engine }) => {
      for (const cell of cells) assert.equal((await engine.isComplete(cell)).status, expected, cell);
    },
  };
}

/** Completion, hover, and whether a cell is finished. */
export const assistCases: readonly ConformanceCase[] = [
  {
    title: "completes members of an earlier cell's name, and says what a match replaces",
    run: async (notebook) => {
      await notebook.run("const car = { milesPerGallon: 18, maker: 'Buick' }");
      const all = await completeAt(notebook, "car.|");
      assert.deepEqual([...all.matches].sort(), ["maker", "milesPerGallon"]);
      assert.equal(all.replaced, "");
      const some = await completeAt(notebook, "1; car.mil|");
      assert.deepEqual([some.matches, some.replaced], [["milesPerGallon"], "mil"]);
    },
  },
  {
    title: "completes names of the cell itself, of earlier cells and of Node",
    run: async (notebook) => {
      await notebook.run("function trainModel() {}");
      assert.ok((await completeAt(notebook, "trainM|")).matches.includes("trainModel"));
      assert.ok((await completeAt(notebook, "const localName = 1; local|")).matches.includes("localName"));
      assert.ok((await completeAt(notebook, "proc|")).matches.includes("process"));
      assert.ok((await completeAt(notebook, "ambientH|")).matches.includes("ambientHelper"));
    },
  },
  {
    title: "completes names of earlier cells inside calls, objects and lists, but not in strings",
    run: async (notebook) => {
      await notebook.run("const learningRate = 0.1");
      const places = ["f(learn|)", "f({ rate: learn| })", "[1, learn|]", "const x = 1 + learn|"];
      for (const place of places) {
        assert.ok((await completeAt(notebook, place)).matches.includes("learningRate"), place);
      }
      assert.ok(!(await completeAt(notebook, "f('learn|')")).matches.includes("learningRate"));
      assert.ok(!(await completeAt(notebook, "({ a: 1 }).learn|")).matches.includes("learningRate"));
    },
  },
  {
    title: "completes in the middle of unfinished code, and behind an emoji",
    run: async (notebook) => {
      await notebook.run("const losses = [1, 2]");
      const inside = await completeAt(notebook, "function f() {\n  const label = '🏁'; if (losses.red|");
      assert.deepEqual([inside.matches.includes("reduce"), inside.replaced], [true, "red"]);
      const within = await completeAt(notebook, "losses.ma|p((x) => x)");
      assert.deepEqual([within.matches.includes("map"), within.replaced], [true, "map"]);
    },
  },
  {
    title: "says of each match what it is",
    run: async (notebook) => {
      const { matches, types = [] } = await completeAt(notebook, "[1].toStr|");
      assert.deepEqual(matches, ["toString"]);
      assert.deepEqual([types[0]?.text, types[0]?.type], ["toString", "method"]);
    },
  },
  {
    title: "completion changes nothing",
    run: async (notebook) => {
      await notebook.run("let n = 1");
      await completeAt(notebook, "const n = 'text'; const half = 2; n.|");
      assert.equal(await notebook.value("n + 1"), 2);
      assert.equal((await notebook.refused("half"))[0]?.code, "TS2304");
    },
  },
  {
    title: "shows the type and the documentation of an earlier cell's function",
    run: async (notebook) => {
      await notebook.run(
        "/** Mean of the squares. */\nfunction meanSquare(errors: number[]): number { return errors.length }",
      );
      const text = await hoverAt(notebook, "const m = meanSq|uare([1])");
      assert.match(text ?? "", /meanSquare\(errors: number\[\]\): number/);
      assert.match(text ?? "", /Mean of the squares\./);
    },
  },
  {
    title: "shows the inferred type of a name of the cell",
    run: async (notebook) => {
      assert.match(
        (await hoverAt(notebook, "const '🏁' in {};\nconst pai|r = [1, 'a'] as const")) ?? "",
        /pair: readonly \[1, "a"\]/,
      );
    },
  },
  {
    title: "has nothing to show where nothing stands",
    run: async (notebook) => {
      assert.equal(await hoverAt(notebook, "1 +|   1"), undefined);
      assert.equal(await hoverAt(notebook, "|"), undefined);
    },
  },
  completeness("finished cells are complete", "complete", [
    "1 + 1",
    "",
    "const a = 1",
    "function f() {\n  return 1\n}",
    "await f()",
    "for (const a of b) {}",
    "`a\nb`",
    "// comment",
    "const n: number = 'a type error is not for here'",
  ]),
  completeness("cells that go on are incomplete", "incomplete", [
    "function f() {",
    "const a = [1,",
    "f(",
    "const a =",
    "if (a) {\n  b()",
    "`a",
    "/* a",
    "class A {",
    "x = {\n  a: 1,",
  ]),
  completeness("cells that no further line can mend are invalid", "invalid", [
    "a b c",
    "const 1 = 2",
    "function )",
    "'abc",
    "}",
  ]),
  {
    title: "an incomplete cell says how deep its next line is indented",
    run: async ({ engine }) => {
      assert.deepEqual(await engine.isComplete("function f() {"), { status: "incomplete", indent: "  " });
      assert.deepEqual(await engine.isComplete("if (a) {\n  if (b) {"), { status: "incomplete", indent: "    " });
    },
  },
];
