import { FileStore } from "../../src/stores/file/file-store.js";
import { TrackingClient } from "../../src/tracking/client.js";

/** Run by registry.test.ts: says that it is ready, waits for the word, and registers one version. */
const client = new TrackingClient(new FileStore(process.argv[2] ?? ""));
process.once("message", () => {
  client.store.registry
    .createModelVersion({ name: "Raced", source: `runs:/${process.pid}/m`, runId: "", userId: "", createModel: true })
    .then(() => process.disconnect());
});
process.send?.("ready");
