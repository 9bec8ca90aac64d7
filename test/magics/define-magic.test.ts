import assert from "node:assert/strict";
import { test } from "node:test";
import { MagicError } from "../../src/errors.js";
import { defineMagic, tsType } from "../../src/magics/define-magic.js";
import type { Magic, MagicArgs, MagicContext } from "../../src/magics/magic.js";

const common = { summary: "Test", doc: "", lowering: "await", examples: [] } as const;
const doc = "";

/** What `run` gets for what a cell gives. */
function read(magic: Magic, given: MagicArgs): unknown {
  return magic.run?.(given, {} as MagicContext);
}

const all = defineMagic({
  ...common,
  name: "all",
  kind: "line",
  input: "args",
  args: [
    { name: "key", type: "string", required: true, doc },
    { name: "note", type: "string", required: true, mayBeEmpty: true, doc },
    { name: "goal", type: "string", complete: ["min", "max"], doc },
    { name: "step", type: "number", doc },
    { name: "force", type: "boolean", doc },
    { name: "metrics", type: "list", doc },
    { name: "runs", type: "words", doc },
    { name: "options", type: "record", doc },
    { name: "tag", type: "string", prefix: true, doc },
    { name: "size", type: "value", tsType: tsType<readonly [number, number]>("readonly [number, number]"), doc },
  ],
  extraArgs: { type: "number", doc },
  run: (args) => {
    // Each declared type is the argument's own: a wrong one would not compile.
    const key: string = args.key;
    const goal: "min" | "max" | undefined = args.goal;
    const step: number | undefined = args.step;
    const force: boolean = args.force;
    const lists: ReadonlyArray<readonly string[]> = [args.metrics, args.runs];
    const options: Readonly<Record<string, unknown>> | undefined = args.options;
    const tags: Readonly<Record<string, unknown>> = args.tag;
    const width: number | undefined = args.size?.[0];
    const extra: Readonly<Record<string, number>> | undefined = args.extra;
    // @ts-expect-error An argument that is not declared is not there.
    void args.other;
    // @ts-expect-error One that is not required may be absent.
    void (() => args.step.toFixed());
    return { key, note: args.note, goal, step, force, lists, options, tags, width, extra };
  },
});

test("a magic gets its arguments as they are declared", () => {
  assert.deepEqual(read(all, { key: "a", note: "" }), {
    key: "a",
    note: "",
    goal: undefined,
    step: undefined,
    force: false,
    lists: [[], []],
    options: undefined,
    tags: {},
    width: undefined,
    extra: undefined,
  });
  const given = { key: 1, note: true, goal: "max", metrics: "rmse", runs: ["a", 2], size: [3, 4], extra: { r2: 1 } };
  assert.deepEqual(read(all, { ...given, force: true, tag: { constructor: "x" }, options: { k: 1 }, step: 0 }), {
    key: "1",
    note: "true",
    goal: "max",
    step: 0,
    force: true,
    lists: [["rmse"], ["a", "2"]],
    options: { k: 1 },
    tags: { constructor: "x" },
    width: 3,
    extra: { r2: 1 },
  });
});

test("a value of another type than declared is refused with its name, and so is a promise", () => {
  const wrong: ReadonlyArray<[name: string, value: unknown]> = [
    ["key", ""],
    ["key", undefined],
    ["key", {}],
    ["goal", "best"],
    ["step", "1"],
    ["metrics", 1],
    ["runs", [{}]],
    ["options", 1],
    ["tag", 1],
    ["extra", { r2: "1" }],
    ...["key", "goal", "step", "metrics", "options", "size"].map((name): [string, unknown] => [
      name,
      Promise.resolve(),
    ]),
    ["tag", { a: Promise.resolve() }],
  ];
  for (const [name, value] of wrong) {
    assert.throws(
      () => read(all, { key: "a", note: "", [name]: value }),
      (error) => error instanceof MagicError && error.code === "INVALID_PARAMETER_VALUE" && error.message !== "",
      `${name}: ${String(value)}`,
    );
  }
});

test("a magic of text gets the text, one of code the code, and a cell magic the text of its body", async () => {
  const text = defineMagic({
    ...common,
    name: "text",
    kind: "line",
    input: "text",
    args: [],
    run: (args) => args.text,
  });
  assert.equal(read(text, { text: "ls -l" }), "ls -l");
  const code = defineMagic({
    ...common,
    name: "code",
    kind: "line",
    input: "code",
    args: [],
    run: ({ code }) => code(),
  });
  assert.equal(await read(code, { code: async () => 7, text: "7" }), 7);
  const body = defineMagic({
    ...common,
    name: "body",
    kind: "cell",
    input: "args",
    body: "text",
    args: [],
    runCell: async ({ text }) => ({ hasValue: true, value: text.length }),
  });
  const noBody = () => Promise.reject(new Error("a body of text is not evaluated"));
  assert.equal((await body.runCell?.({ text: "abc" }, {} as MagicContext, noBody))?.value, 3);
});
