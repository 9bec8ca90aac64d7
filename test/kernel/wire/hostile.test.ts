import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { KernelError } from "../../../src/errors.js";
import { Session } from "../../../src/kernel/wire/session.js";
import { KernelClient } from "../support/kernel-client.js";

/** A failure comes back with its seed; more runs by hand. */
const property = { seed: 7, numRuns: Number(process.env.RUNLAB_PROPERTY_RUNS ?? 200) };

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.stop());

const frame = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom("<IDS|MSG>", "", "{}", "[]", "null", '{"msg_id":"a","msg_type":"execute_request"}')
    .map((text) => Buffer.from(text)),
);

test("random frames are refused with an error of ours, whatever they are", () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 9 }), (frames) => {
      const session = new Session("a key", "hmac-sha256");
      assert.throws(() => session.parse(frames), KernelError);
    }),
    property,
  );
});

test("a signed message is read as it was written, and with any one byte changed it is refused", () => {
  const content = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(
      content,
      fc.array(fc.uint8Array()),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (value, buffers, at, flip) => {
        const sent = { type: "execute_request", content: value, buffers: buffers.map((bytes) => Buffer.from(bytes)) };
        const frames = new Session("a key", "hmac-sha256").serialize(sent).map((part) => Buffer.from(part));
        const read = new Session("a key", "hmac-sha256").parse(frames);
        assert.deepEqual(read.content, JSON.parse(JSON.stringify(value)));
        assert.deepEqual(read.buffers, sent.buffers);

        // Buffers are not signed; the protocol has it so.
        const signed = frames.slice(0, 6);
        const part = signed[at % signed.length] ?? Buffer.alloc(0);
        const place = at % part.length;
        part[place] = (part[place] ?? 0) ^ flip;
        assert.throws(() => new Session("a key", "hmac-sha256").parse(frames), KernelError);
      },
    ),
    property,
  );
});

test("random, tampered, replayed and malformed frames on every channel are dropped and the kernel goes on", async () => {
  const request = { type: "execute_request", content: { code: "globalThis.hacked = true" } };
  const replayed = kernel.session.serialize({
    type: "execute_request",
    content: { code: "globalThis.runs = (globalThis.runs ?? 0) + 1" },
  });
  await kernel.shell.send(replayed);
  await kernel.answer((JSON.parse(String(replayed[2])) as { msg_id: string }).msg_id);
  for (const socket of [kernel.shell, kernel.control, kernel.stdin]) {
    const tampered = kernel.session.serialize(request);
    tampered[5] = JSON.stringify({ code: "globalThis.hacked = 1" });
    await socket.send(tampered);
    await socket.send(replayed);
    await socket.send(["<IDS|MSG>", ""]);
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 9 }), (frames) => socket.send(frames)),
      property,
    );
  }
  const { output } = await kernel.execute("[globalThis.hacked, globalThis.runs]");
  assert.deepEqual(output.at(-1)?.content.data, { "text/plain": "[ undefined, 1 ]" });
  for (const what of ["wrong signature", "replayed", "without delimiter"]) assert.match(kernel.log, new RegExp(what));
  assert.ok(!kernel.log.includes("hacked"), "the log has a cell's content in it");
  assert.ok(!kernel.log.includes(kernel.key), "the log has the key in it");
});

test("requests of any shape are answered and end idle, never left hanging", async () => {
  const names = ["execute", "complete", "inspect", "is_complete", "history", "comm_info", "debug", "unheard_of"];
  const odd = fc.oneof(fc.constantFrom("range", "search", "tail", "*", "["), fc.integer(), fc.jsonValue());
  const fields = ["cursor_pos", "user_expressions", "n", "session", "start", "stop", "pattern", "hist_access_type"];
  const flags = ["silent", "store_history", "output", "raw", "unique", "detail_level", "seq", "command", "target_name"];
  const content = fc.record(Object.fromEntries([...fields, ...flags].map((name) => [name, odd])), { requiredKeys: [] });
  // What is run is harmless; that it is no text at all is one of the odd shapes.
  const code = fc.constantFrom("1 + 1", "", " ", 7, null, ["1"], { a: 1 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), content, code, async (name, rest, code) => {
      const { reply } = await kernel.ask(kernel.shell, `${name}_request`, { ...rest, code, allow_stdin: false });
      assert.match(String(reply.status), /^(ok|error|complete)$/, name);
    }),
    property,
  );
  assert.equal((await kernel.execute("1")).reply.status, "ok");
});
