import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { TrackingError } from "../errors.js";
import type { TrackingStore } from "../tracking/store.js";
import { FileStore } from "./file/file-store.js";
import { MemoryStore } from "./memory.js";

/** A kind of store: which URIs are its own, how one is written in full, and how it is opened. */
interface StoreKind {
  accepts(uri: string): boolean;
  /** @throws {TrackingError} when the place is no store and must not become one */
  resolve(uri: string): string;
  open(uri: string): TrackingStore;
}

const memory: StoreKind = {
  accepts: (uri) => uri.startsWith("memory:"),
  resolve: (uri) => uri,
  open: (uri) => new MemoryStore(uri),
};

const file: StoreKind = {
  accepts: (uri) => uri.startsWith("file:") || !/^[a-z][a-z0-9+.-]+:/i.test(uri),
  resolve: (uri) => checkFolder(resolve(uri.startsWith("file:") ? filePath(uri) : uri)),
  open: (uri) => new FileStore(uri, { durability: durability(), heartbeatThread: true }),
};

/** In the order they are asked. */
const kinds: readonly StoreKind[] = [memory, file];

/**
 * The full URI of a store. Without an argument: RUNLAB_TRACKING_URI, else MLFLOW_TRACKING_URI, else the nearest parent folder
 * that holds `runlab/experiments.json`, up to the git root, else `./runlab`.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for a URI of no known kind, or a folder that holds something else
 */
export function resolveUri(uri?: string): string {
  const wanted = uri ?? wantedUri();
  return kindOf(wanted).resolve(wanted);
}

/** The folder of a store on this machine, also one that is damaged; undefined for a store of another kind. */
export function storeFolder(uri?: string): string | undefined {
  const wanted = uri ?? wantedUri();
  return kindOf(wanted) === file ? resolve(wanted.startsWith("file:") ? filePath(wanted) : wanted) : undefined;
}

/** Opens the store of a resolved URI; nothing is written before the first change. */
export function openStore(uri: string): TrackingStore {
  return kindOf(uri).open(uri);
}

/** RUNLAB_DURABILITY: `process` (default) or `fsync`. */
function durability(): "process" | "fsync" {
  const wanted = process.env.RUNLAB_DURABILITY || "process";
  if (wanted === "process" || wanted === "fsync") return wanted;
  throw new TrackingError("INVALID_PARAMETER_VALUE", `RUNLAB_DURABILITY is '${wanted}'; it must be process or fsync.`, {
    hint: "With process, data survives the end of the process; with fsync, it also survives a power cut.",
  });
}

const settings = ["RUNLAB_TRACKING_URI", "MLFLOW_TRACKING_URI"] as const;

function wantedUri(): string {
  const named = settings.map((name) => process.env[name]).find((value) => value !== undefined && value !== "");
  return named ?? nearestStore(process.cwd());
}

function kindOf(uri: string): StoreKind {
  const kind = kinds.find((known) => known.accepts(uri));
  if (kind !== undefined) return kind;
  // Who uses MLflow beside runlab has set its variable for MLflow's sake: say that the address comes from there.
  const setting = settings.find((name) => process.env[name] === uri);
  const origin = setting === undefined ? "" : ` that ${setting} names`;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `There is no store for the tracking URI '${withoutPassword(uri)}'${origin}.`,
    {
      hint: `A tracking URI is a folder (./runlab), file:///… or memory:${origin && "; RUNLAB_TRACKING_URI=./runlab takes precedence"}`,
    },
  );
}

function nearestStore(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const store = join(folder, "runlab");
    if (existsSync(join(store, "experiments.json"))) return store;
    if (existsSync(join(folder, ".git")) || folder === dirname(folder)) return join(start, "runlab");
  }
}

/** A folder may become a store when it is absent or empty; one that holds something else is left alone. */
function checkFolder(folder: string): string {
  let entries: string[];
  try {
    if (!statSync(folder).isDirectory()) {
      throw new TrackingError("INVALID_PARAMETER_VALUE", `'${folder}' is a file; a store is a folder.`);
    }
    entries = readdirSync(folder);
  } catch (cause) {
    if (cause instanceof TrackingError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return folder;
    throw new TrackingError("PERMISSION_DENIED", `The store '${folder}' cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
  // Another process may be making the store at this moment: its lock and temporary files begin with a dot.
  if (entries.includes("experiments.json") || entries.every((name) => name.startsWith("."))) return folder;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `'${folder}' is a folder that holds other files (${entries.slice(0, 3).join(", ")}) and no experiments.json, so it is not a store and was left untouched.`,
    { hint: "Choose another folder: setTrackingUri('./my-runs'), %tracking_uri ./my-runs or RUNLAB_TRACKING_URI." },
  );
}

function filePath(uri: string): string {
  try {
    return uri.startsWith("file://") ? fileURLToPath(uri) : uri.slice("file:".length);
  } catch (cause) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `'${uri}' is not a valid file URI: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}

function withoutPassword(uri: string): string {
  return uri.replace(/\/\/[^/@]*@/, "//…@");
}
