import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { KernelError } from "../../../errors.js";
import { makeFolder } from "../../../make-folder.js";
import { dependencyFile } from "../../own-package.js";

/**
 * `--heap-growing-percent`: each cell leaves a program and a checker behind as garbage; a heap that is collected early
 * stays small (270 MB after 200 cells in place of 400, at the same speed, measured).
 * `--max-semi-space-size` (MB): what Node 20 has by itself; Node 24 would take 90 MB more (measured).
 * `--min-semi-space-size`: new objects get the room at once that they would get after some hundred cells; with V8's
 * 1 MB to begin with, the first 60 cells took half as long again, for the same memory afterwards (measured).
 * `--max-optimized-bytecode-size`: TypeScript's largest functions run once a cell; V8 would optimize one of them near cell
 * 600, for which it takes 110 MB that glibc keeps, and later cells are a quarter slower with it (measured).
 * `--interrupt-budget`: twice Node 20's, which optimizes so early that the first 100 cells took a quarter longer, most of
 * it for nothing (measured). Later Nodes lack the option, and do better by themselves.
 * `--no-rehash-snapshot`: a snapshot's 30,000 maps keep the order of their keys' hashes, in place of a new one at each
 * start, which took a tenth of the start. The seed of hashes guards servers from their clients' keys; none comes here.
 * A snapshot can only be used under the V8 flags it was made with.
 */
const flags = [
  "--heap-growing-percent=30",
  "--min-semi-space-size=16",
  "--max-semi-space-size=16",
  "--max-optimized-bytecode-size=16384",
  "--no-rehash-snapshot",
  ...(process.versions.node.startsWith("20.") ? ["--interrupt-budget=260000"] : []),
];

const keptSnapshots = 4;

/** A snapshot takes 2 to 10 s to make; longer than this, something hangs. */
const buildLimit = 120_000;

/**
 * The V8 startup snapshot of an engine process: TypeScript loaded, its libs and `@types/node` parsed and bound, cells
 * compiled. With it the process is ready in a third of the time. It fits one Node and one installation only.
 */
export interface SnapshotPlan {
  /** CommonJS file that runs while the snapshot is made and says what runs when a process is started from it. */
  script: string;
  /** Default: the user's cache folder. */
  cacheFolder?: string;
}

/** Where this installation's snapshot is, or would be. */
export function snapshotPath({ script, cacheFolder = defaultCacheFolder() }: SnapshotPlan): string {
  return join(cacheFolder, `engine-${snapshotKey(script)}.blob`);
}

/** The snapshot to start the engine from; undefined when there is none yet. */
export function usableSnapshot(plan: SnapshotPlan): string | undefined {
  // Without its script nothing can be made, and nothing there is can be told to fit.
  if (!existsSync(plan.script)) return undefined;
  const path = snapshotPath(plan);
  return existsSync(path) ? path : undefined;
}

/**
 * Makes the snapshot, unless it is there. Safe to run several times at once: each writes its own file and renames it.
 * @returns its path
 * @throws {KernelError} INTERNAL_ERROR with what Node said, when it cannot be made; the engine works without
 */
export async function buildSnapshot(plan: SnapshotPlan): Promise<string> {
  const path = snapshotPath(plan);
  if (existsSync(path)) return path;
  makeFolder(dirname(path));
  const unfinished = `${path}.${process.pid}.${Date.now()}`;
  try {
    const said = await run([...flags, "--snapshot-blob", unfinished, "--build-snapshot", plan.script], dirname(path));
    if (!existsSync(unfinished)) {
      throw new KernelError("INTERNAL_ERROR", `Node ${process.version} made no startup snapshot: ${said.trim()}`, {
        hint: "The kernel works without it; it only starts more slowly.",
      });
    }
    renameSync(unfinished, path);
    prune(dirname(path));
    return path;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Node's flags for an engine process: how its heap grows, and the snapshot when there is one. */
export function engineFlags(plan: SnapshotPlan): string[] {
  const path = usableSnapshot(plan);
  return path === undefined ? [...flags] : [...flags, "--snapshot-blob", path];
}

/** Removes a snapshot that Node did not take, so that another is made. */
export function discardSnapshot(plan: SnapshotPlan): void {
  const path = usableSnapshot(plan);
  if (path !== undefined) rmSync(path, { force: true });
}

/**
 * Removes snapshots of other Nodes and earlier installations, of which at 44 MB each only the newest stay, and what
 * processes left that were ended while they made one.
 */
function prune(folder: string): void {
  const found = readdirSync(folder)
    .filter((name) => /^engine-.*\.blob(\.\d+\.\d+)?$/.test(name))
    .map((name) => join(folder, name))
    .map((file) => ({ file, done: file.endsWith(".blob"), made: changed(file) }))
    .sort((a, b) => b.made - a.made);
  const left = found.filter(({ done, made }) => !done && made < Date.now() - buildLimit);
  const old = found.filter(({ done }) => done).slice(keptSnapshots);
  for (const { file } of [...left, ...old]) rmSync(file, { force: true });
}

/** 0 when another process has removed it meanwhile. */
function changed(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function defaultCacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const base = XDG_CACHE_HOME || (process.platform === "win32" && LOCALAPPDATA) || join(homedir(), ".cache");
  return join(base, "runlab");
}

/** A snapshot of another Node is refused by Node; one of another installation would have other files in it. */
function snapshotKey(script: string): string {
  const hash = createHash("sha256");
  const { node, v8 } = process.versions;
  // NODE_OPTIONS may hold V8 flags, and a snapshot made under others would keep the engine from starting.
  const kept = [...flags, process.env.NODE_OPTIONS ?? ""];
  hash.update([node, v8, process.arch, process.platform, ...kept].join("\n"));
  for (const file of [
    script,
    dependencyFile("typescript", "package.json"),
    dependencyFile("@types/node", "package.json"),
  ]) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return `${node}-${hash.digest("hex").slice(0, 16)}`;
}

function run(args: string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const stop = () => child.kill("SIGKILL");
    let said = "";
    const timer = setTimeout(() => {
      said += `It was stopped after ${buildLimit / 1000} s.`;
      stop();
    }, buildLimit);
    process.once("exit", stop);
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        said += chunk;
      });
    child.on("error", reject);
    child.on("close", () => {
      clearTimeout(timer);
      process.off("exit", stop);
      resolve(said.slice(-4000));
    });
  });
}
