import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { getModelInfo, loadModel } from "../../src/models/load-model.js";
import { logModel } from "../../src/models/log-model.js";
import { enforce, modelParams, SignatureMismatchError } from "../../src/models/signature/enforce.js";
import { inferSignature } from "../../src/models/signature/infer-signature.js";
import { toRows, withoutColumn } from "../../src/models/signature/model-rows.js";
import { ModelSignature } from "../../src/models/signature/signature.js";
import { diffSignatures } from "../../src/models/signature/signature-diff.js";
import { signatureLines } from "../../src/models/signature/signature-rows.js";
import { anyName, names, recordOf } from "../any-name.js";
import { withModels } from "./model-session.js";

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const scalar = fc.oneof(number, fc.string({ maxLength: 5 }), fc.boolean());

/** The names and types of a signature's inputs, `?` behind an optional one. */
function columnsOf({ inputs }: ModelSignature): Record<string, string> {
  assert.equal(inputs?.kind, "columns");
  if (inputs?.kind !== "columns") return {};
  return Object.fromEntries(
    inputs.columns.map(({ name, type, required }) => [String(name), `${type.type}${required ? "" : "?"}`]),
  );
}

function typeName(value: unknown): string {
  return typeof value === "number" ? "double" : typeof value;
}

/** What is wrong with data, by kind and column. */
function problemsOf(signature: ModelSignature, data: unknown): unknown {
  try {
    enforce(signature, data);
    return [];
  } catch (error) {
    assert.ok(error instanceof SignatureMismatchError);
    return error.problems.map(({ kind, column }) => [kind, column]);
  }
}

test("a signature has the columns of the data, whatever they are called and however the data is held", () => {
  fc.assert(
    fc.property(recordOf(anyName, scalar), (row) => {
      const types = Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeName(value)]));
      const lists = Object.fromEntries(Object.entries(row).map(([key, value]) => [key, [value, value]]));
      for (const data of [row, [row, row], lists, new Map(Object.entries(row))]) {
        const signature = inferSignature(data);
        assert.deepEqual(columnsOf(signature), types);
        enforce(signature, data);
        const copy = ModelSignature.fromJSON(signature.toJSON());
        assert.deepEqual(copy.toJSON(), signature.toJSON());
        assert.deepEqual(diffSignatures(signature, copy), []);
        enforce(copy, data);
        const lines = signatureLines(signature, { input: data }).inputs;
        assert.deepEqual(
          new Map(lines.map(({ name, example }) => [name, example !== undefined])),
          new Map(Object.keys(types).map((key) => [key, true])),
        );
      }
    }),
  );
});

test("a column of any name is optional where a row lacks it, missing where all do, and extra where it is not known", () => {
  fc.assert(
    fc.property(anyName, anyName, (key, other) => {
      fc.pre(key !== other);
      const one = Object.fromEntries([[other, 1]]);
      const both = { ...one, ...Object.fromEntries([[key, "a"]]) };
      assert.deepEqual(columnsOf(inferSignature([both, one])), {
        ...Object.fromEntries([[key, "string?"]]),
        ...Object.fromEntries([[other, "double"]]),
      });
      assert.deepEqual(problemsOf(inferSignature([both]), [one]), [["missing", key]]);
      assert.deepEqual(problemsOf(inferSignature([one]), [both]), [["extra", key]]);
      // The same of an object in a cell.
      assert.deepEqual(problemsOf(inferSignature([{ cell: both }]), [{ cell: one }]), [["missing", `cell.${key}`]]);
      assert.deepEqual(problemsOf(inferSignature([{ cell: one }]), [{ cell: both }]), [["extra", `cell.${key}`]]);
      assert.deepEqual(problemsOf(inferSignature([{ cell: both }]), [{ cell: both }]), []);
    }),
  );
});

test("tensors may have any name", () => {
  fc.assert(
    fc.property(names(anyName), anyName, (keys, other) => {
      const data = Object.fromEntries(keys.map((key) => [key, new Float32Array(2)]));
      const signature = inferSignature(data);
      enforce(signature, data);
      assert.deepEqual(ModelSignature.fromJSON(signature.toJSON()).toJSON(), signature.toJSON());
      if (keys.includes(other)) return;
      const more = { ...data, ...Object.fromEntries([[other, new Float32Array(2)]]) };
      assert.deepEqual(problemsOf(inferSignature(more), data), [["missing", other]]);
      assert.deepEqual(problemsOf(signature, more), [["extra", other]]);
    }),
  );
});

test("rows of numbers have the columns in the order of the signature, also of whole numbers, which objects put first", () => {
  fc.assert(
    fc.property(names(anyName, 2), (keys) => {
      const columns = keys.map((name) => ({ name, type: { type: "double" as const }, required: true }));
      const { inputs } = ModelSignature.fromJSON(new ModelSignature({ inputs: { kind: "columns", columns } }).toJSON());
      const row = Object.fromEntries(keys.map((key, at) => [key, at]));
      assert.deepEqual(toRows([row, row], inputs), [keys.map((_, at) => at), keys.map((_, at) => at)]);
    }),
  );
});

test("a data frame's columns stay in their order, whatever they are called", () => {
  fc.assert(
    fc.property(names(anyName), (keys) => {
      const frame = {
        columns: keys,
        height: 2,
        getColumn: (name: string) => ({ toArray: () => [keys.indexOf(name), 0.5] }),
      };
      const { inputs } = ModelSignature.fromJSON(inferSignature(frame).toJSON());
      assert.deepEqual(inputs?.kind === "columns" && inputs.columns.map(({ name }) => name), keys);
      assert.deepEqual(toRows(frame, inputs)[0], [...keys.keys()]);
      const [first = "", ...others] = keys;
      const rest = withoutColumn(frame, first).inputs;
      if (others.length > 0)
        assert.deepEqual(
          toRows(rest)[0],
          others.map((_, at) => at + 1),
        );
    }),
  );
});

test("a target column of any name is taken out of the data", () => {
  fc.assert(
    fc.property(recordOf(anyName, number), anyName, (row, key) => {
      const whole = { ...row, ...Object.fromEntries([[key, "target"]]) };
      const rest = Object.fromEntries(Object.entries(whole).filter(([name]) => name !== key));
      assert.deepEqual(withoutColumn([whole, whole], key), { inputs: [rest, rest], targets: ["target", "target"] });
      if (Object.hasOwn(row, key)) return;
      assert.throws(() => withoutColumn([row], key), { code: "INVALID_PARAMETER_VALUE" });
    }),
  );
});

test("params of any name have their defaults, and those that are not known are refused", () => {
  fc.assert(
    fc.property(recordOf(anyName, scalar), anyName, (params, other) => {
      const signature = ModelSignature.fromJSON(inferSignature([1], undefined, params).toJSON());
      assert.deepEqual(modelParams(signature, {}), params);
      assert.deepEqual(modelParams(signature, params), params);
      if (Object.hasOwn(params, other)) return;
      assert.throws(() => modelParams(signature, Object.fromEntries([[other, 1]])), {
        code: "INVALID_PARAMETER_VALUE",
      });
    }),
  );
});

test("a model is logged and loaded with columns, params, metadata and captured values of any name", () =>
  withModels(async ({ session, names: cellNames }) => {
    const echo = Function("return (rows, params) => rows.map((row) => ({ ...row, params, kept: $_kept.v }))");
    await fc.assert(
      fc.asyncProperty(
        // JSON has no -0.
        recordOf(anyName, fc.integer()),
        recordOf(anyName, scalar),
        recordOf(anyName, fc.oneof(scalar, fc.constant(Number.NaN))),
        async (row, params, kept) => {
          cellNames.set("kept", kept);
          const info = await logModel(session, echo(), {
            inputExample: [row],
            metadata: kept,
            signature: inferSignature([row], undefined, params),
          });
          const model = await loadModel(session, info.modelUri);
          assert.deepEqual(await model.predict([row]), [{ ...row, params, kept }]);
          assert.deepEqual((await getModelInfo(session, info.modelUri)).metadata, kept);
          const saved: unknown = JSON.parse(
            Buffer.from(
              await session.client.readArtifact(info.runId, `${info.artifactPath}/input_example.json`),
            ).toString(),
          );
          assert.deepEqual(saved, { columns: Object.keys(row), data: [Object.values(row)] });
        },
      ),
      { numRuns: 15 },
    );
  }));

test("a model that is an object or an instance keeps fields and functions of any name", () =>
  withModels(async ({ session }) => {
    const Model = Function(
      "return class Model { predict(rows) { return rows.map(() => Object.fromEntries(Object.entries(this))); } }",
    )();
    const helper = Function("return () => 7")();
    const fieldName = anyName.filter((name) => name !== "predict" && name !== "toJSON");
    await fc.assert(
      fc.asyncProperty(recordOf(fieldName, scalar), fieldName, async (fields, name) => {
        const instance = Object.create(Model.prototype, Object.getOwnPropertyDescriptors(fields));
        const first = await logModel(session, instance);
        assert.deepEqual(await (await loadModel(session, first.modelUri)).predict([1]), [fields]);
        const object = {
          ...fields,
          ...Object.fromEntries([[name, helper]]),
          predict: Function(
            "return function (rows) { return rows.map(() => Object.getOwnPropertyDescriptors(this)); }",
          )(),
        };
        const second = await logModel(session, object);
        const [found] = (await (await loadModel(session, second.modelUri)).predict([1])) as [
          Record<string, PropertyDescriptor>,
        ];
        assert.deepEqual(Object.keys(found), Object.keys(object));
        const [, made] = Object.entries(found).find(([key]) => key === name) ?? [];
        assert.equal(made?.value(), 7);
      }),
      { numRuns: 15 },
    );
  }));
