import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { socketVariable } from "./engine/engine-channel.js";
import { engineFlags } from "./engine/snapshot/snapshot.js";
import type { EngineLaunch } from "./messages.js";
import { engineEnvironment } from "./wire/engine-environment.js";

/** Longest path that a Unix socket may have on every system, in bytes. */
const longestAddress = 100;

/**
 * Where an engine process can connect that is started before the thread of the wire is there: a socket in a folder that
 * is this user's alone. Undefined where that is no gain or not possible; then the wire's thread starts the engine.
 */
export function earlyAddress(): string | undefined {
  // With one processor the engine would keep the wire's thread from it.
  if (process.platform === "win32" || availableParallelism() < 2) return undefined;
  const folder = join(tmpdir(), "runlab-engine-");
  if (Buffer.byteLength(join(`${folder}XXXXXX`, "socket")) > longestAddress) return undefined;
  try {
    return join(mkdtempSync(folder), "socket");
  } catch {
    return undefined;
  }
}

/**
 * Starts the engine process from the main thread, which has nothing else to do while the wire's thread comes up: it is
 * there 40 ms sooner (measured). The wire's thread takes it over.
 * @param log - file descriptor for what it writes
 * @param ended - called when it could not be started, and when it has ended
 */
export function startEngineEarly(
  { entry, args, snapshotScript }: EngineLaunch,
  address: string,
  log: number | undefined,
  ended: (reason: string) => void,
): void {
  const output = log ?? "ignore";
  const flags = snapshotScript === undefined ? [] : engineFlags({ script: snapshotScript });
  const child = spawn(process.execPath, [...flags, entry, ...args], {
    stdio: ["ignore", output, output],
    env: { ...engineEnvironment(process.env), [socketVariable]: address },
  });
  const end = (reason: string) => {
    rmSync(dirname(address), { recursive: true, force: true });
    ended(reason);
  };
  child.on("error", (error) => end(error.message));
  child.on("exit", (code, signal) => end(signal ? `signal ${signal}` : `exit code ${code}`));
  child.unref();
  process.once("exit", () => child.kill("SIGKILL"));
}
