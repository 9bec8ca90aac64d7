import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KernelClient } from "../support/kernel-client.js";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.stop());

/** A generator with a fixed seed (mulberry32), so that a failure comes back. */
function randomBytes(seed: number): (length: number) => Buffer {
  let state = seed;
  return (length) =>
    Buffer.from(
      Array.from({ length }, () => {
        state = (state + 0x6d2b79f5) | 0;
        const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        return (mixed ^ (mixed >>> 7)) & 255;
      }),
    );
}

test("tampered, replayed, malformed and random frames on every channel are dropped and the kernel goes on", async () => {
  const random = randomBytes(7);
  const request = { type: "execute_request", content: { code: "globalThis.hacked = true" } };
  const replayed = kernel.session.serialize({
    type: "execute_request",
    content: { code: "globalThis.runs = (globalThis.runs ?? 0) + 1" },
  });
  await kernel.shell.send(replayed);
  for (const socket of [kernel.shell, kernel.control, kernel.stdin]) {
    const tampered = kernel.session.serialize(request);
    tampered[5] = JSON.stringify({ code: "globalThis.hacked = 1" });
    await socket.send(tampered);
    await socket.send(replayed);
    await socket.send(["<IDS|MSG>", ""]);
    for (let round = 0; round < 100; round++) {
      await socket.send(Array.from({ length: round % 9 }, (_, part) => random(part * 7)).concat(random(3)));
    }
  }
  const { output } = await kernel.execute("[globalThis.hacked, globalThis.runs]");
  assert.deepEqual(output.at(-1)?.content.data, { "text/plain": "[ undefined, 1 ]" });
  for (const what of ["wrong signature", "replayed", "without delimiter"]) assert.match(kernel.log, new RegExp(what));
  assert.ok(!kernel.log.includes("hacked"), "the log has a cell's content in it");
  assert.ok(!kernel.log.includes(kernel.key), "the log has the key in it");
});

test("requests of the wrong shape are answered, never left hanging", async () => {
  const odd = {
    code: 7,
    cursor_pos: "x",
    silent: "no",
    user_expressions: 3,
    n: "many",
    session: null,
    detail_level: {},
  };
  for (const name of ["execute", "complete", "inspect", "is_complete", "history", "comm_info", "debug", "unheard_of"]) {
    const { reply } = await kernel.ask(kernel.shell, `${name}_request`, odd);
    assert.match(String(reply.status), /^(ok|error|complete)$/, name);
  }
  assert.equal((await kernel.execute("1")).reply.status, "ok");
});
