import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before } from "node:test";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { TrackingSession } from "../../../src/tracking/session.js";
import { KernelClient } from "./kernel-client.js";

/** The kernel as it is installed: TypeScript, magics and a store; in the test's own folder. */
export function startWhole(): Promise<KernelClient> {
  return KernelClient.start({
    main: new URL("../../../bundle/kernel-main.cjs", import.meta.url),
    flags: ["--no-force-async-hooks-checks", "--disable-warning=ExperimentalWarning"],
    env: { RUNLAB_TRACKING_URI: undefined, MLFLOW_TRACKING_URI: undefined },
  });
}

/** One {@link startWhole} for all tests of a file. @param code - what it runs first */
export function wholeKernel(code: string): () => KernelClient {
  const state: { kernel?: KernelClient } = {};
  const kernel = () => state.kernel ?? assert.fail("no kernel");
  before(async () => {
    state.kernel = await startWhole();
    await kernel().execute(code);
  });
  after(() => kernel().stop());
  return kernel;
}

/** Statuses of the runs in the kernel's folder by name, as another process sees them. */
export async function statuses(kernel: KernelClient): Promise<Record<string, string>> {
  const session = new TrackingSession({ resolveUri, openStore });
  session.setTrackingUri(join(kernel.folder, "runlab"));
  const runs = await session.searchRuns({});
  await session.close();
  return Object.fromEntries(runs.map(({ info }) => [info.runName, info.status]));
}
