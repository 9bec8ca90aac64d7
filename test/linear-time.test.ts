// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the cells in here hold templates
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { analyse } from "scslre";
import ts from "typescript";
import { convertCell } from "../src/cli/convert/convert-cell.js";
import { RunlabError } from "../src/errors.js";
import { readCsv } from "../src/exports/csv.js";
import { readJson } from "../src/exports/json.js";
import { typescriptSyntax as syntax } from "../src/kernel/engine/syntax.js";
import { errorContent } from "../src/kernel/executor/error-content.js";
import { type CompletionSources, complete } from "../src/magics/assist/complete.js";
import { inspect } from "../src/magics/assist/hover.js";
import { MagicIndex } from "../src/magics/language/find-magic.js";
import { lower } from "../src/magics/language/lower.js";
import { constLiterals } from "../src/magics/provenance/const-literals.js";
import { parseStatus, withoutCredentials } from "../src/magics/provenance/git.js";
import { importedPackages } from "../src/magics/provenance/packages.js";
import { magics } from "../src/magics/registry.js";
import { castOf } from "../src/models/signature/cast-value.js";
import { readCsvBody } from "../src/server/scoring/input-format.js";
import { PlainShape } from "../src/server/scoring/input-shape.js";
import { suggest } from "../src/suggest.js";
import { runFields } from "../src/tracking/filter/fields.js";
import { toPredicate } from "../src/tracking/filter/match.js";
import { parseDuration, parseFilter, parseTime } from "../src/tracking/filter/parse.js";
import { readRun } from "../src/tracking/filter/row-values.js";
import { assertLinear } from "./linear.js";
import { parse, shown, source, sourceFiles } from "./source-modules.js";

test("no regular expression of the package can take more than linear time", () => {
  const slow: string[] = [];
  let count = 0;
  for (const file of sourceFiles(source)) {
    const tree = parse(file);
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        count += 1;
        const end = node.text.lastIndexOf("/");
        const { reports } = analyse({ source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
        const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
        for (const { type } of reports) slow.push(`${type} in ${shown(file)}:${line} ${node.text}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(tree);
  }
  assert.deepEqual(slow, []);
  assert.ok(count > 200, `only ${count} were found`);
});

test("the analysis knows slow ones", () => {
  for (const source of ["^(a+)+$", "\\s+$", "^\\d*\\d*x"]) {
    assert.ok(analyse({ source, flags: "" }).reports.length > 0, source);
  }
});

const index = new MagicIndex(magics);

/** Refusals are fine; they are to come fast. Nesting that TypeScript cannot follow is one: the cell is told so. */
async function attempt(work: () => unknown, deep: boolean): Promise<void> {
  try {
    await work();
  } catch (error) {
    const tooDeep = error instanceof RangeError && deep;
    if (!(error instanceof RunlabError || tooDeep)) throw error;
  }
}

/** What a text of any size is made of: a beginning, a part many times, and an end. */
type Shape = readonly [start: string, part: string, end: string];

function linear(what: string, work: (text: string) => unknown, shapes: readonly Shape[]): void {
  for (const [start, part, end] of shapes) {
    test(`${what}: ${JSON.stringify(start)} and many ${JSON.stringify(part)}, then ${JSON.stringify(end)}`, async () => {
      const deep = /[[{(]$/.test(part);
      await assertLinear((size) => attempt(() => work(start + part.repeat(size / part.length + 1) + end), deep), 200);
    });
  }
}

describe("text from outside is read in linear time", () => {
  linear("a cell with magics", (text) => lower(text, index, syntax), [
    ["", "%log_metric a 1\n", ""],
    ["", "%log_metric a {x} step={y}\n", ""],
    ["", "%log_metric a {x} step={y}\n", "const = )"],
    ["", "const a = 1\n%nothing\n", "const = )"],
    ["", "a\n%b\n", ""],
    ["`\n", "%log_metric a 1\n", "`"],
    ["%log_params ", "a ", ""],
    ["%log_params a=", "{", ""],
    ["%log_params a=", "[", ""],
    ["%log_params a=[", "b, ", ""],
    ["%log_params a='", "\\'", ""],
    ["%log_params a=`", "${", ""],
    ["%log_metric a ", "1", "x"],
    ["%time f(", "'//' + ", "1)"],
    ["%time ", "a // ", ""],
    ["%time a", ";", "b"],
    ["%%run ", "name=`${a}` ", "\nconst b = 1"],
    ["%%run name={a}\n", "const b = 1\n", ""],
    ["%%run name={a", " + b", "}\nconst b = 1"],
    ["%%run\n", "\n", "import 1"],
    ["\n\n\u2028", "\u2028", "%x"],
    ["", " ", "%log_metric a 1"],
    ["!ls", " ", "\u00a0"],
    ["", "f(%best rmse)\n", ""],
    ["const a = ", "%b ", ""],
  ]);
  const sources: CompletionSources = {
    names: async () => [],
    environment: () => [],
    typescript: async () => ({ matches: [], start: 0, end: 0 }),
  };
  for (const [name, ask] of [
    ["completion", complete],
    ["hover", inspect],
  ] as const) {
    linear(name, (text) => ask({ code: text, cursor: text.length }, index, syntax, sources), [
      ["", "%log_metric a 1\n", "%log_m"],
      ["", "%log_metric a {x}\n", "%log_metric a st"],
      ['%runs where="', "params.a = 'b' AND ", ""],
      ["%log_params ", "a ", ""],
      ["const a", " ", "b"],
      ["", "a", " "],
    ]);
  }
  linear("a filter", (text) => parseFilter(text, runFields), [
    ["", "(", ""],
    ["", "NOT ", ""],
    ["metrics.a > ", "1", "x"],
    ["", "params.a = 'b' AND ", "params.a = 'b'"],
    ["params.a IN (", "'b', ", "'c')"],
    ["params.a = '", "''", ""],
    ["", " ", "1"],
    ["", "a", ""],
    ["start_time > '", "2", "'"],
    ["duration > '", "1", "'"],
  ]);
  linear(
    "LIKE",
    (text) =>
      toPredicate(
        parseFilter(`params.a LIKE '${"%a".repeat(20)}%b'`, runFields) as never,
        readRun,
      )({
        data: { params: { a: text } },
      } as never),
    [["", "a", ""]],
  );
  linear("a moment and a duration", (text) => [parseTime(text), parseDuration(text)], [
    ["", "1", "x"],
    ["2026-01-01", " ", "x"],
    ["", "1h", "x"],
    ["", "1 ", "x"],
  ]);
  linear(
    "a word that is not known",
    (text) => suggest(text, ["alpha", text.slice(1), `${text}b`, text.replace("a", "")]),
    [["", "ab", ""]],
  );
  linear("a CSV", (text) => readCsv(text), [
    ["", '"', ""],
    ['"', '""', '"'],
    ["", ",", ""],
    ["", "\r", ""],
    ["run_id\n", "a\n", ""],
  ]);
  const shape = new PlainShape();
  linear("a body that is CSV", (text) => readCsvBody(text, shape), [
    ['a\n"', '""', '"'],
    ['a\n"', "b", '"'],
    ["a\n", "1\n", ""],
    ["a\n", "\r", ""],
    ["a\n", "1", "x"],
  ]);
  test("a cell of many MB is read, quoted or in base64", () => {
    const { rows } = readCsvBody(`a\n"${'b""'.repeat(4_000_000)}"`, shape);
    assert.equal(rows, 1);
    const bytes = castOf({ type: "binary" })("abcd".repeat(4_000_000));
    assert.equal(Buffer.isBuffer(bytes) && bytes.length, 12_000_000);
  });
  linear("a JSON file", (text) => readJson(text), [
    ["", "[", ""],
    ["", '"', ""],
  ]);
  linear("a cell of a notebook to be converted", (text) => convertCell(text, index), [
    ["", "%log_metric a 1\n", ""],
    ["", " ", "a"],
    ["", "\n", "a"],
    ["%time a", ";", "b"],
    ["%runs", "\n", "a"],
    ["%runs\n", " ", "a"],
  ]);
  linear("an error", (text) => errorContent(new Error(text), () => text), [
    ["", "\n", ""],
    ["", " ", "x"],
    ["", "\n  at ", ""],
    ["", "(", ":1:1"],
  ]);
  linear(
    "what a run comes from",
    (text) => [constLiterals(text), importedPackages(text), parseStatus(text), withoutCredentials(text)],
    [
      ["", "const a = 1\n", ""],
      ["const a = ", "1", "x"],
      ["const a:", " ", ""],
      ['const a = "', "\\n", ""],
      ["const a = 1", ", a = 1", ""],
      ["", 'from "', ""],
      ["", "import (", ""],
      ["import", " ", "("],
      ["https://", "a@", ""],
      ["", "a+", "://"],
      ["", "a://", ""],
    ],
  );
});
