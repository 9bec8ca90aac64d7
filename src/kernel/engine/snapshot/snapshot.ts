import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { KernelError } from "../../../errors.js";
import { makeFolder } from "../../../make-folder.js";
import { userCacheFolder } from "../../../user-folders.js";
import { dependencyFile } from "../../own-package.js";
import { isOurs, readRecord, sha256Of, whyForeign, whyUnusable, writeRecord } from "./snapshot-record.js";

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

/** The snapshot to start the engine from, or why there is none to be used. */
export type SnapshotState = { path: string } | { problem: string; unsafe: boolean };

/** Where the record of this installation's snapshot is, or would be; undefined for an account without a cache folder. */
export function snapshotRecordPath({ script, cacheFolder = defaultCacheFolder() }: SnapshotPlan): string | undefined {
  return cacheFolder && join(cacheFolder, `engine-${snapshotKey(script)}.json`);
}

/** Looks for the snapshot; it is code that will run with the user's rights, so it has to be the user's own. */
export function snapshotState(plan: SnapshotPlan): SnapshotState {
  // Without its script nothing can be made, and nothing there is can be told to fit.
  if (!existsSync(plan.script)) return { problem: `${plan.script} is missing`, unsafe: false };
  const path = snapshotRecordPath(plan);
  if (path === undefined) return { problem: noFolder, unsafe: false };
  const folder = dirname(path);
  if (!existsSync(folder)) return { problem: "it has not been prepared yet", unsafe: false };
  const foreign = whyForeign(folder, "folder") ?? (existsSync(path) ? whyForeign(path, "file") : undefined);
  if (foreign !== undefined) return { problem: `${folder} ${foreign}`, unsafe: true };
  const record = readRecord(path);
  if (record === undefined) return { problem: "it has not been prepared for this Node and this runlab", unsafe: false };
  const unusable = whyUnusable(path, folder, record);
  return unusable === undefined ? { path: join(folder, record.file) } : { problem: unusable, unsafe: false };
}

/** The snapshot to start the engine from; undefined when there is none to be used. */
export function usableSnapshot(plan: SnapshotPlan): string | undefined {
  const state = snapshotState(plan);
  return "path" in state ? state.path : undefined;
}

/**
 * Makes the snapshot, unless it is there. Safe to run several times at once: each writes its own file, and the last
 * record counts.
 * @returns its path
 * @throws {KernelError} INVALID_STATE when the cache folder is not the user's own; INTERNAL_ERROR with what Node said, when
 *   it cannot be made; the engine works without
 */
export async function buildSnapshot(plan: SnapshotPlan): Promise<string> {
  const usable = usableSnapshot(plan);
  if (usable !== undefined) return usable;
  const recordPath = snapshotRecordPath(plan);
  if (recordPath === undefined) throw notThere(noFolder);
  const folder = dirname(recordPath);
  makePrivate(folder);
  const unfinished = `${recordPath.slice(0, -".json".length)}.blob.${process.pid}.${Date.now()}`;
  try {
    const said = await run([...flags, "--snapshot-blob", unfinished, "--build-snapshot", plan.script], folder);
    if (!existsSync(unfinished)) {
      throw new KernelError("INTERNAL_ERROR", `Node ${process.version} made no startup snapshot: ${said.trim()}`, {
        hint: "The kernel works without it; it only starts more slowly.",
      });
    }
    chmodSync(unfinished, 0o600);
    flushToDisk(unfinished);
    const sha256 = sha256Of(unfinished);
    const file = `${basename(recordPath, ".json")}-${sha256.slice(0, 16)}.blob`;
    renameSync(unfinished, join(folder, file));
    writeRecord(recordPath, { folder, file, sha256 });
    prune(folder);
    return join(folder, file);
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
  const record = snapshotRecordPath(plan);
  if (path === undefined || record === undefined) return;
  for (const file of [record, path]) rmSync(file, { force: true });
}

/** So that no crash of the machine leaves a record of a file that never reached the disk. */
function flushToDisk(file: string): void {
  const descriptor = openSync(file, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const noFolder = "this account has no home folder, and XDG_CACHE_HOME names none";

function notThere(what: string): KernelError {
  return new KernelError("INVALID_STATE", `No startup snapshot is kept: ${what}.`, {
    hint: "Set XDG_CACHE_HOME to a folder of your own, as an absolute path. The kernel works without; it only starts more slowly.",
  });
}

/** Makes the folder, closed to others; one of ours that others can write to is closed. */
function makePrivate(folder: string): void {
  makeFolder(dirname(folder));
  makeFolder(folder, { mode: 0o700 });
  const found = lstatSync(folder);
  if (found.isDirectory() && isOurs(found) && (found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  const foreign = whyForeign(folder, "folder");
  if (foreign !== undefined) throw notThere(`${folder} ${foreign}`);
}

/**
 * Removes snapshots of other Nodes and earlier installations, of which at 44 MB each only the newest stay, and what
 * processes left that were ended while they made one.
 */
function prune(folder: string): void {
  const names = readdirSync(folder).filter((name) => /^engine-[\w.-]+$/.test(name));
  const records = names
    .filter((name) => name.endsWith(".json"))
    .sort((a, b) => changed(join(folder, b)) - changed(join(folder, a)));
  const kept = records.slice(0, keptSnapshots);
  const inUse = new Set([...kept, ...kept.map((name) => readRecord(join(folder, name))?.file)]);
  for (const name of names) {
    const file = join(folder, name);
    // Another process may be about to write the record of what is new.
    if (!inUse.has(name) && changed(file) < Date.now() - buildLimit) rmSync(file, { force: true });
  }
}

/** 0 when another process has removed it meanwhile. */
function changed(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function defaultCacheFolder(): string | undefined {
  const folder = userCacheFolder();
  return folder && join(folder, "runlab");
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
