import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { ModelError } from "../../../src/errors.js";
import { type MLmodel, mlmodelFile, readMLmodel, writeMLmodel } from "../../../src/models/package/mlmodel.js";
import { ModelSignature } from "../../../src/models/signature/signature.js";

const column = JSON.stringify([{ type: "double", name: "x", required: true }]);
const params = JSON.stringify([{ name: "top", type: "long", default: 3, shape: null }]);

/** Every field that runlab writes. */
const model: MLmodel = {
  artifactPath: "model",
  runId: "0123456789abcdef0123456789abcdef",
  modelId: "m-1",
  utcTimeCreated: "2026-11-24 06:27:59.781632",
  flavors: { function: { kind: "module", code: "code/index.js" }, onnx: { data: "model.onnx" } },
  signature: ModelSignature.fromJSON({ inputs: column, outputs: column, params }),
  metadata: { team: "ours" },
  savedInputExample: {
    artifactPath: "input_example.json",
    servingInputPath: "serving_input_example.json",
    type: "dataframe",
    pandasOrient: "split",
  },
  modelSizeBytes: 1234,
  digests: { "code/index.js": "ab", "model.onnx": "cd" },
};

let folder: string;
let written: Record<string, unknown>;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-mlmodel-"));
  written = parse(await writeMLmodel(folder, model), { version: "1.1" });
});
after(() => rm(folder, { recursive: true }));

type Path = readonly string[];

/** All places in the document, but for those within a flavor's own settings and the user's metadata. */
function places(document: unknown, path: Path = []): Path[] {
  if (typeof document !== "object" || document === null) return [path];
  const isOpen = path[0] === "metadata" || (path[0] === "flavors" && path.length === 2);
  const inner = isOpen ? [] : Object.entries(document).flatMap(([key, part]) => places(part, [...path, key]));
  return [path, ...inner];
}

function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], document);
}

function replaced(document: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const record = document as Record<string, unknown>;
  return { ...record, [key]: replaced(record[key], rest, value) };
}

async function readWith(path: Path, value: unknown): Promise<MLmodel> {
  await writeFile(join(folder, mlmodelFile), stringify(replaced(written, path, value), { version: "1.1" }));
  return (await readMLmodel(folder)).model;
}

const kindOf = (value: unknown) => (Array.isArray(value) ? "list" : value === null ? "null" : typeof value);

const hostile: readonly unknown[] = [0, -1, 0.5, 2 ** 60, true, "text", "", [], ["text"], {}, { a: 1 }];

test("what is written is read again as it was", async () => {
  await writeMLmodel(folder, model);
  assert.deepEqual((await readMLmodel(folder)).model, model);
});

test("a value of another type in any field is an error that names the file and the field", async () => {
  const seen = new Set<string>();
  for (const path of places(written)) {
    for (const value of hostile) {
      if (kindOf(value) === kindOf(valueAt(written, path))) continue;
      await assert.rejects(readWith(path, value), (error) => {
        assert.ok(error instanceof ModelError, String(error));
        assert.equal(error.code, "DATA_LOSS");
        assert.ok(error.message.includes(mlmodelFile) && error.message.includes(folder), error.message);
        for (const key of path) assert.ok(error.message.includes(key), `${path.join(".")}: ${error.message}`);
        return true;
      });
      seen.add(path.join("."));
    }
  }
  for (const field of ["", "flavors", "flavors.onnx", "signature.inputs", "saved_input_example_info.type", "digests"]) {
    assert.ok(seen.has(field), field);
  }
});

test("a number or a signature of the right type that cannot be one is an error too", async () => {
  const places: ReadonlyArray<readonly [Path, unknown]> = [
    [["model_size_bytes"], -1],
    [["model_size_bytes"], 0.5],
    [["model_size_bytes"], 2n ** 70n],
    [["signature", "inputs"], "no JSON"],
    [["signature", "outputs"], "{}"],
    [["signature", "params"], '[{"type": "long"}]'],
    [["signature"], {}],
    [["flavors", "onnx"], null],
    [["flavors"], null],
  ];
  for (const [path, value] of places) {
    await assert.rejects(readWith(path, value), (error) => {
      assert.ok(error instanceof ModelError && error.code === "DATA_LOSS", String(error));
      return error.message.includes(path.join("."));
    });
  }
});

test("fields that Python leaves out or writes as null are left out", async () => {
  for (const path of places(written)) {
    if (path.length === 0 || path[0] === "flavors" || path[0] === "digests") continue;
    const read = await readWith(path, null);
    assert.deepEqual(read.flavors, model.flavors, path.join("."));
  }
  const { signature, digests, metadata } = await readWith([], { flavors: { onnx: {} } });
  assert.deepEqual([signature, digests, metadata], [undefined, {}, undefined]);
});

test("any value at any place is read or refused, never anything else", async () => {
  const anything = fc.oneof(fc.constantFrom(...hostile), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places(written)), anything, async (path, value) => {
      try {
        await readWith(path, value);
      } catch (error) {
        assert.ok(error instanceof ModelError && error.code === "DATA_LOSS", String(error));
      }
    }),
    { seed: 4, numRuns: 400 },
  );
});

test("a file that is cut off anywhere is read or refused, never anything else", async () => {
  const text = await writeMLmodel(folder, model);
  for (let length = 0; length < text.length; length += 7) {
    await writeFile(join(folder, mlmodelFile), text.slice(0, length));
    await readMLmodel(folder).catch((error: unknown) => {
      assert.ok(error instanceof ModelError && error.code === "DATA_LOSS", String(error));
    });
  }
  assert.ok((await readFile(join(folder, mlmodelFile), "utf8")).length > 0);
});
