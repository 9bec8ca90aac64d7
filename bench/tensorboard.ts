import { appendFile, mkdir, mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importRuns } from "../src/exports/import-runs.js";
import { tensorboard } from "../src/exports/tensorboard/tensorboard.js";
import { FileStore } from "../src/stores/file/file-store.js";
import { TrackingSession } from "../src/tracking/session.js";
import {
  event,
  field,
  float,
  head,
  integer,
  record,
  simpleValue,
  tensorValue,
} from "../test/exports/tensorboard/event-writer.js";

// What reading TensorBoard's event files takes: 150 MB of scalars as PyTorch writes them, as TensorFlow 2 does, and with pictures.

const size = 150 * 2 ** 20;

const tags = ["loss/train", "loss/validation", "accuracy/train", "learning_rate"];

/** The events of one step. */
const kinds: Record<string, (step: number) => Uint8Array[]> = {
  "simple values, one per event": (step) =>
    tags.map((tag, at) => event(1_700_000_000 + step, step, simpleValue(tag, 1 / (step + at + 1)))),
  "tensors, one per event": (step) =>
    tags.map((tag, at) => {
      const tensor = Buffer.concat([integer(1, 1), field(2, ""), float(5, 1 / (step + at + 1))]);
      return event(1_700_000_000 + step, step, tensorValue(tag, tensor, "scalars"));
    }),
  "a picture of 100 kB per step": (step) => [
    event(1_700_000_000 + step, step, simpleValue("loss", 1 / (step + 1))),
    event(1_700_000_000 + step, step, Buffer.concat([field(1, "sample"), field(4, field(4, picture))])),
  ],
};
const picture = Buffer.alloc(100_000, 7);

const folder = await mkdtemp(join(tmpdir(), "runlab-bench-"));
try {
  for (const [title, events] of Object.entries(kinds)) {
    const logs = join(folder, title.replaceAll(/\W+/g, "-"));
    const path = await write(logs, events);
    const bytes = (await stat(path)).size;
    const { runs } = await timed(`${title}: read`, bytes, () =>
      tensorboard.read({
        path: logs,
        text: () => Promise.reject(),
        bytes: () => Promise.reject(),
        reading: () => () => undefined,
      }),
    );
    const points = Object.values(runs[0]?.metrics ?? {}).reduce((sum, list) => sum + list.length, 0);
    const store = new FileStore(join(logs, "runlab"));
    const session = new TrackingSession({ resolveUri: () => store.uri, openStore: () => store });
    await timed(`${title}: read and stored, ${points.toLocaleString("en-US")} points`, bytes, () =>
      importRuns(session, { from: logs }),
    );
    const more = Array.from({ length: 1000 }, (_, step) => events(1e7 + step).map(record)).flat();
    await appendFile(path, Buffer.concat(more));
    const { grown } = await timed(`${title}: again, 1,000 steps longer`, bytes, () =>
      importRuns(session, { from: logs }),
    );
    if (grown.points === 0) throw new Error("Nothing new was found.");
    await store.close();
    await rm(logs, { recursive: true });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function write(logs: string, events: (step: number) => Uint8Array[]): Promise<string> {
  await mkdir(join(logs, "train"), { recursive: true });
  const path = join(logs, "train", "events.out.tfevents.1700000000.host.1.0");
  const file = await open(path, "w");
  let written = 0;
  for (let step = 0, parts = [record(head)]; written < size; ) {
    for (let bytes = 0; bytes < 2 ** 22; step++) {
      for (const one of events(step)) {
        const part = record(one);
        parts.push(part);
        bytes += part.length;
      }
    }
    const block = Buffer.concat(parts);
    await file.write(block);
    written += block.length;
    parts = [];
  }
  await file.close();
  return path;
}

async function timed<T>(title: string, bytes: number, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  const seconds = (performance.now() - start) / 1000;
  console.log(`${title.padEnd(72)} ${seconds.toFixed(2)} s, ${(bytes / 2 ** 20 / seconds).toFixed(0)} MB/s`);
  return result;
}
