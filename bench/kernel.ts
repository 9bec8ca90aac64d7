/**
 * The whole kernel as a front end meets it: real sockets, the real engine, the magics and the file store.
 * Times in ms from a request to its reply and idle, medians unless said; memory of both processes in MiB.
 * Ratios to a bare Node process that starts and ends stand beside the start, since machines differ.
 */
import { execFileSync } from "node:child_process";
import { performance } from "node:perf_hooks";
import { prepareFastStart } from "../src/cli/fast-start.js";
import { KernelClient } from "../test/kernel/support/kernel-client.js";
import { declaringCell } from "./support/declaring-cell.js";
import { median } from "./support/quantile.js";

const main = new URL("../bundle/kernel-main.cjs", import.meta.url);
const starts = 5;
const neighbours = 10;
const declaringCells = 200;

await prepareFastStart();
await measureStart();
await measureCells();

async function measureStart(): Promise<void> {
  const bare: number[] = [];
  const info: number[] = [];
  const first: number[] = [];
  for (let at = 0; at < starts; at++) {
    bare.push(timeSync(() => execFileSync(process.execPath, ["-e", "0"])));
    const began = performance.now();
    const kernel = await KernelClient.start({ main });
    try {
      await kernel.ask(kernel.shell, "kernel_info_request");
      info.push(performance.now() - began);
      await expectOk(kernel, "1 + 1");
      first.push(performance.now() - began);
    } finally {
      await kernel.stop();
    }
  }
  const unit = median(bare);
  print("a bare node process", unit, "ms");
  print("spawn to kernel_info_reply", median(info), `ms   ${(median(info) / unit).toFixed(1)}x bare node`);
  print("spawn to the first checked cell", median(first), `ms   ${(median(first) / unit).toFixed(1)}x bare node`);
}

async function measureCells(): Promise<void> {
  const kernel = await KernelClient.start({ main });
  try {
    await expectOk(kernel, "1 + 1");
    print("trivial cell", await repeated(kernel, () => "1 + 1"), "ms");
    const declared: number[] = [];
    for (let n = 0; n < declaringCells; n++) declared.push(await time(kernel, declaringCell(n)));
    print("30-line declaring cell, cells 1 to 10", median(declared.slice(0, neighbours)), "ms");
    print(`the last 10 of ${declaringCells}`, median(declared.slice(-neighbours)), "ms");
    print(`trivial cell after ${declaringCells}`, await repeated(kernel, () => "1 + 1"), "ms");
    const asked = { code: "rows7.fi", cursor_pos: 8 };
    print("completion", await repeatedAsk(kernel, "complete_request", asked), "ms");
    print("hover", await repeatedAsk(kernel, "inspect_request", { code: "scale7_2", cursor_pos: 4 }), "ms");
    await expectOk(kernel, "%%run\n1");
    print(
      "%%run on an empty cell, the cell's own time taken off",
      (await repeated(kernel, () => "%%run\n1")) - (await repeated(kernel, () => "1")),
      "ms",
    );
    print("memory", kernel.processes().rss, "MiB, kernel and engine");
  } finally {
    await kernel.stop();
  }
}

async function expectOk(kernel: KernelClient, code: string): Promise<void> {
  const { reply } = await kernel.execute(code);
  if (reply.status !== "ok") throw new Error(`A cell failed: ${JSON.stringify(reply)}`);
}

async function time(kernel: KernelClient, code: string): Promise<number> {
  const began = performance.now();
  await expectOk(kernel, code);
  return performance.now() - began;
}

async function repeated(kernel: KernelClient, code: (at: number) => string): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < neighbours; at++) times.push(await time(kernel, code(at)));
  return median(times);
}

async function repeatedAsk(kernel: KernelClient, type: string, content: Record<string, unknown>): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < neighbours; at++) {
    const began = performance.now();
    await kernel.ask(kernel.shell, type, content);
    times.push(performance.now() - began);
  }
  return median(times);
}

function timeSync(run: () => unknown): number {
  const began = performance.now();
  run();
  return performance.now() - began;
}

function print(what: string, value: number, unit: string): void {
  console.log(`${what.padEnd(60)}${value.toFixed(1).padStart(8)} ${unit}`);
}
