import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { ModelError } from "../../../src/errors.js";
import { inferSignature } from "../../../src/models/signature/infer-signature.js";
import { signatureOf } from "../../../src/models/signature/types/signature-of.js";

test("a zod schema says columns, optional ones, lists, objects, maps and MLflow's own types", () => {
  const input = z.array(
    z.object({
      a: z.number(),
      b: z.string().optional(),
      c: z.array(z.number()),
      d: z.date().nullable(),
      e: z.enum(["x", "y"]),
      f: z.record(z.string(), z.boolean()),
      g: z.object({ y: z.bigint(), x: z.float32() }),
      h: z.int32().default(3),
      i: z.union([z.literal(1), z.literal(2), z.null()]),
      j: z.instanceof(Float32Array),
      k: z.any(),
    }),
  );
  assert.equal(
    String(signatureOf(input, z.array(z.number()))),
    "inputs: \n  ['a': double (required), 'b': string (optional), 'c': Array(double) (required), 'd': datetime (optional), " +
      "'e': string (required), 'f': Map(str -> boolean) (required), " +
      "'g': {x: float (required), y: long (required)} (required), 'h': integer (optional), 'i': double (optional), " +
      "'j': Array(float) (required), 'k': Any (required)]\n" +
      "outputs: \n  [double (required)]\nparams: \n  None\n",
  );
});

test("a type and data of it have the same signature", () => {
  const rows = [{ x: 1, name: "a", when: new Date(0), on: true, list: ["p"], inner: { k: 2 } }];
  const schema = z.array(
    z.object({
      x: z.number(),
      name: z.string(),
      when: z.date(),
      on: z.boolean(),
      list: z.array(z.string()),
      inner: z.object({ k: z.number() }),
    }),
  );
  assert.deepEqual(signatureOf(schema).toJSON(), inferSignature(rows).toJSON());
  const columns = z.object({ a: z.array(z.number()), b: z.array(z.string()) });
  assert.deepEqual(signatureOf(columns).toJSON(), inferSignature({ a: [1, 2], b: ["x", "y"] }).toJSON());
  assert.deepEqual(signatureOf(z.array(z.number())).toJSON(), inferSignature([1, 2.5]).toJSON());
  const arrays = z.array(
    z.object({ f: z.instanceof(Float32Array), b: z.instanceof(Uint8Array), u: z.instanceof(BigUint64Array) }),
  );
  const cells = [{ f: Float32Array.of(1), b: Uint8Array.of(1), u: BigUint64Array.of(1n) }];
  assert.deepEqual(signatureOf(arrays).toJSON(), inferSignature(cells).toJSON());
  const listed = z.object({ f: z.instanceof(Float32Array), b: z.array(z.number()) });
  assert.deepEqual(signatureOf(listed).toJSON(), inferSignature({ f: Float32Array.of(1), b: [2] }).toJSON());
  const typed = z.instanceof(Float32Array);
  assert.deepEqual(signatureOf(typed).toJSON(), inferSignature(Float32Array.of(1)).toJSON());
});

test("everything that a signature cannot say is listed, with the way to it", () => {
  const schema = z.object({ a: z.union([z.string(), z.number()]), b: z.object({ c: z.symbol(), d: z.object({}) }) });
  assert.throws(
    () => signatureOf(schema),
    (error: unknown) => {
      assert.ok(error instanceof ModelError);
      assert.match(error.message, /input\.a is a union of string and number/);
      assert.match(error.message, /input\.b\.c is z\.symbol\(\)/);
      assert.match(error.message, /input\.b\.d is an object without properties/);
      return true;
    },
  );
});

test("outside of a notebook a type alone is not there, and the error says what is", () => {
  const predict = (rows: number[]) => rows;
  for (const type of [undefined, predict]) {
    assert.throws(
      () => signatureOf<typeof predict>(type),
      (error: unknown) => error instanceof ModelError && error.code === "INVALID_STATE" && /zod/.test(error.hint ?? ""),
    );
  }
});
