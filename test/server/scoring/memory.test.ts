import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ScoringServer } from "../../../src/server/scoring/scoring-server.js";
import { wine } from "./fake-model.js";
import { load } from "./load.js";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

function heapAfterCollection(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

test("memory stays flat over 20,000 requests, good ones and bad ones", async (context) => {
  const server = await ScoringServer.start({ model: wine, version: "1", port: 0, log: () => undefined });
  context.after(() => server.stop(0));
  const good = JSON.stringify({ inputs: [{ acid: 1, pH: 3 }] });
  const bad = JSON.stringify({ inputs: [{ acid: "x" }] });
  const both = async (requests: number) => {
    const until = { requests: requests / 2 };
    assert.equal((await load(server.url, good, { connections: 4, until })).failed, 0);
    assert.equal((await load(server.url, bad, { connections: 4, until })).failed, until.requests);
  };
  await both(4_000);
  const before = heapAfterCollection();
  await both(20_000);
  const grown = heapAfterCollection() - before;
  // A leak of 100 bytes a request would be 2 MB.
  assert.ok(grown < 1_000_000, `${grown} bytes more`);
});
