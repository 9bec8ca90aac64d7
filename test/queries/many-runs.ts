import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { openStore } from "../../src/stores/open.js";
import { TrackingSession } from "../../src/tracking/session.js";

export const storeKinds = ["memory", "file"] as const;

/** A session on an empty store of its own, open until the test ends. @returns also the store's URI, which others can open */
export function sessionOn(
  t: TestContext,
  kind: (typeof storeKinds)[number],
): { session: TrackingSession; uri: string } {
  const folder = kind === "file" ? mkdtempSync(join(tmpdir(), "runlab-queries-")) : undefined;
  const uri = folder === undefined ? "memory:" : join(folder, "runlab");
  const store = openStore(uri);
  const session = new TrackingSession({ resolveUri: () => uri, openStore: () => store });
  t.after(async () => {
    await session.close();
    // Again, when the sign of life of a run that was left open comes in between.
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return { session, uri };
}

/** A run that has ended; its metrics are logged at steps 0, 1, … each. @returns its id */
export async function addRun(
  { client }: TrackingSession,
  experimentId: string,
  run: { runName: string; startTime: number; metrics?: Record<string, number | readonly number[]> },
): Promise<string> {
  const { runName, startTime, metrics = {} } = run;
  const { info } = await client.createRun(experimentId, { runName, startTime });
  for (const [key, values] of Object.entries(metrics)) {
    for (const [step, value] of [values].flat().entries()) {
      await client.logMetric(info.runId, key, value, { step, timestamp: startTime });
    }
  }
  await client.updateRun(info.runId, "FINISHED", startTime + 1);
  return info.runId;
}
