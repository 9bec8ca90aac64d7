import assert from "node:assert/strict";
import { test } from "node:test";
import { MagicError } from "../../src/errors.js";
import { typescriptSyntax as syntax } from "../../src/kernel/engine/syntax.js";
import { MagicIndex } from "../../src/magics/language/find-magic.js";
import { lower } from "../../src/magics/language/lower.js";
import { magics } from "../../src/magics/registry.js";
import { testMagics } from "./test-magics.js";

const index = new MagicIndex(testMagics);

interface Refusal {
  title: string;
  cell: string;
  /** What the error marks in the cell. */
  marks: string;
  message: RegExp;
  hint?: RegExp;
}

const refusals: Refusal[] = [
  {
    title: "an unknown magic is refused with what was probably meant",
    cell: "f()\n%lgo_metric x 1",
    marks: "%lgo_metric",
    message: /^Line magic function `%lgo_metric` not found\.$/,
    hint: /Did you mean %log_metric\?/,
  },
  {
    title: "an unknown cell magic likewise",
    cell: "%%rnu\nf()",
    marks: "%%rnu",
    message: /^Cell magic `%%rnu` not found\.$/,
    hint: /%%run/,
  },
  {
    title: "a magic of IPython's is refused with what does it here",
    cell: "%matplotlib inline",
    marks: "%matplotlib",
    message: /^Line magic function `%matplotlib` not found\.$/,
    hint: /^Charts need no set-up/,
  },
  {
    title: "a cell magic of IPython's likewise",
    cell: "%%sx\nls",
    marks: "%%sx",
    message: /^Cell magic `%%sx` not found\.$/,
    hint: /%%bash or %%script at the top of a script/,
  },
  {
    title: "a cell magic with one % is told in IPython's words",
    cell: "%run name=a",
    marks: "%run",
    message: /^Line magic function `%run` not found \(But cell magic `%%run` exists, did you mean that instead\?\)\.$/,
  },
  {
    title: "a line magic with two % likewise",
    cell: "%%best rmse\nf()",
    marks: "%%best",
    message: /^Cell magic `%%best` not found \(But line magic `%best` exists, did you mean that instead\?\)\.$/,
  },
  {
    title: "a plural of a cell magic is near it",
    cell: "%%runs\nf()",
    marks: "%%runs",
    message: /not found/,
    hint: /%%run\b/,
  },
  {
    title: "an unknown option is refused with what was probably meant",
    cell: "%compare forse=1",
    marks: "forse",
    message: /has no option 'forse'/,
    hint: /force/,
  },
  {
    title: "a bare word where a number belongs gets the braces hint",
    cell: "%log_metrics acc=best",
    marks: "best",
    message: /acc must be a number; got the text 'best'/,
    hint: /acc=\{best\}/,
  },
  {
    title: "so does a bare word without a name",
    cell: "%log_metric acc best",
    marks: "best",
    message: /must be a number/,
    hint: /write \{best\}/,
  },
  { title: "a quoted number is text", cell: '%log_metric acc "0.5"', marks: '"0.5"', message: /must be a number/ },
  {
    title: "a missing value behind = is told",
    cell: "%log_metric loss 1 step= 3",
    marks: "step=",
    message: /The value of step is missing/,
  },
  {
    title: "a missing argument is told with all that the magic takes",
    cell: '%log_metric "a b"',
    marks: "%log_metric",
    message: /needs value/,
    hint: /<key> <value>/,
  },
  {
    title: "a magic for any names without one is told",
    cell: "%log_metrics step=3",
    marks: "%log_metrics",
    message: /needs at least one name/,
    hint: /Usage: .*step=/,
  },
  {
    title: "an argument too many is told",
    cell: "%best rmse max 3",
    marks: "3",
    message: /at most 2 positional values/,
  },
  {
    title: "an argument given twice is told",
    cell: "%log_metric a 1 step=1 step=2",
    marks: "step",
    message: /step is given twice/,
  },
  { title: "a key given twice is told", cell: "%log_params a=1 a=2", marks: "a", message: /a is given twice/ },
  {
    title: "a word that is none of the choices is told with them",
    cell: "%best rmse mix",
    marks: "mix",
    message: /order must be one of min, max; got 'mix'/,
    hint: /min/,
  },
  {
    title: "options with dashes are told in this grammar",
    cell: "%compare --force",
    marks: "--force",
    message: /options of magics have no dashes/,
    hint: /Write force/,
  },
  { title: "unfinished quotes are told", cell: '%compare where="a > 1', marks: '"a > 1', message: /no closing "/ },
  {
    title: "an unfinished expression is told",
    cell: "%log_metric loss {f(\n)}",
    marks: "{f(",
    message: /no closing \}/,
    hint: /one line/,
  },
  {
    title: "an empty expression is told",
    cell: "%log_metric loss { }",
    marks: "{ }",
    message: /between \{ and \} is missing/,
  },
  { title: "an unfinished list is told", cell: "%compare columns=[a, b", marks: "[a, b", message: /no closing \]/ },
  { title: "a list with blanks for commas is told", cell: "%compare columns=[a b]", marks: "b", message: /comma/ },
  {
    title: "an expression glued to a word is told",
    cell: "%best fold{k}",
    marks: "{",
    message: /bare word/,
    hint: /`fold\$\{…\}`/,
  },
  {
    title: "two arguments without a space between them are an error",
    cell: '%compare "a""b"',
    marks: '"',
    message: /space is missing/,
  },
  {
    title: "an empty body under a cell magic is told in IPython's words",
    cell: "%%run name=a\n \n",
    marks: "%%run",
    message: /^%%run is a cell magic, but the cell body is empty\.$/,
  },
  {
    title: "an empty body proposes the line magic of that name",
    cell: "%%time",
    marks: "%%time",
    message: /the cell body is empty\. Did you mean the line magic %time \(single %\)\?$/,
  },
  {
    title: "a second %%run in a cell is refused with the way to nest",
    cell: "%%run\nf()\n%%run\ng()",
    marks: "%%run",
    message: /inside %%run/,
    hint: /nested: true/,
  },
  {
    title: "a cell magic below code is sent to the first line",
    cell: "f()\n%%run\ng()",
    marks: "%%run",
    message: /first line/,
  },
  {
    title: "a magic that waits says so in a function that is not async",
    cell: "function f() {\n  %best rmse\n}",
    marks: "%best",
    message: /not async/,
    hint: /async/,
  },
  {
    title: "a magic that waits says so in a class",
    cell: "class A {\n  async *m() {\n    %best rmse\n  }\n}",
    marks: "%best",
    message: /class body or a generator/,
  },
  {
    title: "a magic without a value can't be assigned",
    cell: "const a = %log_metric x 1",
    marks: "%log_metric",
    message: /no value to assign/,
  },
  { title: "%time without code says what it needs", cell: "%time // nothing", marks: "%time", message: /needs code/ },
  {
    title: "a variable that is no name is refused",
    cell: '%%capture "a b"\nf()',
    marks: "%%capture",
    message: /variable name/,
  },
  {
    title: "an option of a magic without any is told",
    cell: "%%html lang=en\n<b>",
    marks: "lang",
    message: /no option 'lang'/,
  },
];

for (const { title, cell, marks, message, hint } of refusals) {
  test(title, () => {
    assert.throws(
      () => lower(cell, index, syntax),
      (error) => {
        assert.ok(error instanceof MagicError);
        assert.match(error.message, message);
        if (hint) assert.match(error.hint ?? "", hint);
        assert.ok(error.at);
        assert.equal(cell.slice(error.at.start, error.at.start + error.at.length), marks);
        return true;
      },
    );
  });
}

test("an option of %%sweep that other tools call otherwise is named; a list under that name is a param", () => {
  const all = new MagicIndex(magics);
  const sweep = (header: string) => lower(`%%sweep ${header}\n1`, all, syntax);
  const refused = (header: string, hint: RegExp) =>
    assert.throws(
      () => sweep(header),
      (error: unknown) =>
        error instanceof MagicError && /has no option/.test(error.message) && hint.test(error.hint ?? ""),
    );
  refused("alpha=[0.1, 0.2] trials=6", /^Write max=6: /);
  refused("alpha=[0.1, 0.2] n_jobs=2", /^Write parallel=2: /);
  for (const header of ["trials=[1, 2]", "trials=1,2"]) assert.doesNotThrow(() => sweep(header));
});
