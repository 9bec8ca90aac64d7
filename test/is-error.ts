import assert from "node:assert/strict";
import { type ErrorCode, RunlabError } from "../src/errors.js";

/** For `assert.rejects` and `assert.throws`: one of runlab's errors with this code; `text` is looked for in its message and hint. */
export function isError(code: ErrorCode, text = /(?:)/): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof RunlabError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(`${error.message}\n${error.hint ?? ""}`, text);
    return true;
  };
}
