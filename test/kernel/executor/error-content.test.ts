import assert from "node:assert/strict";
import { test } from "node:test";
import { reasonOf, TrackingError } from "../../../src/errors.js";
import { errorContent } from "../../../src/kernel/executor/error-content.js";

const text = (thrown: unknown) => errorContent(thrown, () => undefined).traceback.join("\n");

test("whatever is thrown has a message, also what throws when it is looked at", () => {
  class Nameless extends Error {
    override get name(): string {
      throw new Error("no name");
    }
  }
  const trap = () => {
    throw new Error("trap");
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const unprintable = Object.assign(new Error("x"), { toString: trap });
  Object.defineProperty(unprintable, "message", {
    get() {
      throw unprintable;
    },
  });
  for (const thrown of [
    new Nameless(),
    new Proxy(new Error("x"), { get: trap, getPrototypeOf: trap }),
    revoked.proxy,
    unprintable,
  ]) {
    const { ename, evalue, traceback } = errorContent(thrown, () => undefined);
    for (const part of [ename, evalue, ...traceback]) assert.equal(typeof part, "string");
    assert.notEqual(evalue, "");
  }
});

test("an error without a message is its name alone", () => {
  assert.match(text(new RangeError()), /^RangeError\n/);
});

test("a message of any length is shown up to 10,000 characters, and says so", () => {
  const { evalue, traceback } = errorContent(new Error("x".repeat(300_000)), () => undefined);
  assert.ok(evalue.length < 10_100);
  assert.match(evalue, /\(showing the first 10,000 of 300,000 characters\)$/);
  assert.ok(traceback.join("\n").length < 13_000);
});

test("each error of an AggregateError tells its message, its place and its cause", () => {
  const parts = [new TypeError("first", { cause: new Error("deeper") }), "a text"];
  const shown = text(new AggregateError(parts, "all failed"));
  assert.match(
    shown,
    / {2}- TypeError: first\n +at .*error-content\.test.*\n +Caused by: Error: deeper\n {2}- 'a text'/,
  );
});

test("an error's own properties stand below its stack, as Node prints them", () => {
  class HttpError extends Error {
    override name = "HttpError";
    status = 404;
    "retry-after" = undefined;
    details = { issues: [{ path: ["a", 0], message: "no" }] };
    get body(): string {
      throw new Error("read");
    }
  }
  const error = Object.assign(new HttpError("gone", { cause: "moved" }), { "x-id": "7", [Symbol("hidden")]: 1 });
  Object.defineProperty(error, "lazy", { enumerable: true, get: () => assert.fail("a getter ran") });
  assert.match(
    text(error),
    /^HttpError: gone\n(?: +at .*\n)* +at .* \{\n {2}status: 404,\n {2}details: \{ issues: \[ \{ path: \[Array\], message: 'no' \} \] \},\n {2}'x-id': '7',\n {2}lazy: \[Getter\]\n\}\n\nCaused by:\n'moved'$/,
  );
  assert.equal(
    text(Object.assign(new Error("no stack"), { stack: undefined, code: "E_NONE", hint: "Do this." })),
    "Error: no stack\nDo this.\n{\n  code: 'E_NONE'\n}",
  );
});

test("what other parts of the message show is not shown twice, and a cause has its own properties", () => {
  const part = Object.assign(new Error("refused"), { code: "ECONNREFUSED", port: 1 });
  const cause = Object.assign(new Error("below"), { code: "EBELOW" });
  const shown = text(Object.assign(new Error("all failed"), { errors: [part], cause, code: "ETOP" }));
  assert.match(
    shown,
    / \{\n {2}code: 'ETOP'\n\}\n {2}- Error: refused\n +at .* \{\n {6}code: 'ECONNREFUSED',\n {6}port: 1\n {4}\}/,
  );
  assert.match(shown, /Caused by:\nError: below\n(?: +at .*\n)* +at .* \{\n {2}code: 'EBELOW'\n\}$/);
  for (const each of ["refused", "below", "ETOP", "EBELOW"]) assert.equal(shown.split(each).length, 2, each);
});

test("of the package's own errors the message and the hint are enough", () => {
  const error = new TrackingError("RESOURCE_DOES_NOT_EXIST", "There is no run 'a'.", { hint: "%runs lists them." });
  assert.match(text(error), /^TrackingError: There is no run 'a'\.\n%runs lists them\.\n[^{}]*$/);
});

test("properties are shown up to a number and a length", () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`p${at}`, at]));
  const shown = text(Object.assign(new Error("much"), { response: "x".repeat(1_000_000), ...many }));
  assert.match(shown, /response: 'x+…,\n {2}p0: 0,/);
  assert.match(shown, /\n {2}p18: 18,\n {2}… and 11 more\n\}$/);
  assert.ok(shown.length < 5_000);
  const trap = () => assert.fail("ran");
  const nested = Object.assign(new Error("odd"), { inner: { [Symbol.for("nodejs.util.inspect.custom")]: trap } });
  assert.match(text(nested), /inner: \[Object that cannot be printed: ran\]/);
});

test("an error while disposing tells both errors", () => {
  const both = Object.assign(new Error("An error was suppressed during disposal."), {
    name: "SuppressedError",
    error: new Error("in dispose"),
    suppressed: new Error("in the block"),
  });
  const shown = text(both);
  assert.match(shown, / {2}- Error: in dispose/);
  assert.match(shown, /While this was thrown:\nError: in the block/);
});

test("Node's own frames in a stack of another thread are not shown", () => {
  const error = Object.assign(new Error("in a worker"), {
    stack:
      "Error: in a worker\n    at [worker eval]:1:7\n    at runScript (node:internal/vm:209:10)\n    at node:internal/x:1:1",
  });
  assert.deepEqual(errorContent(error, () => undefined).traceback, ["Error: in a worker", "    at [worker eval]:1:7"]);
});

test("of a line of any length an error shows what stands around its place", () => {
  const source = `const long = "${"x".repeat(100_000)}"; fail()`;
  const column = source.indexOf("fail") + 1;
  const error = Object.assign(new Error("here"), { stack: `Error: here\n    at Cell [1]:1:${column}` });
  const { traceback } = errorContent(error, () => source);
  const [, shown = "", mark = ""] = traceback;
  assert.ok(shown.length < 250);
  assert.equal(shown.slice(mark.indexOf("^")), "fail()");
});

test("why the file system refused is said once, in the message of an error of ours; a user's own cause is shown whole", () => {
  const cause = Object.assign(new Error("ENOENT: no such file or directory, open '/x'"), {
    errno: -2,
    code: "ENOENT",
    syscall: "open",
    path: "/x",
  });
  const ours = new TrackingError("RESOURCE_DOES_NOT_EXIST", `The file /x cannot be read: ${reasonOf(cause)}.`, {
    cause,
  });
  assert.match(text(ours), /cannot be read: there is no such file or folder\./);
  assert.doesNotMatch(text(ours), /ENOENT|errno|Caused by/);
  assert.match(text(new Error("mine", { cause })), /Caused by:\nError: ENOENT[\s\S]*errno: -2/);
  assert.match(text(new TrackingError("DATA_LOSS", "damaged", { cause: new Error("why") })), /Caused by:\nError: why/);
});
