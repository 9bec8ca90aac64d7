import fs from "node:fs";
import { hostname } from "node:os";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { type FileCalls, nodeDisk } from "../../../src/stores/file/node-disk.js";
import { thisProcess } from "../../../src/stores/file/owner.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { seeded } from "./faulty-disk.js";

/**
 * A process that changes a store in every way there is, for tests: `node mixed-process.js <store> <seed> <calls> [steps]`. At its
 * `calls`-th call to the file system it kills itself with SIGKILL, in the middle of a write when that is one, so that a seed
 * always dies at the same place. With `steps` it stops itself with SIGSTOP there, goes on when it is continued, and ends after so
 * many steps; to other processes it is one of another host. What was acknowledged stands on stdout, one JSON array a line.
 */
const [, , folder = "", seed = "1", calls = "0", steps] = process.argv;
const random = seeded(Number(seed));
const disk = nodeDisk({ calls: mortal(Number(calls)) });
const elsewhere =
  steps === undefined || hostname() === "elsewhere" ? {} : { self: { ...thisProcess(), host: "elsewhere" } };
const client = new TrackingClient(new FileStore(folder, { disk, ...elsewhere }));
const say = (...words: unknown[]) => fs.writeSync(1, `${JSON.stringify(words)}\n`);

function mortal(last: number): FileCalls {
  let made = 0;
  const die = () => {
    if (steps !== undefined) {
      process.kill(process.pid, "SIGSTOP");
      return;
    }
    process.kill(process.pid, "SIGKILL");
    // The signal may take a moment; nothing more is done.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
  const counted = <Arguments extends unknown[], Result>(call: (...args: Arguments) => Result) => {
    return (...args: Arguments): Result => {
      if (++made === last) die();
      return call(...args);
    };
  };
  return {
    ...fs,
    openSync: counted(fs.openSync),
    closeSync: counted(fs.closeSync),
    renameSync: counted(fs.renameSync),
    linkSync: counted(fs.linkSync),
    unlinkSync: counted(fs.unlinkSync),
    mkdirSync: counted(fs.mkdirSync as (path: fs.PathLike) => undefined),
    writeSync(fd: number, content: string | Uint8Array, ...rest: number[]) {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      if (++made === last) {
        if (steps === undefined) fs.writeSync(fd, bytes, rest[0] ?? 0, Math.floor(random() * bytes.length));
        die();
      }
      return fs.writeSync(fd, bytes, ...rest);
    },
    // The store writes bytes and numbers only; the overload for texts with an encoding is not stood in for.
  } as unknown as FileCalls;
}

let runId = "";
for (let step = 0; step < Number(steps ?? 5_000); step++) {
  const name = `${seed}-${step}`;
  const kind = Math.floor(random() * 20);
  if (runId === "" || kind === 0) {
    if (runId !== "") {
      await client.endRun(runId);
      say("ended", runId);
    }
    runId = (await client.createRun("0", { runName: name })).info.runId;
    say("run", runId, name);
  } else if (kind < 8) {
    await client.logMetric(runId, `m${kind}`, step, { step });
    say("metric", runId, `m${kind}`, step);
  } else if (kind === 8) {
    await client.logMetrics(runId, { [`a${step}`]: [1, 2, 3], shared: step }, { step });
    say("metric", runId, `a${step}`, step + 2);
    say("metric", runId, "shared", step);
  } else if (kind < 11) {
    await client.logParams(runId, { [`p${name}`]: step, [`q${name}`]: step });
    say("param", runId, `p${name}`, String(step));
    say("param", runId, `q${name}`, String(step));
  } else if (kind < 13) {
    await client.setTag(runId, `t${name}`, step);
    say("tag", runId, `t${name}`, String(step));
  } else if (kind === 13) {
    await client.logText(runId, name, `files/${name}.txt`);
    say("artifact", runId, `files/${name}.txt`, name);
  } else if (kind === 14) {
    say("experiment", await client.createExperiment(name), name);
  } else if (kind === 15) {
    await client.setExperimentTag("0", name, step);
    say("experiment tag", "0", name, String(step));
  } else if (kind === 16) {
    const source = `runs:/${runId}/${name}`;
    const model = `model${step % 3}`;
    const made = { name: model, source, runId, userId: "u", createModel: true };
    say("version", model, (await client.store.registry.createModelVersion(made)).version, source);
  } else if (kind === 17) {
    await client.logInput(runId, { name, digest: "d" });
    say("input", runId, name);
  } else if (kind === 18) {
    await client.renameRun(runId, `renamed ${name}`);
    say("run", runId, `renamed ${name}`);
  } else {
    const gone = (await client.createRun("0", { runName: name })).info.runId;
    await client.deleteRun(gone);
    say("deleted", gone);
  }
}
await client.store.close();
