// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the cells in here hold templates
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { MagicError } from "../../../src/errors.js";
import { typescriptSyntax as syntax } from "../../../src/kernel/engine/syntax.js";
import { MagicIndex } from "../../../src/magics/language/find-magic.js";
import { findCandidates } from "../../../src/magics/language/grammar.js";
import { lower } from "../../../src/magics/language/lower.js";
import { type ParsedCell, parse } from "../../../src/magics/language/parse.js";
import { magics } from "../../../src/magics/registry.js";
import { testMagics } from "../test-magics.js";

/** Runs per property; more by hand: RUNLAB_PROPERTY_RUNS=20000. */
const numRuns = Number(process.env.RUNLAB_PROPERTY_RUNS ?? 300);
const settings = { numRuns, seed: 20261124 };
const index = new MagicIndex(testMagics);

/** Lines that are magics between statements, code, and lines that only look like magics. */
const magicLines = [
  "%log_metric loss {f({ a: `}` })} step={e} // why",
  '  %log_metrics "a b"={x} acc=0.5',
  "%log_params alpha beta=`${b}`",
  "const b = %best rmse",
  "%time f('//') // slow",
  "%sh ls -l | grep '%x'",
  "\t%compare a b columns=[c, {d}] force;",
];
const codeLines = [
  "const a = 1",
  "let s = `x ${a} y`;",
  "for (const x of [1, 2]) {\n  f(x)\n}",
  "// %log_metric a 1",
  "/*\n%best rmse\n*/",
  "const t = `\n%log_metric a 1\n${a}\n%best\n`",
  "const m = a\n% b",
  "f(a\n%total)",
  "if (a)\n  f(1)\nelse\n  f(2)",
  "const re = /%best/",
  "'😀'",
  "",
];
const line = fc.oneof(fc.constantFrom(...magicLines), fc.constantFrom(...codeLines));
const lineBreak = fc.constantFrom("\n", "\r\n");
const header = fc.constantFrom("", "%%run name=a\nf()\n", "\n%%run name=`${a}`\nf()\n", "%%capture out\nf()\n");
const cell = fc
  .tuple(header, fc.array(line, { maxLength: 12 }), lineBreak)
  .map(([first, lines, end]) => first + lines.join(end));
const junk = fc
  .array(fc.constantFrom(..."%%%{}[]\"'`=;/\\\n\r ab😀.0", "%best ", "%%run ", "const x = "), { maxLength: 40 })
  .map((parts) => parts.join(""));

function printed({ source, header, parts }: ParsedCell): string {
  const body = parts.map((part) => source.slice(part.start, part.end)).join("");
  return (header ? source.slice(0, header.end) : "") + body;
}

test("the parts of a cell, one after the other, are the cell", () => {
  fc.assert(
    fc.property(fc.oneof(cell, junk, fc.string({ unit: "binary" })), (source) => {
      try {
        assert.equal(printed(parse(source, index, syntax)), source);
      } catch (error) {
        // A refusal is the other outcome there may be, and it points into the cell.
        if (!(error instanceof MagicError)) throw error;
        assert.ok(error.at && error.at.start >= 0 && error.at.start + error.at.length <= source.length);
      }
    }),
    settings,
  );
});

test("every magic between statements is found, and nothing else", () => {
  const lines = fc.array(line, { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(lines, (chosen) => {
      const found = parse(chosen.join("\n"), index, syntax).parts.filter((part) => part.kind === "magic");
      assert.equal(found.length, chosen.filter((text) => magicLines.includes(text)).length);
    }),
    settings,
  );
});

test("lowering keeps the lines, and its map leads back to the same text", () => {
  fc.assert(
    fc.property(cell, (source) => {
      const { code } = lower(source, index, syntax);
      if (code === undefined) return;
      assert.equal(code.text.split(/\r\n|\n/).length, source.split(/\r\n|\n/).length);
      let end = 0;
      for (const run of code.map ?? []) {
        assert.ok(run.lowered >= end, "runs are sorted and do not overlap");
        end = run.lowered + run.length;
        const before = source.slice(run.source, run.source + run.length);
        const after = code.text.slice(run.lowered, end);
        const braced = before.startsWith("{") ? `(${before.slice(1, -1)})` : before;
        assert.ok(after === before || after === braced, `${after} is ${before}`);
        assert.equal(lineOf(code.text, run.lowered), lineOf(source, run.source), "a run stays on its line");
      }
      assert.ok(end <= code.text.length);
    }),
    settings,
  );
});

test("lowering ends, with a cell or a refusal that points into it, whatever the text", () => {
  const text = fc.oneof(
    junk,
    junk.map((rest) => `%log_metric ${rest}`),
    junk.map((rest) => `%compare columns=[${rest}`),
    junk.map((rest) => `%%run ${rest}\nf()`),
    junk.map((rest) => `%time ${rest}`),
  );
  fc.assert(
    fc.property(text, (source) => {
      try {
        lower(source, index, syntax);
      } catch (error) {
        if (!(error instanceof MagicError)) throw error;
        assert.ok(error.at && error.at.start >= 0 && error.at.start + error.at.length <= source.length);
      }
    }),
    settings,
  );
});

test("no line of valid TypeScript in node_modules is taken for a magic", (t) => {
  // All files are searched for lines that look like magics and those parsed; of the others a sample is parsed as well.
  const sample = Number(process.env.RUNLAB_TYPESCRIPT_FILES ?? 40);
  const real = new MagicIndex(magics);
  const files = filesOf("node_modules", /\.[cm]?ts$/).sort();
  assert.ok(files.length > 500, "node_modules is installed");
  const step = Math.max(1, Math.floor(files.length / sample));
  let looked = 0;
  for (const [at, file] of files.entries()) {
    const source = readFileSync(file, "utf8");
    if (findCandidates(source, 0).length === 0 && at % step !== 0) continue;
    looked++;
    if (!syntax.parses(source)) continue;
    const { parts } = parse(source, real, syntax);
    assert.deepEqual(
      parts.filter((part) => part.kind !== "code").map((part) => source.slice(part.start, part.end)),
      [],
      file,
    );
  }
  t.diagnostic(`${files.length} files searched, ${looked} parsed`);
});

test("a modulo that begins a line is code, in the real code of node_modules", (t) => {
  const sample = Number(process.env.RUNLAB_JAVASCRIPT_FILES ?? 60);
  const real = new MagicIndex(magics);
  const names = new Set(magics.map((magic) => magic.name));
  const broken = (source: string) =>
    source.replace(/([\w)\]]) ?% ?([A-Za-z_$][\w$]*)/g, (all, before, name) =>
      names.has(name) ? all : `${before}\n%${name}`,
    );
  let looked = 0;
  for (const file of filesOf("node_modules", /(?<!\.min)\.[cm]?js$/).sort()) {
    if (looked >= sample) break;
    const source = readFileSync(file, "utf8");
    const changed = source.length < 200_000 ? broken(source) : source;
    if (!findCandidates(changed, 0).some(({ marker }) => marker === "%") || !syntax.parses(changed)) continue;
    looked++;
    const { parts, suspects } = parse(changed, real, syntax);
    assert.deepEqual(
      parts.map((part) => part.kind),
      ["code"],
      file,
    );
    assert.ok(suspects.length > 0);
  }
  assert.ok(looked > 10, "some code divides with rest");
  t.diagnostic(`${looked} files with modulos`);
});

function filesOf(folder: string, name: RegExp): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split(/\r\n|\n/).length;
}
