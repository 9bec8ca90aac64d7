// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the cells in here hold templates
import assert from "node:assert/strict";
import { test } from "node:test";
import { MagicError } from "../../src/errors.js";
import { typescriptSyntax as syntax } from "../../src/kernel/engine/syntax.js";
import { defineMagic } from "../../src/magics/define-magic.js";
import { MagicIndex } from "../../src/magics/language/find-magic.js";
import { lower } from "../../src/magics/language/lower.js";
import type { Magic, MagicArgs, MagicContext } from "../../src/magics/magic.js";
import { RunningCell } from "./test-cell.js";
import { testMagics } from "./test-magics.js";

/** The test magics, each keeping what it was called with. */
function recording(): { list: Magic[]; calls: Array<{ name: string; args: MagicArgs; assigned: boolean }> } {
  const calls: Array<{ name: string; args: MagicArgs; assigned: boolean }> = [];
  const list = testMagics.map((magic) =>
    defineMagic({
      ...magic,
      run(args: MagicArgs, { assigned }: MagicContext) {
        calls.push({ name: magic.name, args: given(args), assigned });
        return magic.name === "time" ? (args.code as () => unknown)() : magic.name;
      },
      runCell: async (args: MagicArgs, context: MagicContext, body: Parameters<NonNullable<Magic["runCell"]>>[2]) => {
        calls.push({ name: `%%${magic.name}`, args: given(args), assigned: false });
        if (magic.name === "capture") context.provide({ stdout: "kept" });
        return body();
      },
    }),
  );
  return { list, calls };
}

/** Without what stands for an argument that was left out. */
function given(args: MagicArgs): MagicArgs {
  const isLeftOut = (value: unknown) =>
    value === undefined || value === false || (typeof value === "object" && Object.keys(value ?? {}).length === 0);
  return Object.fromEntries(Object.entries(args).filter(([, value]) => !isLeftOut(value)));
}

/** Lowers a cell and evaluates it, as engine and kernel do. */
async function runCell(source: string, names: Record<string, unknown> = {}) {
  const { list, calls } = recording();
  const cell = new RunningCell(source);
  const extension = cell.extension(list);
  const { magic, code } = lower(source, new MagicIndex(list), syntax);
  const scope = { ...extension.globals, ...names };
  const evaluate = (text: string) =>
    new Function(...Object.keys(scope), `return (async () => { ${text}\n})()`)(...Object.values(scope));
  const plain = (text: string) => text.replace(/ as \{[^}]*\}/g, "");
  const body = async () => ({ hasValue: true, value: await evaluate(plain(code?.text ?? "")) });
  if (!magic) return { calls, value: (await body()).value, cell, extension };
  const args = magic.args ?? (await evaluate(`return ${magic.header?.text.trim()}`));
  const call = { name: magic.name, args, ...(magic.text !== undefined && { text: magic.text }) };
  return { calls, value: (await extension.runMagic(call, cell, body)).value, cell, extension };
}

test("what a user writes arrives as arguments by name", async () => {
  const { calls } = await runCell(
    '%log_metric loss {x} step=3\n%log_params x lr=0.1\n%compare a "b c" force\n%best rmse\n%sh ls "a b"',
    { x: 0.5 },
  );
  assert.deepEqual(
    calls.map(({ args }) => args),
    [
      { key: "loss", value: 0.5, step: 3 },
      { extra: { x: 0.5, lr: 0.1 } },
      { runs: ["a", "b c"], force: true },
      { metric: "rmse" },
      { text: 'ls "a b"' },
    ],
  );
});

test("a positional argument left out is no argument", async () => {
  const { calls } = await runCell("%compare metric=rmse\n%log_metrics step=1 a=2");
  assert.deepEqual(calls[0]?.args, { metric: "rmse" });
  assert.deepEqual(calls[1]?.args, { step: 1, extra: { a: 2 } });
});

test("a magic knows whether its value goes to a variable", async () => {
  const { calls } = await runCell("const b = %best rmse\n%best rmse");
  assert.deepEqual(
    calls.map(({ assigned }) => assigned),
    [true, false],
  );
});

test("%time hands on code that runs where it stands, with its value", async () => {
  const { value, calls } = await runCell("const y = %time n=2 x + 1\nreturn y", { x: 1 });
  assert.equal(value, 2);
  assert.equal(calls[0]?.args.text, "x + 1");
  assert.equal(calls[0]?.args.n, 2);
});

test("a header of expressions is evaluated before the body, a text body arrives verbatim", async () => {
  const run = await runCell("%%run name=`a ${x}` tag.k={x} nested\nreturn 7", { x: 1 });
  assert.deepEqual(run.calls, [{ name: "%%run", args: { name: "a 1", tag: { k: 1 }, nested: true }, assigned: false }]);
  assert.equal(run.value, 7);
  const html = await runCell("%%html\n<b>\n");
  assert.deepEqual(html.calls[0]?.args, { text: "<b>\n" });
});

test("%%capture's variable is there in the body", async () => {
  assert.deepEqual((await runCell("%%capture out\nreturn out")).value, { stdout: "kept" });
});

test("a number that is none is refused in the cell, with its name and type", async () => {
  await assert.rejects(runCell("%log_metric loss {x}", { x: "0.5" }), (error) => {
    assert.ok(error instanceof MagicError);
    assert.equal(error.message, `%log_metric: value must be a number; got the text "0.5".`);
    assert.match(error.hint ?? "", /Number\(…\)/);
    return true;
  });
  await assert.rejects(
    runCell("%log_metrics rmse={x}", { x: [1] }),
    /%log_metrics: rmse must be a number; got an array\./,
  );
  await assert.rejects(runCell("%log_metrics a=1 step={x}", { x: null }), /step must be a number; got null\./);
});

test("a promise that nobody awaited is refused in the cell, by whichever magic and argument", async () => {
  const x = Promise.resolve(1);
  const cells = [
    "%log_metric loss {x}",
    "%log_metrics rmse={x}",
    "%log_metrics a=1 step={x}",
    "%compare metric={x}",
    "%%run name={x}\nreturn 1",
    "%%run tag.family={x}\nreturn 1",
  ];
  for (const cell of cells) {
    await assert.rejects(runCell(cell, { x }), (error) => {
      assert.ok(error instanceof MagicError, cell);
      assert.match(error.message, /is a Promise\..*await/, cell);
      return true;
    });
  }
});

test("a word that an expression gives and an argument does not allow is refused, with the allowed ones listed", async () => {
  await assert.rejects(
    runCell("%best rmse {x}", { x: "lowest" }),
    /order must be one of min, max; got the text "lowest"/,
  );
  assert.deepEqual((await runCell("%best rmse {x}", { x: "min" })).calls[0]?.args, { metric: "rmse", order: "min" });
});

test("help is shown, not returned", async () => {
  const { cell } = await runCell("%best?\n%%run?");
  assert.match(String(cell.shown[0]?.data["text/plain"]), /%best <metric>/);
  assert.match(String(cell.shown[1]?.data["text/plain"]), /%%run/);
  const { shown } = (await runCell("?")).cell;
  assert.match(String(shown[0]?.data["text/plain"]), /begins with % is a magic[\s\S]*%%capture/);
});

/** One magic whose calls answer as told. */
function failing(answer: () => unknown): Magic {
  return {
    name: "log",
    kind: "line",
    summary: "Log",
    input: "args",
    args: [],
    lowering: "call",
    examples: [],
    run: answer,
  };
}

test("an argument that is wrong at run time throws in the cell itself, at its own line", () => {
  const cell = new RunningCell();
  const extension = cell.extension([
    failing(() => {
      throw new MagicError("INVALID_PARAMETER_VALUE", "no number");
    }),
  ]);
  assert.throws(() => (extension.globals.$magic as { log(): void }).log(), /no number/);
});
