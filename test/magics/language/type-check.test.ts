// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the cells in here hold templates
import assert from "node:assert/strict";
import { test } from "node:test";
import { toSource } from "../../../src/kernel/engine/position-map.js";
import { typescriptSyntax as syntax } from "../../../src/kernel/engine/syntax.js";
import { ts } from "../../../src/kernel/engine/typescript.js";
import { ambient } from "../../../src/magics/language/ambient.js";
import { MagicIndex } from "../../../src/magics/language/find-magic.js";
import { lower } from "../../../src/magics/language/lower.js";
import { logTable } from "../../../src/magics/tracking/log-table.js";
import { testMagics } from "../test-magics.js";

const magics = [...testMagics, logTable];
const index = new MagicIndex(magics);
const prelude = "declare const text: string; declare const n: number;";

interface Found {
  code: number;
  marks: string;
  line: number;
  /** Offset in the user's own source. */
  start: number;
}

/** What TypeScript says of cells, each with the text it marks in the user's own source. */
function check(cells: Record<string, string>): Map<string, Found[]> {
  const lowered = new Map(Object.entries(cells).map(([name, cell]) => [`${name}.ts`, lower(cell, index, syntax)]));
  const files = new Map([
    ["ambient.d.ts", ambient(magics)],
    ["prelude.d.ts", prelude],
    ["runlab.d.ts", 'declare module "runlab" { export interface Run { runId: string } }'],
    ...[...lowered].map(([name, cell]) => [name, `${cell.code?.text ?? ""}\nexport {};`] as const),
  ]);
  const options = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Preserve,
    strict: true,
    noEmit: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, version) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile.call(host, name, version) : ts.createSourceFile(name, text, version);
  };
  host.fileExists = (name) => files.has(name) || fileExists.call(host, name);
  host.readFile = (name) => files.get(name) ?? readFile.call(host, name);
  const program = ts.createProgram([...files.keys()], options, host);
  return new Map(
    Object.entries(cells).map(([name, source]) => {
      const file = program.getSourceFile(`${name}.ts`);
      const map = lowered.get(`${name}.ts`)?.code?.map;
      const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((error) => {
        const start = toSource(map, error.start ?? 0);
        const end = toSource(map, (error.start ?? 0) + (error.length ?? 0));
        const line = source.slice(0, start).split("\n").length;
        return { code: error.code, marks: source.slice(start, end), line, start };
      });
      return [name, found];
    }),
  );
}

test("what TypeScript marks as no number is named as it was written, and nothing else is", () => {
  const cells = {
    positional: "%log_metric loss { text }",
    template: "%log_metric loss `a ${n}`",
    named: "%log_metric loss {n} step={text}",
    extra: "%log_metrics good={n} bad={text.trim()}",
    shorthand: "%log_metric text",
    body: "%%run\n%log_metric loss {text}",
    inside: "%log_metric loss {Math.abs(text)}",
    typo: "%log_metric loss {nn}",
    other: "const a: number = text; %log_metric loss {n}",
    table: "%log_table {text} to=a.json",
    rows: "%log_table {[{ x: 1 }, 2]} to=a.json",
    columns: "%log_table {{ x: [1], y: 2 }} to=a.json",
    within: "%log_table {[{ x: Math.abs(text) }]} to=a.json",
  };
  const found = check(cells);
  const said = Object.entries(cells).map(([name, cell]) => {
    const { remarks = [] } = lower(cell, index, syntax);
    const [error] = found.get(name) ?? [];
    assert.ok(error, name);
    const remark = remarks.find(
      ({ ranges, codes }) =>
        ranges.some(({ start, end }) => error.start >= start && error.start < end) && codes.includes(`TS${error.code}`),
    );
    return [name, remark?.text];
  });
  assert.deepEqual(Object.fromEntries(said), {
    positional: "value must be a number; got { text }.",
    template: "value must be a number; got `a ${n}`.",
    named: "step must be a number; got {text}.",
    extra: "bad must be a number; got {text.trim()}.",
    shorthand: "value must be a number; got text.",
    body: "value must be a number; got {text}.",
    inside: undefined,
    typo: undefined,
    other: undefined,
    table: "data must be rows as objects, or an object of columns.",
    rows: "data must be rows as objects, or an object of columns.",
    columns: "data must be rows as objects, or an object of columns.",
    within: undefined,
  });
});

test("a wrong type or a typo inside { } is TypeScript's error, at the user's own line and column", () => {
  const checked = check({
    positional: "const a = 1\n%log_metric loss {text} step={n}",
    named: "%log_metric loss {n} step={text}",
    extra: "%log_metrics good={n} bad={text}",
    typo: "void 0\n%log_metric loss {nn + 1}",
    shorthand: "%log_params n missing",
    template: "%best `a ${oops}`",
    unfinished: "%log_metric loss {n +}",
    fine: "const b = %best rmse\nconst id: string | undefined = b?.runId\nconst m = %time n=2 text.length\nconst l: number = m\n%time const z = n\nconst y: number = z",
    wrongUse: "const b = %best rmse\nconst id: number = b",
  });
  const found = new Map([...checked].map(([name, errors]) => [name, errors.map(({ start: _, ...error }) => error)]));
  assert.deepEqual(found.get("positional"), [{ code: 2345, marks: "text", line: 2 }]);
  assert.deepEqual(found.get("named"), [{ code: 2322, marks: "step", line: 1 }]);
  assert.deepEqual(found.get("extra"), [{ code: 2322, marks: "bad", line: 1 }]);
  assert.deepEqual(found.get("typo"), [{ code: 2304, marks: "nn", line: 2 }]);
  assert.deepEqual(found.get("shorthand"), [{ code: 2304, marks: "missing", line: 1 }]);
  assert.deepEqual(found.get("template"), [{ code: 2304, marks: "oops", line: 1 }]);
  assert.equal(found.get("unfinished")?.[0]?.line, 1);
  assert.equal(found.get("unfinished")?.[0]?.code, 1109);
  assert.deepEqual(found.get("fine"), []);
  assert.deepEqual(found.get("wrongUse"), [{ code: 2322, marks: "id", line: 2 }]);
});
