import assert from "node:assert/strict";

/** The magic refuses, says what is wrong, and hints at the way out. */
export async function fails(promise: unknown, message: RegExp, hint: RegExp): Promise<void> {
  await assert.rejects(Promise.resolve(promise), (error: Error & { hint?: string }) => {
    assert.match(error.message, message);
    assert.match(error.hint ?? "", hint);
    return true;
  });
}
