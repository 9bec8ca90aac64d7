import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { KernelError } from "../../../errors.js";

/**
 * Each cell leaves a program and a checker behind as garbage; a heap that is collected early stays small
 * (270 MB after 200 cells in place of 400, at the same speed, measured).
 * A snapshot can only be used under the V8 flags it was made with.
 */
const heapFlags = ["--heap-growing-percent=30"];

const here = dirname(fileURLToPath(import.meta.url));

const keptSnapshots = 4;

/** A snapshot takes 4 to 10 s to make; longer than this, something hangs. */
const buildLimit = 120_000;

/**
 * The V8 startup snapshot of the engine: TypeScript loaded, its libs and `@types/node` parsed and bound. With it the
 * engine process is ready in a third of the time. It fits one Node, one installation and one set of magics only.
 */
export interface SnapshotPlan {
  /** Declarations every cell sees; part of the snapshot, so that they need not be checked anew. */
  ambient: string;
  /** Default: the user's cache folder. */
  cacheFolder?: string;
}

/** Where this installation's snapshot is, or would be. */
export function snapshotPath(plan: Pick<SnapshotPlan, "cacheFolder"> = {}): string {
  return join(plan.cacheFolder ?? defaultCacheFolder(), `engine-${snapshotKey()}.blob`);
}

/** The snapshot to start the engine from; undefined when there is none yet. */
export function usableSnapshot(plan: Pick<SnapshotPlan, "cacheFolder"> = {}): string | undefined {
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
  mkdirSync(dirname(path), { recursive: true });
  const work = mkdtempSync(join(realpathSync(tmpdir()), "runlab-snapshot-"));
  const unfinished = `${path}.${process.pid}.${Date.now()}`;
  try {
    const planFile = join(work, "plan.json");
    const typescript = realpathSync(createRequire(import.meta.url).resolve("typescript"));
    writeFileSync(
      planFile,
      JSON.stringify({ typescript, warmUp: join(here, "warm-up.js"), ambient: plan.ambient, cwd: work }),
    );
    // Node runs the script without a module around it.
    const script = join(work, "builder.cjs");
    writeFileSync(script, `const exports = {};\n${readFileSync(join(here, "builder.cjs"), "utf8")}`);
    const said = await run([...heapFlags, "--snapshot-blob", unfinished, "--build-snapshot", script], work, planFile);
    if (!existsSync(unfinished)) {
      throw new KernelError("INTERNAL_ERROR", `Node ${process.version} made no startup snapshot: ${said.trim()}`, {
        hint: "The kernel works without it; it only starts more slowly.",
      });
    }
    renameSync(unfinished, path);
    prune(dirname(path));
    return path;
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(unfinished, { force: true });
  }
}

/** Node's flags for an engine process: how its heap grows, and the snapshot when there is one. */
export function engineFlags(plan: Pick<SnapshotPlan, "cacheFolder"> = {}): string[] {
  const path = usableSnapshot(plan);
  return path === undefined ? [...heapFlags] : [...heapFlags, "--snapshot-blob", path];
}

/** Snapshots of other Nodes and earlier installations; at 42 MB each only the newest stay. */
function prune(folder: string): void {
  const blobs = readdirSync(folder)
    .filter((name) => /^engine-.*\.blob$/.test(name))
    .map((name) => ({ file: join(folder, name), made: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.made - a.made);
  for (const { file } of blobs.slice(keptSnapshots)) rmSync(file, { force: true });
}

function defaultCacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const base = XDG_CACHE_HOME || (process.platform === "win32" && LOCALAPPDATA) || join(homedir(), ".cache");
  return join(base, "runlab");
}

/** A snapshot of another Node is refused by Node; one of another installation would have other files in it. */
function snapshotKey(): string {
  const hash = createHash("sha256");
  const { node, v8 } = process.versions;
  // NODE_OPTIONS may hold V8 flags, and a snapshot made under others would keep the engine from starting.
  const flags = [...heapFlags, process.env.NODE_OPTIONS ?? ""];
  hash.update([node, v8, process.arch, process.platform, here, ...flags].join("\n"));
  const require = createRequire(import.meta.url);
  for (const name of ["typescript/package.json", "@types/node/package.json"]) {
    const manifest = JSON.parse(readFileSync(require.resolve(name), "utf8")) as { version: string };
    hash.update(`${name} ${manifest.version}\n`);
  }
  for (const file of ["warm-up.js", "builder.cjs", "../hub/hub-engine.js"]) {
    const { mtimeMs, size } = statSync(join(here, file));
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return `${node}-${hash.digest("hex").slice(0, 16)}`;
}

function run(args: string[], cwd: string, planFile: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, RUNLAB_SNAPSHOT_PLAN: planFile },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stop = () => child.kill("SIGKILL");
    const timer = setTimeout(stop, buildLimit);
    process.once("exit", stop);
    let said = "";
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
