import assert from "node:assert/strict";
import { test } from "node:test";
import ts from "typescript";
import { logModel } from "../../../src/models/log-model.js";
import { isError } from "../../is-error.js";
import { withModels } from "../model-session.js";
import { roundTrip } from "./round-trip.js";

/** A model whose methods use the syntax for which compilers emit calls of functions of their own. */
const model = `
class Scale {
  by: number;
  constructor(by: number) { this.by = by }
  of(row: { x: number; y: number }): { x: number; sum: number } {
    const grow = (v: number) => (v * this.by) ** 1;
    function sum(...values: number[]) { let total = 0; for (const value of values) total += value; return total }
    const { x, ...rest } = row;
    return { ...{ x: grow(x) }, sum: Math.min(sum(...[x, ...Object.values(rest)]), 100) };
  }
}
class Model {
  readonly scale = new Scale(2);
  log: string[] = [];
  async predict(rows: Array<{ x: number; y: number }>) {
    const log = this.log;
    using first = { [Symbol.dispose]() { log.push("first") } };
    await using second = { async [Symbol.asyncDispose]() { log.push("second") } };
    const out: Array<{ x: number; sum: number; log: number }> = [];
    for await (const row of rows) out.push({ ...this.scale.of(row), log: log.length });
    return [...out];
  }
}
export const made = new Model();
`;

const rows = [
  { x: 1, y: 2 },
  { x: 3, y: 400 },
];
const expected = [
  { x: 2, sum: 3, log: 0 },
  { x: 6, sum: 100, log: 0 },
];

for (const target of ["ES2015", "ES2017", "ES2019", "ES2022", "ES2023"] as const) {
  test(`a class that TypeScript compiled for ${target} is a model`, () =>
    withModels(async ({ session }) => {
      const compilerOptions = {
        target: ts.ScriptTarget[target],
        module: ts.ModuleKind.ESNext,
        useDefineForClassFields: true,
      };
      const { outputText } = ts.transpileModule(model, { compilerOptions });
      const { made } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
      assert.deepEqual((await roundTrip(session, made, rows)).predicted, expected);
    }));
}

/** As esbuild 0.25 writes it with --keep-names for the target, without the declarations on top. */
const fromEsbuild = {
  node20: `
class Scale {
  static {
    __name(this, "Scale");
  }
  constructor(by) { this.by = by; }
  of(row) {
    const grow = /* @__PURE__ */ __name((v) => (v * this.by) ** 1, "grow");
    function sum(...values) { return values.reduce(/* @__PURE__ */ __name((a, b) => a + b, "add"), 0); }
    __name(sum, "sum");
    const { x, ...rest } = row;
    return { x: grow(x), sum: Math.min(sum(x, ...Object.values(rest)), 100) };
  }
}
class Model {
  static {
    __name(this, "Model");
  }
  scale = new Scale(2);
  log = [];
  async predict(rows) {
    var _stack = [];
    try {
      const log = this.log;
      const first = __using(_stack, { [Symbol.dispose]() { log.push("first"); } });
      const second = __using(_stack, { async [Symbol.asyncDispose]() { log.push("second"); } }, true);
      return rows.map((row) => ({ ...this.scale.of(row), log: log.length }));
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      var _promise = __callDispose(_stack, _error, _hasError);
      _promise && await _promise;
    }
  }
}
export const made = new Model();`,
  es2016: `
class Scale {
  constructor(by) { __publicField(this, "by"); this.by = by; }
  of(row) {
    const grow = /* @__PURE__ */ __name((v) => __pow(v * this.by, 1), "grow");
    const _a = row, { x } = _a, rest = __objRest(_a, ["x"]);
    const sum = Object.values(rest).reduce((a, b) => a + b, x);
    return __spreadProps(__spreadValues({}, { x: grow(x) }), { sum: Math.min(sum, 100) });
  }
}
class Model {
  constructor() {
    __publicField(this, "scale", new Scale(2));
  }
  predict(rows) {
    return __async(this, null, function* () {
      const out = [];
      try {
        for (var iter = __forAwait(rows), more, temp, error; more = !(temp = yield iter.next()).done; more = false) {
          const row = temp.value;
          out.push(__spreadProps(__spreadValues({}, this.scale.of(row)), { log: 0 }));
        }
      } catch (temp) {
        error = [temp];
      } finally {
        try {
          more && (temp = iter.return) && (yield temp.call(iter));
        } finally {
          if (error) throw error[0];
        }
      }
      return out;
    });
  }
}
export const made = new Model();`,
} as const;

/** What the file had on top; the model's source does not hold it. */
const onTop = `
const __name = (target, value) => Object.defineProperty(target, "name", { value, configurable: true });
const __publicField = (object, key, value) => (object[key] = value);
const unused = () => { throw new Error("the file's own helper ran"); };
const __using = unused, __callDispose = unused, __pow = unused, __objRest = unused;
const __spreadProps = unused, __spreadValues = unused, __async = unused, __forAwait = unused;
`;

for (const [target, source] of Object.entries(fromEsbuild)) {
  test(`a class that esbuild compiled for ${target} is a model`, () =>
    withModels(async ({ session }) => {
      const { made } = await import(`data:text/javascript,${encodeURIComponent(onTop + source)}`);
      assert.deepEqual((await roundTrip(session, made, rows)).predicted, expected);
    }));
}

test("what disposal throws comes out, with what it suppressed", () =>
  withModels(async ({ session }) => {
    const text = `export const predict = (rows) => {
      var _stack = [];
      try {
        __using(_stack, { [Symbol.dispose]() { throw new Error("second") } });
        if (rows.length > 1) throw new Error("first");
      } catch (_) { var _error = _, _hasError = true; } finally { __callDispose(_stack, _error, _hasError); }
    }`;
    const { predict } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
    await assert.rejects(
      logModel(session, predict, { name: "one", inputExample: [1] }),
      isError("INVALID_STATE", /Error: second/),
    );
    await assert.rejects(
      logModel(session, predict, { name: "both", inputExample: [1, 2] }),
      (error: Error) => (error.cause as { suppressed: Error }).suppressed.message === "first",
    );
  }));

test("a private field compiled for an older target is refused, with the target that keeps it", () =>
  withModels(async ({ session }) => {
    const text = `export const predict = (rows) => __privateGet(rows, _x)`;
    const { predict } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
    await assert.rejects(logModel(session, predict, { name: "old", inputExample: [1] }), (error: Error) => {
      assert.match(String(Reflect.get(error, "hint")), /ES2022/);
      return isError("INVALID_STATE", /__privateGet/)(error);
    });
  }));

test("a class whose source fails as it loads is refused, naming what it misses", () =>
  withModels(async ({ session }) => {
    const text = `const known = 1; export const made = new (class M { static { void known } predict() { return [1] } })()`;
    const { made } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
    await assert.rejects(
      logModel(session, made, { name: "early", inputExample: [1] }),
      isError("INVALID_STATE", /known/),
    );
  }));
