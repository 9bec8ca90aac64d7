import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ScoringServer } from "../../../src/server/scoring/scoring-server.js";
import { wine } from "./fake-model.js";
import { type InputCase, inputCases } from "./input-cases.js";

const running: { server?: ScoringServer } = {};

before(async () => {
  running.server = await ScoringServer.start({ model: wine, version: "1", port: 0, log: () => undefined });
});
after(() => running.server?.stop());

for (const one of inputCases) test(`${one.name}: ${outcome(one)}`, () => check(one));

async function check({ body, type, expect }: InputCase): Promise<void> {
  const text = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  const response = await fetch(`${running.server?.url}/invocations`, {
    method: "POST",
    headers: { "content-type": type ?? "application/json" },
    body: text as string,
  });
  const answer = await response.text();
  assert.equal(response.headers.get("content-type"), "application/json");
  if (!("status" in expect)) {
    assert.equal(response.status, 200, answer);
    assert.deepEqual(JSON.parse(answer), { predictions: expect });
    return;
  }
  assert.equal(response.status, expect.status, answer);
  const { error_code: code, message, ...rest } = JSON.parse(answer);
  assert.deepEqual(rest, {});
  assert.match(code, /^(BAD_REQUEST|INVALID_PARAMETER_VALUE)$/);
  for (const words of expect.says) assert.match(message, words);
  assert.ok(answer.length < 3000, "an error is no echo");
  assert.doesNotMatch(answer, /secret|node:|\.js:\d+|\bat \w+ \(/);
}

function outcome({ expect }: InputCase): string {
  return "status" in expect ? String(expect.status) : "200";
}
