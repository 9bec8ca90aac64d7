import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { EngineMessage } from "../../../src/kernel/engine/protocol.js";
import { buildSnapshot, engineFlags, usableSnapshot } from "../../../src/kernel/engine/snapshot/snapshot.js";

const entry = fileURLToPath(new URL("../../../src/cli/engine-main.js", import.meta.url));

test("an engine started from a snapshot checks and compiles as one without", { timeout: 120_000 }, async () => {
  const cacheFolder = mkdtempSync(join(tmpdir(), "runlab-snapshot-test-"));
  try {
    assert.equal(usableSnapshot({ cacheFolder }), undefined);
    const path = await buildSnapshot({ ambient: "", cacheFolder });
    assert.equal(usableSnapshot({ cacheFolder }), path);
    assert.ok(engineFlags({ cacheFolder }).includes(path));
    const engine = fork(entry, ["hub"], {
      cwd: cacheFolder,
      execArgv: engineFlags({ cacheFolder }),
      serialization: "advanced",
    });
    const ready = (await once(engine, "message"))[0] as EngineMessage;
    assert.ok("event" in ready && ready.engine === "hub");
    engine.send({ id: 1, op: "compile", source: "const n: number = 'a'", count: 1 });
    const answer = (await once(engine, "message"))[0] as { result: { diagnostics: Array<{ code: string }> } };
    assert.deepEqual(
      answer.result.diagnostics.map(({ code }) => code),
      ["TS2322"],
    );
    const ended = once(engine, "exit");
    engine.disconnect();
    await ended;
  } finally {
    rmSync(cacheFolder, { recursive: true, force: true });
  }
});
