import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server in a process of its own. */
export interface Served {
  url: string;
  child: ChildProcess;
  /** ms from the start of the process to the first answer that says it is ready. */
  ready: number;
}

export interface ServeOptions {
  port: number;
  /** What answers when the server is ready: `/health`. */
  ready: string;
  /** The file that takes what the server says. */
  log: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

/** Starts a server on the loopback and waits until it is ready. @throws what it said when it ends before that */
export async function serve(
  command: readonly string[],
  { port, ready, log, cwd, env = {} }: ServeOptions,
): Promise<Served> {
  const [program = "", ...args] = command;
  const file = openSync(log, "a");
  const start = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", file, file], cwd, env: { ...process.env, ...env } });
  closeSync(file);
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const answer = await fetch(url + ready).catch(() => undefined);
    if (answer?.ok) return { url, child, ready: performance.now() - start };
    if (child.exitCode !== null) throw new Error(readFileSync(log, "utf8"));
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** Ends a server with what it started: MLflow's is a child of its command. */
export async function stop({ child }: Served): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const ended = once(child, "exit");
  for (const pid of processesOf(child.pid).reverse()) process.kill(pid, "SIGTERM");
  await ended;
}

/** Resident memory of a process and those that it started, in MB. Of Linux's /proc. */
export function memory({ child }: Served): number {
  return processesOf(child.pid ?? 0).reduce((sum, pid) => {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }, 0);
}

/** A process and, behind it, those that it started. */
function processesOf(pid: number): number[] {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
  return [pid, ...stdout.split(/\s+/).filter(Boolean).map(Number).flatMap(processesOf)];
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
