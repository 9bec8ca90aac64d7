import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { FileStore } from "../../src/stores/file/file-store.js";
import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingClient } from "../../src/tracking/client.js";
import { isError } from "../is-error.js";
import { registryConformance } from "./registry-conformance.js";

registryConformance("the memory store", () => new MemoryStore());
registryConformance("the file store", (folder) => new FileStore(folder));

test("8 processes that register at once, in a store that is not there yet, make 8 versions", async () => {
  await inFolder(async (folder) => {
    const script = fileURLToPath(new URL("./registering-process.js", import.meta.url));
    const children = Array.from({ length: 8 }, () =>
      fork(script, [folder], { stdio: ["ignore", "ignore", "inherit", "ipc"] }),
    );
    await Promise.all(children.map((child) => once(child, "message")));
    for (const child of children) child.send("go");
    const codes = await Promise.all(children.map((child) => once(child, "exit")));
    assert.deepEqual(
      codes.map(([code]) => code),
      Array(8).fill(0),
    );
    const client = new TrackingClient(new FileStore(folder));
    const versions = await client.searchModelVersions({ orderBy: ["version_number ASC"] });
    assert.deepEqual(
      versions.map(({ version }) => version),
      ["1", "2", "3", "4", "5", "6", "7", "8"],
    );
    assert.equal(new Set(versions.map(({ source }) => source)).size, 8);
  });
});

test("another process's registration is seen at once, and models.json has MLflow's names", async () => {
  await inFolder(async (folder) => {
    const [one, other] = [new TrackingClient(new FileStore(folder)), new TrackingClient(new FileStore(folder))];
    await one.createRegisteredModel("Seen");
    assert.equal((await other.searchRegisteredModels()).length, 1);
    await other.createModelVersion("Seen", "runs:/r/m", { runId: "r" });
    assert.equal((await one.getModelVersion("Seen", 1)).runId, "r");
    const document = JSON.parse(await readFile(join(folder, "models.json"), "utf8"));
    assert.equal(document.registered_models[0].last_version, 1);
    assert.equal(document.model_versions[0].run_id, "r");
  });
});

test("a damaged models.json is named, and the runs beside it still work", async () => {
  await inFolder(async (folder) => {
    const client = new TrackingClient(new FileStore(folder));
    await client.createRegisteredModel("Lost");
    await writeFile(join(folder, "models.json"), "{ torn");
    assert.equal((await client.getRegisteredModel("Lost")).name, "Lost", "its copy is whole");
    await rm(join(folder, ".models.json.copy"));
    await writeFile(join(folder, "models.json"), "{ torn once more");
    assert.deepEqual(await client.searchRegisteredModels(), []);
    await assert.rejects(client.getRegisteredModel("Lost"), isError("DATA_LOSS", /models\.json/));
    await assert.rejects(client.createRegisteredModel("New"), isError("DATA_LOSS", /models\.json/));
    assert.equal(await readFile(join(folder, "models.json"), "utf8"), "{ torn once more");
    await client.createRun("0");
  });
});

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "runlab-models-"));
  try {
    await work(join(folder, "runlab"));
  } finally {
    await rm(folder, { recursive: true });
  }
}
