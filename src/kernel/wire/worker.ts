import { Worker, workerData } from "node:worker_threads";
import type { WireWorkerData } from "../messages.js";
import { WireKernel } from "./wire-kernel.js";

/** Entry of the wire's thread. */
const kernel = new WireKernel(workerData as WireWorkerData);
// No top-level await: the bundle has this file as CommonJS. A rejection ends the thread, and with it the kernel.
void kernel.start().then(() => {
  const signals = new Worker(new URL("./signal-watch.js", import.meta.url), { execArgv: [] });
  signals.on("message", () => kernel.signalled());
  signals.unref();
});
