import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { KernelError } from "../../../src/errors.js";
import { Session } from "../../../src/kernel/wire/session.js";

const key = "a-secret-key";
const parts = ['{"msg_id":"1","msg_type":"kernel_info_request"}', "{}", "{}", '{"a":1}'];

/** Frames as the protocol describes them, made without the code under test. */
function frames(body: readonly string[] = parts, signature?: string): Buffer[] {
  const hmac = createHmac("sha256", key);
  for (const part of body) hmac.update(part);
  return ["route", "<IDS|MSG>", signature ?? hmac.digest("hex"), ...body].map((part) => Buffer.from(part));
}

const session = () => new Session(key, "hmac-sha256");

test("a signed message comes in with its identities, content and buffers", () => {
  const message = session().parse([...frames(), Buffer.from("raw")]);
  assert.deepEqual(message.identities.map(String), ["route"]);
  assert.equal(message.header.msg_type, "kernel_info_request");
  assert.deepEqual(message.content, { a: 1 });
  assert.deepEqual(message.buffers.map(String), ["raw"]);
});

test("what one session signs, another with the key reads", () => {
  const sent = session().serialize({ type: "status", content: { text: "ü😀" }, identities: ["t"] });
  assert.deepEqual(session().parse(sent.map((frame) => Buffer.from(frame))).content, { text: "ü😀" });
});

test("half a surrogate pair leaves as U+FFFD, which Python can write; a text that only looks like one stays", () => {
  const content = { half: "a\ud83d", "key\udc00": ["\udc00b", "\\ud83d", "\\\ud83d", "😀"] };
  const sent = session().serialize({ type: "stream", content, identities: [] });
  assert.deepEqual(session().parse(sent.map((frame) => Buffer.from(frame))).content, {
    half: "a\ufffd",
    "key\ufffd": ["\ufffdb", "\\ud83d", "\\\ufffd", "😀"],
  });
});

test("a tampered, unsigned or replayed message is refused, without a word of key or content", () => {
  const one = session();
  one.parse(frames());
  const tampered = frames();
  tampered[6] = Buffer.from('{"a":2}');
  for (const bad of [tampered, frames(parts, ""), frames(parts, "0".repeat(64)), frames()]) {
    assert.throws(
      () => one.parse(bad),
      (error) =>
        error instanceof KernelError && error.code === "PERMISSION_DENIED" && !/secret|"a"/.test(error.message),
    );
  }
});

test("malformed frames are refused", () => {
  const cases: Buffer[][] = [
    [],
    [Buffer.from("no delimiter")],
    frames().slice(0, 5),
    frames(["not json", "{}", "{}", "{}"]),
    frames(["[]", "{}", "{}", "{}"]),
    frames(["{}", "{}", "{}", "{}"]),
    frames(['{"msg_id":1,"msg_type":"x"}', "{}", "{}", "{}"]),
    frames([parts[0] ?? "", "{}", "{}", "null"]),
  ];
  for (const bad of cases) {
    assert.throws(
      () => session().parse(bad),
      (error) => error instanceof KernelError && error.code === "BAD_REQUEST",
      String(bad),
    );
  }
});

test("with an empty key nothing is signed and nothing is checked", () => {
  const open = new Session("", "hmac-sha256");
  assert.equal(open.serialize({ type: "status", content: {} })[1], "");
  assert.deepEqual(open.parse(frames(parts, "anything")).content, { a: 1 });
});
