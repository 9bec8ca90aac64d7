import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { freePort } from "./free-port.js";

test("a free port lies outside those that the system hands out by itself, and nobody else is given it, even when asking at the same time", async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort));
  assert.equal(new Set(ports).size, 20);
  assert.ok(ports.every((port) => port >= 10_000 && port < 32_768));
});

test("a port on which something listens is passed over", async (t) => {
  const port = await freePort();
  const server = createServer().listen(port + 1, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening").catch(() => undefined);
  assert.notEqual(await freePort(), port + 1);
});
