import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { RunlabError } from "../../src/errors.js";
import { getModelInfo, loadModel } from "../../src/models/load-model.js";
import { logModel } from "../../src/models/log-model.js";
import { readMLmodel, writeMLmodel } from "../../src/models/package/mlmodel.js";
import { registerModel } from "../../src/models/register-model.js";
import { SignatureMismatchError } from "../../src/models/signature/enforce.js";
import { inferSignature } from "../../src/models/signature/infer-signature.js";
import { isError } from "../is-error.js";
import { post, start } from "../server/scoring/start-server.js";
import { withModels } from "./model-session.js";

/** Data is plain, so that the model needs no package. */
const double = (rows: Array<{ x: number }>) => rows.map(({ x }) => 2 * x);
const example = [{ x: 1 }, { x: 2.5 }];

test("an MLmodel file reads back as it was written", () =>
  withModels(async ({ session, folder }) => {
    const info = await logModel(session, double, {
      inputExample: example,
      metadata: { note: "no", when: "2026-11-24", nested: { n: [1, null, true] } },
    });
    const model = await getModelInfo(session, info.modelUri);
    assert.deepEqual(model.metadata, { note: "no", when: "2026-11-24", nested: { n: [1, null, true] } });
    await writeMLmodel(folder, model);
    assert.deepEqual((await readMLmodel(folder)).model, model);
    const read = async (file: string) =>
      JSON.parse(Buffer.from(await session.client.readArtifact(info.runId, `model/${file}`)).toString());
    assert.deepEqual(await read("input_example.json"), { columns: ["x"], data: [[1], [2.5]] });
    assert.deepEqual(await read("serving_input_example.json"), {
      dataframe_split: { columns: ["x"], data: [[1], [2.5]] },
    });
  }));

test("metadata keeps a whole number beyond 2^53", () =>
  withModels(async ({ session }) => {
    const metadata = { id: 2n ** 60n + 1n, few: 5n, list: [2n ** 53n + 1n], at: 1e300, version: 3 };
    const info = await logModel(session, double, { metadata });
    const model = await getModelInfo(session, info.modelUri);
    assert.deepEqual(model.metadata, { ...metadata, few: 5 });
  }));

const anything = (rows: unknown) => rows;
const examples: readonly unknown[] = [
  ["a", null, "b"],
  [{ a: 1 }, { a: Number.NaN }],
  [{ a: 1n }, { a: 2.5 }],
  [{ id: 2n ** 60n + 1n }, { id: 5 }],
  [{ a: 1, t: new Date(0) }, { t: new Date(Number.NaN) }],
  [{ o: { x: [1, null, Number.NaN], y: new Map([["k", Number.POSITIVE_INFINITY]]) } }, { o: {} }],
  [{ bytes: Uint8Array.of(1, 2) }],
  { a: [1, Number.NaN], b: [[], [1]], c: [true, null] },
  [{ a: 1 }, null],
  [{}],
  Float32Array.of(1, Number.NaN),
  { x: { dims: [1, 2], type: "float32", data: Float32Array.of(Number.NaN, 1) }, n: BigInt64Array.of(2n ** 60n + 1n) },
  5,
];

test("a model that was logged with an example predicts it, read back, and serves it", (context) =>
  withModels(async ({ session }) => {
    for (const inputExample of examples) {
      const info = await logModel(session, anything, { name: "echo", inputExample });
      const model = await loadModel(session, info.modelUri);
      await model.predict(inputExample);
      const read = await model.inputExample();
      await model.predict(read, {}, { json: true });
      const { server } = await start(context, model);
      const body = await readFile(join(model.folder, "serving_input_example.json"), "utf8");
      const response = await post(server.url, body);
      assert.equal(response.status, 200, `${body}: ${await response.text()}`);
    }
  }));

test("a signature that its own example does not fit is refused at once, and nothing is logged", () =>
  withModels(async ({ session }) => {
    const signature = inferSignature([{ x: "text" }]);
    await assert.rejects(
      logModel(session, double, { signature, inputExample: example }),
      (error) => error instanceof SignatureMismatchError && error.problems[0]?.column === "x",
    );
    const bad: Array<[unknown, RegExp]> = [
      [[{ x: 1, f: () => 1 }], /a function at row 0, column 'f'/],
      [[{ x: Promise.resolve(1) }], /a Promise at row 0, column 'x'/],
      [[], /no rows/],
    ];
    for (const [inputExample, message] of bad) {
      await assert.rejects(logModel(session, anything, { inputExample }), isError("INVALID_PARAMETER_VALUE", message));
    }
    assert.equal(session.activeRun(), undefined);
  }));

test("a model without an example has none to read back", () =>
  withModels(async ({ session }) => {
    const info = await logModel(session, double);
    assert.equal(await (await loadModel(session, info.modelUri)).inputExample(), undefined);
  }));

test("models of one name in a run, at once too, each keep their own files; the name leads to the newest", () =>
  withModels(async ({ session }) => {
    await session.startRun(async (run) => {
      const times = (k: number) => new Function(`return (rows) => rows.map(({ x }) => ${k} * x)`)();
      const first = await logModel(session, times(1), { name: "epoch", inputExample: example, step: 0 });
      const others = await Promise.all(
        [2, 3, 4].map((k) => logModel(session, times(k), { name: "epoch", inputExample: example, step: k })),
      );
      const infos = [first, ...others];
      assert.deepEqual(infos.map(({ artifactPath }) => artifactPath).sort(), [
        "epoch",
        "epoch-2",
        "epoch-3",
        "epoch-4",
      ]);
      for (const [at, { modelUri, artifactPath, name }] of infos.entries()) {
        assert.equal(name, "epoch");
        for (const uri of [modelUri, ...(at === 0 ? [] : [`runs:/${run.runId}/${artifactPath}`])]) {
          assert.deepEqual(await (await loadModel(session, uri)).predict([{ x: 1 }]), [at + 1], uri);
        }
        assert.equal((await getModelInfo(session, modelUri)).artifactPath, artifactPath);
      }
      const newest = await loadModel(session, `runs:/${run.runId}/epoch`);
      assert.equal(newest.modelId, infos.find(({ artifactPath }) => artifactPath === "epoch-4")?.modelId);
      await session.logText("x", "notes/a.txt");
      await assert.rejects(
        logModel(session, double, { name: "notes" }),
        isError("RESOURCE_ALREADY_EXISTS", /already has a folder 'notes' that is not a model/),
      );
    });
  }));

test("a run lists its models as its outputs, and a name that no folder can have is refused", () =>
  withModels(async ({ session }) => {
    await session.startRun(async (run) => {
      const first = await logModel(session, double, { name: "a", step: 3 });
      const second = await logModel(session, double, { name: "b" });
      for (const name of ["a/b", "a:b", "a%b", "", "a'b"]) {
        await assert.rejects(
          logModel(session, double, { name }),
          isError("INVALID_PARAMETER_VALUE", /Invalid model name/),
        );
      }
      assert.deepEqual((await run.read()).outputs.modelOutputs, [
        { modelId: first.modelId, step: 3 },
        { modelId: second.modelId, step: 0 },
      ]);
    });
  }));

test("without an active run a model starts one, as the log verbs do", () =>
  withModels(async ({ session, said }) => {
    const info = await logModel(session, double);
    assert.equal(session.activeRun()?.runId, info.runId);
    assert.ok(said.some((line) => line.includes("started run")));
  }));

test("registering the same model again makes the next version, with its run and signature", () =>
  withModels(async ({ session, folder }) => {
    const info = await logModel(session, double, { inputExample: example });
    await registerModel(session, info.modelUri, "Twice");
    const second = await registerModel(session, `runs:/${info.runId}/model`, "Twice", {
      alias: "best",
      description: "again",
      tags: { a: "1" },
    });
    assert.equal(second.version, "2");
    assert.deepEqual([second.runId, second.modelId, second.aliases], [info.runId, info.modelId, ["best"]]);
    assert.deepEqual(second.signature, info.signature?.toJSON());
    await assert.rejects(
      registerModel(session, folder, "Twice"),
      isError("INVALID_PARAMETER_VALUE", /does not belong to a run/),
    );
    await assert.rejects(logModel(session, double, { name: "x", registeredModelName: "a/b" }), RunlabError);
  }));
