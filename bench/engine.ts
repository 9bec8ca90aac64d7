/**
 * The engine alone, without Jupyter: latency of a compile after 1, 50 and 200 declaring cells, of completion and hover,
 * the first cell of a process, and its memory. Prints one JSON object; times in ms, medians of ten neighbours.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { fastStartFlags } from "../src/cli/fast-start.js";
import type { EngineMessage, EngineRequest } from "../src/kernel/engine/protocol.js";
import { declaringCell } from "./support/declaring-cell.js";
import { median } from "./support/quantile.js";

const entry = fileURLToPath(new URL("../bundle/engine-main.js", import.meta.url));
type Asked = EngineRequest extends infer Request
  ? Request extends { id: number }
    ? Omit<Request, "id">
    : never
  : never;

/** One engine process. */
class Process {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (message: EngineMessage) => void>();
  #id = 0;

  constructor(cwd: string, execArgv: string[]) {
    this.#child = fork(entry, ["hub"], { cwd, execArgv, serialization: "advanced" });
    this.#child.on("message", (message: EngineMessage) => {
      if ("id" in message) this.#waiting.get(message.id)?.(message);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Milliseconds until the answer. */
  async time(asked: Asked): Promise<number> {
    const id = ++this.#id;
    const started = performance.now();
    const answer = await new Promise<EngineMessage>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ ...asked, id });
    });
    const took = performance.now() - started;
    if (!("ok" in answer) || !answer.ok) throw new Error(`The engine refused ${asked.op}: ${JSON.stringify(answer)}`);
    const { result } = answer;
    if (result && "ok" in result && !result.ok) throw new Error(JSON.stringify(result.diagnostics));
    return took;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    await this.time({ op: "close" });
    await ended;
  }
}

async function measure(cwd: string): Promise<Record<string, unknown>> {
  const flags = fastStartFlags();
  const started = performance.now();
  const engine = new Process(cwd, flags);
  await engine.time({ op: "compile", source: "const first: number = 1; first + 1", count: 1 });
  const result: Record<string, unknown> = { snapshot: flags.length > 0, firstCell: round(performance.now() - started) };
  const declaring: number[] = [];
  for (let index = 0; index < 200; index += 1) {
    declaring.push(await engine.time({ op: "compile", source: declaringCell(index), count: index + 2 }));
  }
  result.declaring = {
    at10: round(median(declaring.slice(0, 20))),
    at50: round(median(declaring.slice(40, 60))),
    at200: round(median(declaring.slice(180))),
  };
  // Another text each time: the same one again would cost nothing.
  const repeat = async (asked: (at: number) => Asked) => {
    const times: number[] = [];
    for (let at = 0; at < 10; at += 1) times.push(await engine.time(asked(at)));
    return round(median(times));
  };
  result.trivialAfter200 = await repeat((at) => ({ op: "compile", source: `1 + ${at}`, count: 300 }));
  result.usingAfter200 = await repeat((at) => ({
    op: "compile",
    source: `total199 + rows0.length + ${at}`,
    count: 300,
  }));
  result.completionAfter200 = await repeat((at) => ({
    op: "complete",
    request: { code: `rows${150 + at}.fi`, cursor: 10 },
  }));
  result.globalCompletionAfter200 = await repeat((at) => ({
    op: "complete",
    request: { code: `tot // ${at}`, cursor: 3 },
  }));
  result.hoverAfter200 = await repeat((at) => ({
    op: "inspect",
    request: { code: `scale${150 + at}_2`, cursor: 4 },
  }));
  result.rssMb = residentMb(engine.pid);
  await engine.close();
  return result;
}

function residentMb(pid: number): number | undefined {
  try {
    const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kb === undefined ? undefined : Math.round(Number(kb) / 1024);
  } catch {
    return undefined;
  }
}

function round(time: number): number {
  return Math.round(time * 10) / 10;
}

const folder = mkdtempSync(join(tmpdir(), "runlab-bench-"));
try {
  process.stdout.write(`${JSON.stringify(await measure(folder), undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
