import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { RestStore } from "../../../src/stores/rest/rest-store.js";
import { serverSettings } from "../../../src/stores/rest/server-settings.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import type { WorkOptions } from "../../../src/tracking/progress.js";
import { FakeServer, withServer } from "./fake-server.js";

const runId = "a".repeat(32);
/** More than a connection takes at once. */
const large = 300_000;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-upload-"));
  await mkdir(join(folder, "plots", "in"), { recursive: true });
  await writeFile(join(folder, "plots", "big.bin"), "x".repeat(large));
  await writeFile(join(folder, "plots", "in", "small.txt"), "small");
});
after(() => rm(folder, { recursive: true }));

/** @param hangsUp - ends the connection of the first upload when the file has arrived */
function tracking(hangsUp = false): FakeServer {
  let uploads = 0;
  return new FakeServer(({ path, method }) => {
    if (method === "PUT" && ++uploads === 1 && hangsUp) return "hang up";
    if (!path.includes("/runs/get")) return { json: {} };
    const info = { run_id: runId, lifecycle_stage: "active", artifact_uri: "mlflow-artifacts:/1/run/artifacts" };
    return { json: { run: { info } } };
  });
}

/** What a person would see of the uploads that `work` makes. */
async function shown(server: FakeServer, work: (client: TrackingClient) => Promise<void>) {
  const works: Array<{ options: WorkOptions; steps: number[]; ended: boolean }> = [];
  await withServer(server, async (address) => {
    const store = new RestStore(address, serverSettings({}));
    const startProgress = (options: WorkOptions) => {
      const work = { options, steps: [] as number[], ended: false };
      works.push(work);
      return {
        advance: (bytes = 1) => void work.steps.push(bytes),
        end: () => {
          work.ended = true;
        },
      };
    };
    await work(new TrackingClient(store, undefined, startProgress)).finally(() => store.close());
  });
  return works;
}

const sum = (steps: readonly number[]) => steps.reduce((all, step) => all + step, 0);

test("a large file that is uploaded shows the bytes that are on their way", async () => {
  const [upload, ...others] = await shown(tracking(), (client) =>
    client.logArtifact(runId, join(folder, "plots", "big.bin")),
  );
  assert.deepEqual(others, []);
  assert.deepEqual(upload?.options, { label: "big.bin", total: large, unit: "bytes", after: 500 });
  const steps = upload?.steps.filter((step) => step !== 0) ?? [];
  assert.ok(steps.length > 1, `${steps}`);
  assert.deepEqual([sum(steps), upload?.ended], [large, true]);
});

test("a folder is one piece of work, as large as its files", async () => {
  const server = tracking();
  const works = await shown(server, (client) => client.logArtifacts(runId, join(folder, "plots")));
  assert.deepEqual(
    works.map(({ options, steps, ended }) => [options.label, options.total, sum(steps), ended]),
    [["2 files of plots", large + 5, large + 5, true]],
  );
  assert.equal(server.arrived.filter(({ method }) => method === "PUT").length, 2);
});

test("bytes that are sent again are not counted twice, and an upload that fails ends its display", async () => {
  const [again] = await shown(tracking(true), (client) => client.logArtifact(runId, join(folder, "plots", "big.bin")));
  assert.ok(
    again?.steps.some((step) => step < 0),
    `${again?.steps}`,
  );
  assert.equal(sum(again?.steps ?? []), large);

  const [failed] = await shown(tracking(), async (client) => {
    await assert.rejects(client.writeArtifact(runId, "gone.bin", { file: join(folder, "gone.bin") }));
  });
  assert.deepEqual([failed?.options.total, failed?.ended], [0, true]);
});
