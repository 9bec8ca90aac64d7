import { parentPort, workerData } from "node:worker_threads";
import { SystemSampler } from "./system-sample.js";

/**
 * A thread that samples the machine, since a training loop leaves the main thread no pause. Each sample is posted to the parent;
 * any message from it asks for the last one.
 */
const { intervalMs } = workerData as { intervalMs: number };
const sampler = new SystemSampler();
const post = async (last: boolean) => parentPort?.postMessage({ last, sample: await sampler.sample() });

const timer = setInterval(() => void post(false), intervalMs);
parentPort?.once("message", () => {
  clearInterval(timer);
  void post(true).then(() => parentPort?.close());
});
