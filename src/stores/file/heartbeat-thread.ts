import { workerData } from "node:worker_threads";
import { giveSign } from "./give-sign.js";
import { type BeatingThread, cell } from "./heartbeat.js";

/** The thread of {@link Heartbeat}. It has no event loop to speak of: it sleeps, and is ended from outside. */
const { folder, file, beatMs, cells } = workerData as BeatingThread;
for (;;) {
  if (Atomics.load(cells, cell.runs) === 0) {
    Atomics.store(cells, cell.resting, 1);
    Atomics.wait(cells, cell.runs, 0);
    Atomics.store(cells, cell.resting, 0);
  }
  Atomics.wait(cells, cell.pause, 0, beatMs);
  if (Atomics.load(cells, cell.runs) === 0) continue;
  // Set first: if this thread is ended in between, the main thread must know that there may be a file.
  Atomics.store(cells, cell.given, 1);
  giveSign(folder, file);
}
