import { parentPort, workerData } from "node:worker_threads";
import { type CpuTimes, SystemSampler } from "./system-sample.js";

/**
 * A thread that samples the machine, since a training loop leaves the main thread no pause. Each sample is posted to the parent;
 * any message from it asks for the last one.
 */
const { intervalMs, cpu } = workerData as { intervalMs: number; cpu: CpuTimes };
const sampler = new SystemSampler(cpu);
const post = async (last: boolean) => parentPort?.postMessage({ last, sample: await sampler.sample() });

const timer = setInterval(() => void post(false), intervalMs);
parentPort?.once("message", () => {
  clearInterval(timer);
  void post(true).then(() => parentPort?.close());
});
