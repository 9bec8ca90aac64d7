import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import type { StallWatchData } from "./stall-watch.js";

/** The thread of a `StallWatch`. The streams of a thread go through the main one, so what it says is written to the file itself. */
const { beats, limit, interval } = workerData as StallWatchData;
const stderr = 2;
const seen = { beat: beats[0], looks: 0 };

setInterval(() => {
  if (beats[0] !== seen.beat) {
    seen.beat = beats[0];
    seen.looks = 0;
    return;
  }
  seen.looks++;
  if (seen.looks * interval < limit) return;
  const reason = `The model has been computing for ${limit / 1000} s without pausing, so the server cannot answer anybody and ends.`;
  const entry = { time: new Date().toISOString(), error: "DEADLINE_EXCEEDED", message: reason };
  try {
    writeSync(stderr, `${JSON.stringify(entry)}\n`);
  } finally {
    process.kill(process.pid, "SIGKILL");
  }
}, interval);
