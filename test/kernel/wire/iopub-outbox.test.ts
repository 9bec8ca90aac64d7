import assert from "node:assert/strict";
import { test } from "node:test";
import { IopubOutbox, iopubLimit } from "../../../src/kernel/wire/iopub-outbox.js";

/** A socket with a front end that reads when told to, and the outbox on it. */
function outboxTo(reads: { now: boolean }) {
  const sent: string[] = [];
  const released: number[] = [];
  const errors: unknown[] = [];
  const socket = {
    sendHighWaterMark: iopubLimit,
    async send(frames: (Buffer | string | Uint8Array)[]) {
      if (!reads.now && socket.sendHighWaterMark !== 0) throw Object.assign(new Error("again"), { code: "EAGAIN" });
      sent.push(String(frames[0]));
    },
  };
  const outbox = new IopubOutbox(socket, {
    serialize: ({ type, parent }) => [`${type} ${parent?.msg_id}`],
    released: (cost) => void released.push(cost),
    error: (error) => void errors.push(error),
  });
  return { outbox, sent, released, errors };
}

const message = (type: string, id: string) => ({ type, content: {}, parent: { msg_id: id } });

test("messages wait for a front end that is behind, in order, and their cost is released once they are sent", async () => {
  const reads = { now: false };
  const { outbox, sent, released, errors } = outboxTo(reads);
  for (let i = 1; i <= 5; i++) outbox.send(message("stream", String(i)), i);
  await new Promise((done) => setTimeout(done, 20));
  assert.deepEqual([sent, released], [[], []]);
  reads.now = true;
  await outbox.flushed();
  assert.deepEqual(sent, ["stream 1", "stream 2", "stream 3", "stream 4", "stream 5"]);
  assert.deepEqual([released, errors], [[1, 2, 3, 4, 5], []]);
});

test("dropping takes the output of one request, and nothing else", async () => {
  const reads = { now: false };
  const { outbox, sent, released } = outboxTo(reads);
  const types = ["stream", "display_data", "update_display_data", "clear_output", "execute_result", "error", "status"];
  // The first is under way.
  outbox.send(message("stream", "first"), 0);
  for (const type of [...types, "comm_msg"]) for (const id of ["a", "b"]) outbox.send(message(type, id), 1);
  assert.equal(outbox.drop("a"), 4);
  assert.deepEqual(released, [1, 1, 1, 1]);
  assert.equal(outbox.drop("a"), 0);
  reads.now = true;
  await outbox.flushed();
  const kept = [...types, "comm_msg"].flatMap((type) =>
    types.slice(0, 4).includes(type) ? [`${type} b`] : [`${type} a`, `${type} b`],
  );
  assert.deepEqual(sent, ["stream first", ...kept]);
});

test("a front end that does not read at all holds up the others for a second, and is still sent everything", async () => {
  const { outbox, sent } = outboxTo({ now: false });
  for (let i = 0; i < 100; i++) outbox.send(message("stream", String(i)), 1);
  const started = performance.now();
  await outbox.flushed();
  assert.ok(performance.now() - started > 900);
  assert.equal(sent.length, 100);
});
