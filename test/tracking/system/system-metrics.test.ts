import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { MemoryStore } from "../../../src/stores/memory.js";
import { TrackingSession } from "../../../src/tracking/session.js";
import { SystemMetrics } from "../../../src/tracking/system/system-metrics.js";
import { gpuValues, SystemSampler } from "../../../src/tracking/system/system-sample.js";

const newSession = () => new TrackingSession({ resolveUri: () => "memory:", openStore: () => new MemoryStore() });

test("a run with system metrics has CPU, memory and disk under MLflow's names, also when it never paused", async () => {
  const session = newSession();
  const runId = await session.startRun({ logSystemMetrics: true }, (run) => {
    const until = Date.now() + 50;
    while (Date.now() < until); // a training loop
    return run.runId;
  });
  const { data, info } = await session.getRun(runId);
  assert.equal(info.status, "FINISHED");
  for (const name of ["cpu_utilization", "system_memory_usage", "disk_usage"]) {
    const value = data.metrics[`system/${name}_percentage`] ?? Number.NaN;
    assert.ok(value >= 0 && value <= 100, `${name}: ${value}`);
  }
  assert.ok((data.metrics["system/process_memory_usage_megabytes"] ?? 0) > 10);
  await session.close();
});

test("a run without them has none", async () => {
  const session = newSession();
  const runId = await session.startRun((run) => run.runId);
  assert.deepEqual((await session.getRun(runId)).data.metrics, {});
  await session.close();
});

test("samples come at the interval, with steps from 0 and their own times", async () => {
  // The sampler's thread does not keep a process alive.
  const alive = setInterval(() => undefined, 1000);
  const samples = new EventEmitter();
  const steps: Array<[step: number, timestamp: number]> = [];
  const metrics = new SystemMetrics(([first]) => {
    steps.push([first?.step ?? -1, first?.timestamp ?? 0]);
    samples.emit(`${steps.length}`);
  }, 20);
  await once(samples, "3");
  await metrics.stop();
  clearInterval(alive);
  assert.deepEqual(
    steps.map(([step]) => step),
    steps.map((_, index) => index),
  );
  assert.ok(steps.every(([, time], index) => index === 0 || time >= (steps[index - 1]?.[1] ?? 0)));
});

test("a GPU is read from nvidia-smi; a field that it does not know is left out", async () => {
  assert.deepEqual(gpuValues("0, 37, 1000, 4000, 120.5\n1, 5, 0, 4000, [N/A]\n"), {
    gpu_0_utilization_percentage: 37,
    gpu_0_memory_usage_megabytes: 1048.576,
    gpu_0_memory_usage_percentage: 25,
    gpu_0_power_usage_watts: 120.5,
    gpu_1_utilization_percentage: 5,
    gpu_1_memory_usage_megabytes: 0,
    gpu_1_memory_usage_percentage: 0,
  });
  const folder = await mkdtemp(join(tmpdir(), "runlab-gpu-"));
  const path = process.env.PATH;
  try {
    await writeFile(join(folder, "nvidia-smi"), "#!/bin/sh\necho '0, 50, 10, 100, 30'\n");
    await chmod(join(folder, "nvidia-smi"), 0o755);
    process.env.PATH = `${folder}${delimiter}${path}`;
    const { values } = await new SystemSampler().sample();
    assert.equal(values.gpu_0_utilization_percentage, 50);
  } finally {
    process.env.PATH = path;
    await rm(folder, { recursive: true });
  }
});

test("a GPU's driver that hangs does not keep the run open", async () => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-gpu-"));
  const path = process.env.PATH;
  try {
    const hang = `#!/bin/sh\ntrap '' TERM\nwhile [ -e "${folder}" ]; do sleep 0.1; done\n`;
    await writeFile(join(folder, "nvidia-smi"), hang, { mode: 0o755 });
    process.env.PATH = `${folder}${delimiter}${path}`;
    const session = newSession();
    const runId = await session.startRun({ logSystemMetrics: true }, (run) => run.runId);
    assert.equal((await session.getRun(runId)).info.status, "FINISHED");
    await session.close();
  } finally {
    process.env.PATH = path;
    await rm(folder, { recursive: true });
  }
});
