import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFile, cp, mkdir, readdir, readFile, rename, symlink, unlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import { type ErrorCode, RunlabError } from "../../src/errors.js";
import { getModelInfo, loadModel } from "../../src/models/load-model.js";
import { logModel } from "../../src/models/log-model.js";
import { writeMLmodel } from "../../src/models/package/mlmodel.js";
import { fileInside } from "../../src/models/package/model-files.js";
import { parseModelUri } from "../../src/models/package/model-uri.js";
import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingSession } from "../../src/tracking/session.js";
import { isError } from "../is-error.js";
import { withModels } from "./model-session.js";

/** Data is plain, so that the model needs no package. */
const double = (rows: Array<{ x: number }>) => rows.map(({ x }) => 2 * x);
const example = [{ x: 1 }, { x: 2.5 }];

test("every form of a model's URI leads to the same model", () =>
  withModels(async ({ session, folder }) => {
    const info = await logModel(session, double, {
      name: "elasticnet_alpha_0.2",
      inputExample: example,
      registeredModelName: "Elastic.Net",
    });
    assert.equal(info.registeredModel?.version, "1");
    await session.client.setRegisteredModelAlias("Elastic.Net", "champion", 1);
    await session.client.transitionModelVersionStage("Elastic.Net", 1, "Production");
    const path = join(folder, "runlab", "0", info.runId, "artifacts", "elasticnet_alpha_0.2");
    const uris = [
      info.modelId,
      info.modelUri,
      `runs:/${info.runId}/elasticnet_alpha_0.2`,
      "models:/Elastic.Net/1",
      "models:/Elastic.Net@champion",
      "models:/Elastic.Net/latest",
      "models:/Elastic.Net/Production",
      path,
      `file://${path}`,
      join(path, "MLmodel"),
    ];
    for (const uri of uris) {
      const model = await loadModel(session, uri);
      assert.equal(model.modelId, info.modelId, uri);
      assert.deepEqual(await model.predict([{ x: 4 }]), [8], uri);
    }
  }));

for (const place of ["MLmodel", "code", ""] as const) {
  test(`a model in a store of which ${place || "the folder"} is a link is refused, and the error names it`, () =>
    withModels(async ({ session, folder }) => {
      const info = await logModel(session, double, { name: "linked", inputExample: example });
      const model = join(folder, "runlab", "0", info.runId, "artifacts", "linked");
      const [first = ""] = (await readdir(model)).filter((name) => name !== "MLmodel" && name !== "node_modules");
      const link = place === "" ? model : join(model, place === "code" ? first : place);
      const outside = join(folder, "outside");
      await rename(link, outside);
      await symlink(outside, link);
      const refused = isError("PERMISSION_DENIED", new RegExp(`${basename(link)}' is a symbolic link`));
      for (const uri of [info.modelId, `runs:/${info.runId}/linked`]) {
        await assert.rejects(loadModel(session, uri), refused);
        await assert.rejects(loadModel(session, uri, { folder: join(folder, "copy") }), refused);
        await assert.rejects(getModelInfo(session, uri), refused);
      }
    }));
}

test("a URI that leads to nothing says what there is", () =>
  withModels(async ({ session }) => {
    const { runId } = await logModel(session, double, { registeredModelName: "Known" });
    const cases: Array<[string, ErrorCode, RegExp]> = [
      ["models:/Unknown/1", "RESOURCE_DOES_NOT_EXIST", /Unknown not found.*'Known'/s],
      ["models:/Known/7", "RESOURCE_DOES_NOT_EXIST", /version=7.*newest of its versions: 1/s],
      ["models:/Known@none", "RESOURCE_DOES_NOT_EXIST", /alias none not found/],
      ["models:/Known/Staging", "RESOURCE_DOES_NOT_EXIST", /no version in stage 'Staging'/],
      [`runs:/${runId}/other`, "RESOURCE_DOES_NOT_EXIST", /no model at/],
      [`m-${"0".repeat(32)}`, "RESOURCE_DOES_NOT_EXIST", /not found/],
      ["./nowhere", "RESOURCE_DOES_NOT_EXIST", /is not a folder.*runs:/s],
      ["ftp://x/y", "INVALID_PARAMETER_VALUE", /not the URI of a model/],
      ["models:/Known", "INVALID_PARAMETER_VALUE", /not the URI of a registered model/],
      ["", "INVALID_PARAMETER_VALUE", /non-empty/],
    ];
    for (const [uri, code, text] of cases) await assert.rejects(loadModel(session, uri), isError(code, text), uri);
  }));

test("predict refuses what does not fit the signature, all at once", () =>
  withModels(async ({ session }) => {
    const info = await logModel(session, double, { inputExample: example });
    const model = await loadModel(session, info.modelUri);
    await assert.rejects(
      model.predict([{ x: "a" }, { y: 1 }, { x: null }]),
      isError("INVALID_PARAMETER_VALUE", /row 0.*"a".*row 1.*empty.*row 2.*empty.*'y' is not in the signature/s),
    );
    assert.deepEqual(await model.predict([{ x: 1, y: 2 }], {}, { extra: "ignore" }), [2]);
  }));

test("a file that was changed after logging is refused, and so is a changed MLmodel", () =>
  withModels(async ({ session, folder }) => {
    const info = await logModel(session, double, { name: "sealed", inputExample: example });
    const path = join(folder, "runlab", "0", info.runId, "artifacts", "sealed");
    const code = await readFile(join(path, "model.mjs"), "utf8");
    await writeFile(join(path, "model.mjs"), code.replace("2 * x", "3 * x"));
    await assert.rejects(loadModel(session, path), isError("DATA_LOSS", /'model\.mjs' differs from what was logged/));
    await writeFile(join(path, "model.mjs"), code);
    await loadModel(session, path);
    await appendFile(join(path, "MLmodel"), "\n# changed\n");
    await assert.rejects(
      loadModel(session, info.modelUri),
      isError("DATA_LOSS", /MLmodel file .* differs from what was logged/),
    );
  }));

test("a model whose files lead out of its folder is refused", () =>
  withModels(async ({ session, folder }) => {
    await writeFile(join(folder, "secret.onnx"), "x");
    const model = join(folder, "evil");
    await mkdir(model);
    for (const path of ["../secret.onnx", join(folder, "secret.onnx"), "a/../../secret.onnx", "."]) {
      await writeMLmodel(model, { ...blank, flavors: { onnx: { data: path } } });
      await assert.rejects(loadModel(session, model), isError("PERMISSION_DENIED", /outside its folder/), path);
    }
    await writeMLmodel(model, { ...blank, flavors: { onnx: { data: "m.onnx" } }, digests: { "../secret.onnx": "0" } });
    await assert.rejects(loadModel(session, model), isError("PERMISSION_DENIED", /secret/));
    assert.throws(() => fileInside(model, "../evil2/x"), RunlabError);
    assert.throws(() => parseModelUri("runs:/abc/../../x"), RunlabError);
  }));

test("an MLmodel file that is torn, no YAML or has no flavor is named as damaged", () =>
  withModels(async ({ session, folder }) => {
    const model = join(folder, "model");
    await mkdir(model);
    await assert.rejects(loadModel(session, model), isError("RESOURCE_DOES_NOT_EXIST", /no MLmodel file/));
    for (const text of ["flavors: [", "just text", "run_id: x\n"]) {
      await writeFile(join(model, "MLmodel"), text);
      await assert.rejects(loadModel(session, model), isError("DATA_LOSS", /damaged/), text);
    }
    await writeFile(join(model, "MLmodel"), "flavors:\n  sklearn: {pickled_model: model.pkl}\n");
    await assert.rejects(loadModel(session, model), isError("NOT_IMPLEMENTED", /flavors sklearn/));
  }));

test("a model of a store without local files is fetched, and code that came along is said", async () => {
  const said: string[] = [];
  const store = new MemoryStore();
  const session = new TrackingSession({
    resolveUri: () => "memory:",
    openStore: () => store,
    announce: (line) => void said.push(line),
  });
  const info = await logModel(session, double, { inputExample: example });
  const model = await loadModel(session, info.modelUri);
  assert.deepEqual(await model.predict(example), [2, 5]);
  assert.ok(said.some((line) => /runs code that came with it/.test(line)));
  await session.close();
});

const blank = {
  artifactPath: undefined,
  runId: undefined,
  modelId: undefined,
  utcTimeCreated: undefined,
  signature: undefined,
  metadata: undefined,
  savedInputExample: undefined,
  modelSizeBytes: undefined,
  digests: {},
};

test("a link in a model's folder that leads out of it is refused, and one that stays inside is followed", () =>
  withModels(async ({ session, folder }) => {
    const info = await logModel(session, double, { name: "linked", inputExample: example });
    const logged = join(folder, "runlab", "0", info.runId, "artifacts", "linked");
    const names = (await readdir(logged, { withFileTypes: true })).filter((entry) => entry.isFile());
    assert.ok(names.some(({ name }) => name === "MLmodel"));
    for (const { name } of names) {
      const copy = join(folder, `copy of ${name}`);
      await cp(logged, copy, { recursive: true });
      await loadModel(session, copy);
      const outside = join(folder, `outside ${name}`);
      await rename(join(copy, name), outside);
      await symlink(outside, join(copy, name));
      await assert.rejects(loadModel(session, copy), isError("PERMISSION_DENIED"));
      await assert.rejects(getModelInfo(session, copy), isError("PERMISSION_DENIED"));
      await unlink(join(copy, name));
      await rename(outside, join(copy, `${name}.real`));
      await symlink(`${name}.real`, join(copy, name));
      assert.deepEqual(await (await loadModel(session, copy)).predict([{ x: 4 }]), [8]);
      // The folder itself may be a link.
      await symlink(copy, join(folder, `link to ${name}`));
      await loadModel(session, join(folder, `link to ${name}`));
    }
    const copy = join(folder, "with a folder");
    await cp(logged, copy, { recursive: true });
    await symlink(folder, join(copy, "more"));
    await assert.rejects(loadModel(session, copy), isError("PERMISSION_DENIED"));
    await unlink(join(copy, "more"));
    execFileSync("mkfifo", [join(copy, "pipe")]);
    await assert.rejects(loadModel(session, copy), isError("INVALID_STATE"));
  }));
