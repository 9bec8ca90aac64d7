import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MagicError } from "../../src/errors.js";
import { typescriptSyntax as syntax } from "../../src/kernel/engine/syntax.js";
import type { SourceExtension } from "../../src/kernel/extension.js";
import { magics } from "../../src/magics/registry.js";
import { magicSourceExtension } from "../../src/magics/source-extension.js";
import type { MimeBundle } from "../../src/render/mime-bundle.js";
import type { Run } from "../../src/tracking/types.js";
import { anyName, keyName, recordOf } from "../any-name.js";
import { RunningCell } from "./test-cell.js";

const extension: SourceExtension = magicSourceExtension(magics, async () => []);
const word = fc.constantFrom("a", "0.5", "true", '"b c"');
/** What the words above are as params, tags, and numbers. */
const texts: Readonly<Record<string, string>> = { a: "a", "0.5": "0.5", true: "true", '"b c"': "b c" };

/** A name as it stands before `=`: quoted where it must be, and sometimes where it need not be. */
function written(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && name.length % 2 === 0 ? name : JSON.stringify(name);
}

function assignments(record: Readonly<Record<string, unknown>>, prefix = ""): string {
  return Object.entries(record)
    .map(([name, value]) => `${prefix === "" ? written(name) : JSON.stringify(prefix + name)}=${value}`)
    .join(" ");
}

/** Runs the lines of a cell as the kernel does, in one run. @returns the run as it is then */
async function runOf(lines: readonly string[], variables: Readonly<Record<string, unknown>> = {}): Promise<Run> {
  const cell = new RunningCell();
  const { globals, settle } = cell.extension();
  const run = await cell.session.startRun({});
  const code = extension.lower(lines.join("\n"), syntax).code?.text ?? "";
  const names = Object.keys(variables);
  const body = Function("$magic", ...names, `return (async () => {\n${code}\n})()`);
  await body(globals.$magic, ...Object.values(variables));
  await settle(cell);
  const found = await run.read();
  await cell.session.close();
  return found;
}

/** Names that are no options of the magic themselves. */
const free = (name: string, magic: string) =>
  keyName.filter(
    (key) => key !== name && !magics.find((known) => known.name === magic)?.args.some((arg) => arg.name === key),
  );

test("%log_params, %log_metrics and %set_tag take any name", async () => {
  await fc.assert(
    fc.asyncProperty(
      recordOf(free("", "log_params"), word),
      recordOf(free("", "log_metrics"), fc.integer()),
      recordOf(keyName, word),
      async (params, metrics, tags) => {
        const run = await runOf([
          `%log_params ${assignments(params)}`,
          `%log_metrics step=3 ${assignments(metrics)}`,
          ...Object.entries(tags).map(([name, value]) => `%set_tag ${JSON.stringify(name)} ${value}`),
        ]);
        const textsOf = (record: Readonly<Record<string, string>>) =>
          Object.fromEntries(Object.entries(record).map(([name, value]) => [name, texts[value]]));
        assert.deepEqual(run.data.params, textsOf(params));
        assert.deepEqual(run.data.metrics, metrics);
        assert.deepEqual(run.data.tags, { ...run.data.tags, ...textsOf(tags) });
      },
    ),
    { numRuns: 60 },
  );
});

test("a variable of any name is a param or metric under it: %log_params __proto__", async () => {
  for (const name of [...Object.getOwnPropertyNames(Object.prototype), "then", "length"]) {
    const variables = Object.fromEntries([[name, 0.5]]);
    const run = await runOf([`%log_params ${name}`, `%log_metrics ${name}`], variables);
    assert.deepEqual(run.data.params, Object.fromEntries([[name, "0.5"]]));
    assert.deepEqual(run.data.metrics, variables);
    const single = await runOf([`%log_param ${name}`, `%log_metric ${name}`], variables);
    assert.deepEqual([single.data.params, single.data.metrics], [run.data.params, run.data.metrics]);
    const whole = await runOf(["%log_params {all}", "%log_metrics {all}"], { all: variables });
    assert.deepEqual([whole.data.params, whole.data.metrics], [run.data.params, run.data.metrics]);
  }
});

test("%%run takes tags of any name, as literals and with an expression beside them", async () => {
  await fc.assert(
    fc.asyncProperty(recordOf(keyName, word), async (tags) => {
      const expected = Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, texts[value]]));
      for (const more of ["", " tag.more={1 + 1}"]) {
        const { magic } = extension.lower(`%%run ${assignments(tags, "tag.")}${more}\n1`, syntax);
        assert.ok(magic);
        const cell = new RunningCell();
        const { globals } = cell.extension();
        const args =
          magic.header === undefined ? magic.args : Function("$magic", `return ${magic.header.text}`)(globals.$magic);
        const wanted = { ...expected, ...(more === "" ? {} : { more: "2" }) };
        assert.deepEqual(
          Object.fromEntries(Object.entries(args.tag).map(([name, value]) => [name, String(value)])),
          wanted,
        );
        await cell.over("run", args);
        const [run] = await cell.session.searchRuns();
        assert.deepEqual(run?.data.tags, { ...run?.data.tags, ...wanted });
        await cell.session.close();
      }
    }),
    { numRuns: 30 },
  );
});

test("what every object has is no magic, and no help", async () => {
  for (const name of [...Object.getOwnPropertyNames(Object.prototype), "then"]) {
    for (const source of [`%${name}`, `%${name} a=1`, `%%${name}\n1`, `%${name}?`, `%%${name}?`, `?${name}`]) {
      try {
        const { code, suspects = [], magic } = extension.lower(source, syntax);
        assert.equal(magic, undefined);
        // Either it is not known here, or the help says so.
        if (/pinfo\(/.test(code?.text ?? "")) {
          await assert.rejects(new RunningCell().line("pinfo", { name }) as Promise<unknown>, {
            code: "RESOURCE_DOES_NOT_EXIST",
          });
        } else if (!/help\(/.test(code?.text ?? "")) assert.ok(suspects.length > 0 || code?.text === source, source);
        else {
          const { globals } = new RunningCell().extension();
          assert.throws(() => Function("$magic", code?.text ?? "")(globals.$magic), {
            code: "RESOURCE_DOES_NOT_EXIST",
          });
        }
      } catch (error) {
        if (!(error instanceof MagicError)) throw error;
        assert.equal(error.code, "INVALID_PARAMETER_VALUE");
      }
    }
  }
});

test("an option that every object has is refused like any other unknown one", () => {
  for (const name of [...Object.getOwnPropertyNames(Object.prototype), "then"]) {
    assert.throws(() => extension.lower(`%runs ${name}=1`, syntax), { code: "INVALID_PARAMETER_VALUE" });
  }
});

test("runs with a metric, param and tag of any name are listed, compared, plotted and looked at", async () => {
  await fc.assert(
    fc.asyncProperty(keyName, async (name) => {
      const cell = new RunningCell();
      // A run must have a name that can be seen.
      const runName = name.trim() === "" ? "first" : name;
      const first = await cell.session.startRun({ runName }, async (run) => {
        await run.logParam(name, 1);
        await run.logMetric(name, 0.25);
        await run.setTag(name, "x");
        return run.runId;
      });
      await cell.session.startRun({ runName: "second" }, (run) => run.logMetric(name, 0.5));
      await cell.session.startRun({ runName: "bare" }, () => undefined);
      const shown = async (magic: string, args: Record<string, unknown> = {}) => {
        cell.shown.length = 0;
        await cell.line(magic, args);
        return cell.shown.map(({ data }: MimeBundle) => String(data["text/plain"])).join("\n");
      };
      for (const text of [
        await shown("runs"),
        await shown("runs", { all: true }),
        await shown("compare"),
        await shown("compare", { metric: [name] }),
        await shown("plot", { metric: name }),
        await shown("run_info", { run: first }),
      ]) {
        assert.ok(text.includes("0.25"), text);
        assert.doesNotMatch(text, /native code|\[object/);
      }
      assert.equal(((await cell.line("best", { metric: name, goal: "max" }, true)) as Run).data.metrics[name], 0.5);
      await cell.session.close();
    }),
    { numRuns: 15, examples: [[" "]] },
  );
});

test("%env sets, shows and lists a variable of any name that the system takes", async () => {
  const variable = fc.oneof(
    fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype), "then", "length"),
    anyName.filter((name) => /^[^\s=\0%]+$/.test(name)),
  );
  await fc.assert(
    fc.asyncProperty(variable, async (name) => {
      fc.pre(!Object.hasOwn(process.env, name));
      const cell = new RunningCell();
      try {
        await assert.rejects(async () => cell.line("env", { text: name }, true), { code: "RESOURCE_DOES_NOT_EXIST" });
        await cell.line("env", { text: `${name}=set` });
        assert.equal(await cell.line("env", { text: name }, true), "set");
        assert.ok(Object.keys(process.env).includes(name));
      } finally {
        delete process.env[name];
        await cell.session.close();
      }
    }),
    { numRuns: 60 },
  );
});

test("a run whose cell throws an object with properties of any name, or none at all, has FAILED with it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(recordOf(anyName, fc.constant(7)), fc.constant(Object.create(null))), async (thrown) => {
      const cell = new RunningCell();
      for (const attempt of [
        () => cell.over("run", { name: "cell" }, () => Promise.reject(thrown)),
        () => cell.session.startRun({ runName: "api" }, () => Promise.reject(thrown)),
      ]) {
        const caught = await attempt().then(
          () => undefined,
          (error: unknown) => error,
        );
        assert.equal(caught, thrown);
      }
      for (const run of await cell.session.searchRuns()) {
        assert.equal(run.info.status, "FAILED");
        assert.ok(run.data.tags["runlab.end_reason"]);
      }
      await cell.session.close();
    }),
    { numRuns: 30 },
  );
});
