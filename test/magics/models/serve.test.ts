import assert from "node:assert/strict";
import { test } from "node:test";
import { RunningCell } from "../test-cell.js";

test("%serve says where the model is served, list shows it, stop ends it", async () => {
  const cell = new RunningCell();
  const [served] = (await cell.line("serve", { model: "models:/Cars/latest" })) as Array<{ url: string }>;
  assert.equal(served?.url, "http://127.0.0.1:5002");
  assert.match(
    cell.stdout,
    /^Serving models:\/Cars\/latest at http:\/\/127\.0\.0\.1:5002\. To stop it: %serve stop 5002\n$/,
  );
  cell.stdout = "";
  await cell.line("serve", { model: "list" });
  assert.match(cell.stdout, /^http:\/\/127\.0\.0\.1:5002 {2}models:\/Cars\/latest {2}since /);
  cell.stdout = "";
  await cell.line("serve", { model: "stop", port: 5002 });
  await cell.line("serve", { model: "list" });
  assert.equal(
    cell.stdout,
    "Stopped models:/Cars/latest at http://127.0.0.1:5002.\nNo model is being served. To start: %serve <uri>\n",
  );
});

test("const served = %serve … prints nothing", async () => {
  const cell = new RunningCell();
  await cell.line("serve", { model: "models:/Cars/1", port: 6000 }, true);
  assert.equal(cell.stdout, "");
});

test("a port in use is an error whose advice is in the magic's own words", async () => {
  const cell = new RunningCell();
  await assert.rejects(
    async () => cell.line("serve", { model: "models:/Cars/1", port: 80 }),
    (error: Error) => /in use/.test(error.message) && /port=/.test(error.message) && !error.message.includes("--port"),
  );
});

test("a port that is none is an error before anything starts", async () => {
  const cell = new RunningCell();
  await assert.rejects(
    async () => cell.line("serve", { model: "models:/Cars/1", port: 70_000 }),
    /70000 is not a port/,
  );
  assert.deepEqual(await cell.line("serve", { model: "list" }), []);
});
