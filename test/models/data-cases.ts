import { inferSignature } from "../../src/models/signature/infer-signature.js";
import type { ModelSignature } from "../../src/models/signature/signature.js";

/** Data as a user writes it, and the inputs of its signature as MLflow prints them. */
export interface FormCase {
  form: string;
  data: unknown;
  inputs: string;
}

export const formCases: readonly FormCase[] = [
  {
    form: '`[{ a: 1, b: "x" }]`',
    data: [{ a: 1, b: "x" }],
    inputs: "['a': double (required), 'b': string (required)]",
  },
  { form: "`[{ a: 1 }, { a: null }]` or `[{ a: 1 }, {}]`", data: [{ a: 1 }, {}], inputs: "['a': double (optional)]" },
  { form: '`[{ a: 1 }, { a: "x" }]`', data: [{ a: 1 }, { a: "x" }], inputs: "['a': Any (required)]" },
  {
    form: "`[{ a: new Date(), b: true, c: 1n, d: Buffer.from(…) }]`",
    data: [{ a: new Date(0), b: true, c: 1n, d: Buffer.from("x") }],
    inputs: "['a': datetime (required), 'b': boolean (required), 'c': long (required), 'd': binary (required)]",
  },
  {
    form: "`[{ l: [1, 2], o: { x: 1 }, m: new Map([['k', 1]]) }]`",
    data: [{ l: [1, 2], o: { x: 1 }, m: new Map([["k", 1]]) }],
    inputs:
      "['l': Array(double) (required), 'o': {x: double (required)} (required), 'm': Map(str -> double) (required)]",
  },
  {
    form: '`{ a: [1, 2], b: ["x", "y"] }`, columns',
    data: { a: [1, 2], b: ["x", "y"] },
    inputs: "['a': double (required), 'b': string (required)]",
  },
  {
    form: '`{ a: Float32Array.of(1, 2), b: ["x", "y"] }`',
    data: { a: Float32Array.of(1, 2), b: ["x", "y"] },
    inputs: "['a': float (required), 'b': string (required)]",
  },
  {
    form: '`{ a: 1, b: "x" }`, one record',
    data: { a: 1, b: "x" },
    inputs: "['a': double (required), 'b': string (required)]",
  },
  { form: "`[1, 2]`", data: [1, 2], inputs: "[double (required)]" },
  { form: "`[[1, 2], [3, 4]]`", data: [[1, 2]], inputs: "[Array(double) (required)]" },
  { form: "`Float64Array.of(1, 2)`", data: Float64Array.of(1, 2), inputs: "[Tensor('float64', (-1,))]" },
  {
    form: "a tensor (tfjs, onnxruntime, ml-matrix) of 5 × 2",
    data: { shape: [5, 2], dtype: "float32", dataSync: () => new Float32Array(10) },
    inputs: "[Tensor('float32', (-1, 2))]",
  },
  {
    form: "an object of tensors or typed arrays only",
    data: { a: { dims: [5, 2], type: "float32", data: new Float32Array(10) }, b: Int32Array.of(1) },
    inputs: "['a': Tensor('float32', (-1, 2)), 'b': Tensor('int32', (-1,))]",
  },
];

/** A value that a column is given, and what becomes of it: undefined when it fits, else how the refusal ends. */
export interface FitCase {
  column: string;
  signature: ModelSignature;
  given: string;
  value: unknown;
  refused?: string;
}

const of = (value: unknown) => inferSignature([{ a: value }]);
const ofColumn = (values: unknown) => inferSignature({ a: values, b: ["x"] });
const long = inferSignature([{ a: 1 }], undefined, undefined, { integers: "long" });
const integer = ofColumn(Int32Array.of(1));
const float = ofColumn(Float32Array.of(1));

export const fitCases: readonly FitCase[] = [
  { column: "double", signature: of(0.5), given: "`1`", value: 1 },
  { column: "double", signature: of(0.5), given: "`NaN`", value: Number.NaN },
  { column: "double", signature: of(0.5), given: "`null`", value: null, refused: "is empty where double is required" },
  { column: "double", signature: of(0.5), given: '`"1.5"`', value: "1.5", refused: "where double is required" },
  { column: "double", signature: of(0.5), given: "`true`", value: true, refused: "where double is required" },
  { column: "double", signature: of(0.5), given: "`1n`", value: 1n, refused: "a BigInt is not converted" },
  { column: "float", signature: float, given: "`0.1`, rounded to 32 bits", value: 0.1 },
  { column: "float", signature: float, given: "`1e300`", value: 1e300, refused: "too large for 32 bits" },
  { column: "long", signature: long, given: "`1` or `1n`", value: 1n },
  { column: "long", signature: long, given: "`2.5`", value: 2.5, refused: "not a whole number" },
  {
    column: "long",
    signature: long,
    given: "`2 ** 53`",
    value: 2 ** 53,
    refused: "too large to be exact as a number; pass a 64-bit BigInt",
  },
  { column: "integer", signature: integer, given: "`2 ** 31`", value: 2 ** 31, refused: "too large for 32 bits" },
  { column: "boolean", signature: of(true), given: "`1`", value: 1, refused: "where boolean is required" },
  { column: "string", signature: of("x"), given: "`1`", value: 1, refused: "where string is required" },
  { column: "datetime", signature: of(new Date(0)), given: "a Date, or ISO text", value: "2026-01-31T12:00:00Z" },
  {
    column: "datetime",
    signature: of(new Date(0)),
    given: '`"2026-02-30"`',
    value: "2026-02-30",
    refused: "where datetime is required: no such day or time exists",
  },
  { column: "datetime", signature: of(new Date(0)), given: "`0`", value: 0, refused: "where datetime is required" },
  { column: "binary", signature: of(Buffer.from("x")), given: "a Buffer or Uint8Array", value: Uint8Array.of(1) },
  {
    column: "binary",
    signature: of(Buffer.from("x")),
    given: "base64 text, when it is no request to a server",
    value: "eA==",
    refused: "where binary is required",
  },
];

/** docs/models.md's tables, in Markdown. */
export function formsTable(): string {
  const rows = formCases.map(({ form, inputs }) => `| ${form} | \`${inputs}\` |`);
  return ["| data | inputs of its signature |", "| --- | --- |", ...rows, ""].join("\n");
}

export function fitsTable(): string {
  const rows = fitCases.map(({ column, given, refused }) => {
    return `| ${column} | ${given} | ${refused === undefined ? "fits" : `refused: ${refused}`} |`;
  });
  return ["| column | given | |", "| --- | --- | --- |", ...rows, ""].join("\n");
}
