import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import fc from "fast-check";
import { readFrames, writeFrame } from "../../../src/kernel/engine/frames.js";

const messages = fc.array(
  fc.record(
    { id: fc.nat(), text: fc.string({ unit: "binary" }), bytes: fc.uint8Array({ maxLength: 300 }) },
    { noNullPrototype: true },
  ),
);

test("messages come out whole and in order, however the stream cuts them", async () => {
  await fc.assert(
    fc.asyncProperty(messages, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (sent, sizes) => {
      const written = new PassThrough();
      for (const message of sent) writeFrame(written, message);
      const bytes: Buffer = written.read() ?? Buffer.alloc(0);
      const read = new PassThrough();
      const received: unknown[] = [];
      readFrames(read, (message) => received.push(message));
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        read.write(bytes.subarray(at, at + size));
        at += size;
      }
      read.end();
      for await (const _ of read);
      assert.deepEqual(received, sent);
    }),
    { seed: 20261124, numRuns: 100 },
  );
});

test("who writes is told when a message has left, and when it could not", async () => {
  const stream = new PassThrough();
  const left = await new Promise((resolve) => writeFrame(stream, { id: 1 }, resolve));
  assert.equal(left ?? undefined, undefined);
  stream.destroy();
  stream.on("error", () => undefined);
  const failed = await new Promise((resolve) => writeFrame(stream, { id: 2 }, resolve));
  assert.ok(failed instanceof Error);
});
