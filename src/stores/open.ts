import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { errorCode, reasonOf, TrackingError } from "../errors.js";
import type { TrackingStore } from "../tracking/store.js";
import { isS3Uri, parseS3Uri } from "./artifacts/s3/s3-storage.js";
import { BatchingStore } from "./batching/batching-store.js";
import { FileStore } from "./file/file-store.js";
import { MemoryStore } from "./memory.js";
import { isMlruns, isNewMlruns, MlrunsStore } from "./mlruns/mlruns-store.js";
import { RestStore } from "./rest/rest-store.js";
import { serverAddress } from "./rest/server-address.js";
import { SpoolFolder, spoolRoot } from "./spool/spool-folder.js";
import { SpoolingStore } from "./spool/spooling-store.js";
import { databaseUri, isDatabaseUri, isPostgresUri, sqliteFile } from "./sql/database-uri.js";
import { ThreadedStore } from "./sql/threaded-store.js";

/** A kind of store: which URIs are its own, how one is written in full, and how it is opened. */
interface StoreKind {
  accepts(uri: string): boolean;
  /** @throws {TrackingError} when the URI names something that is not a store and must not become one */
  resolve(uri: string): string;
  open(uri: string): TrackingStore;
  /** Whether a resolved URI's store has been made; a kind without this is asked by opening it. */
  exists?(uri: string): boolean;
}

const memory: StoreKind = {
  accepts: (uri) => uri.startsWith("memory:"),
  resolve: (uri) => uri,
  open: (uri) => new MemoryStore(uri),
};

const server: StoreKind = {
  accepts: (uri) => /^https?:/i.test(uri),
  resolve: serverAddress,
  open: (uri) => {
    const root = spoolRoot();
    const store = new RestStore(uri);
    return root === undefined ? new BatchingStore(store) : new SpoolingStore(store, new SpoolFolder(root, uri));
  },
};

const file: StoreKind = {
  accepts: (uri) => uri.startsWith("file:") || (!/^[a-z][a-z0-9+.-]+:/i.test(uri) && !isHostAndPort(uri)),
  resolve: (uri) => checkFolder(folderOf(uri)),
  open: (uri) => new FileStore(uri, { durability: durability(), heartbeatThread: true }),
  exists: (uri) => existsSync(join(folderOf(uri), "experiments.json")),
};

/** MLflow's own folder, where there is one. */
const mlruns: StoreKind = {
  accepts: (uri) => file.accepts(uri) && isMlruns(folderOf(uri)),
  resolve: (uri) => folderOf(uri),
  open: (uri) => new MlrunsStore(uri),
};

const database: StoreKind = {
  accepts: isDatabaseUri,
  resolve: databaseUri,
  open(uri) {
    return new BatchingStore(
      new ThreadedStore(uri, { fsync: durability() === "fsync", artifacts: artifactLocation() }),
    );
  },
  exists: (uri) => isPostgresUri(uri) || existsSync(sqliteFile(uri)),
};

/** In the order they are asked. */
const kinds: readonly StoreKind[] = [memory, server, database, mlruns, file];

/**
 * The full URI of a store. Without an argument: RUNLAB_TRACKING_URI, else MLFLOW_TRACKING_URI, else the nearest parent folder
 * that holds `runlab/experiments.json`, up to the git root, else `./runlab`.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for a URI of no known kind, or a folder that holds something else
 */
export function resolveUri(uri?: string): string {
  const wanted = uri ?? wantedUri();
  return kindOf(wanted).resolve(wanted);
}

/**
 * The full URI of a store that somebody has named to read from it, which begins none where the name is mistyped.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE as {@link resolveUri}; RESOURCE_DOES_NOT_EXIST where no store is
 */
export function resolveExistingUri(uri: string): string {
  const resolved = resolveUri(uri);
  if (kindOf(resolved).exists?.(resolved) !== false) return resolved;
  throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `There is no store at ${resolved}.`, {
    hint: "Check the spelling, and the folder that the path starts from. A store is made by its first run.",
  });
}

/** The store that a copy is written to; of a kind that is only read otherwise too. @param uri - as it was given */
export function openTarget(uri: string): TrackingStore {
  const isFolder = file.accepts(uri) && (isMlruns(folderOf(uri)) || isNewMlruns(folderOf(uri)));
  return isFolder ? openMlruns(folderOf(uri)) : openStore(resolveUri(uri));
}

/** MLflow's own folder, to be written. @throws {TrackingError} INVALID_PARAMETER_VALUE for one that MLflow would not take for its own */
export function openMlruns(folder: string): TrackingStore {
  if (isMlruns(folder) || isNewMlruns(folder)) return new MlrunsStore(folder, { isTarget: true });
  throw new TrackingError("INVALID_PARAMETER_VALUE", `'${folder}' cannot become a folder of MLflow's.`, {
    hint: "Name one that is called mlruns and is new or empty, or one that MLflow has made.",
  });
}

/** The folder of a store on this machine, also one that is damaged; undefined for a store of another kind. */
export function storeFolder(uri?: string): string | undefined {
  const wanted = uri ?? wantedUri();
  return kindOf(wanted) === file ? folderOf(wanted) : undefined;
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

/** RUNLAB_ARTIFACTS: where new experiments of a database keep the files of their runs, a folder or `s3://bucket/…`. */
function artifactLocation(): string | undefined {
  const uri = process.env.RUNLAB_ARTIFACTS;
  if (!uri) return undefined;
  if (isS3Uri(uri)) {
    const { bucket, key } = parseS3Uri(uri);
    return key === "" ? `s3://${bucket}` : `s3://${bucket}/${key}`;
  }
  if (file.accepts(uri)) return folderOf(uri);
  throw new TrackingError("INVALID_PARAMETER_VALUE", `Artifacts cannot be kept in '${uri}'.`, {
    hint: "RUNLAB_ARTIFACTS, and --artifacts of runlab server, take a folder, file:///… or s3://bucket/….",
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
  if (isHostAndPort(uri)) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `The tracking URI '${uri}' does not say how to reach the server.`,
      {
        hint: `Write http://${uri}, or https://${uri} for a server with TLS. A folder of that name is ./${uri}.`,
      },
    );
  }
  // Who uses MLflow beside runlab has set its variable for MLflow's sake: say that the address comes from there.
  const setting = settings.find((name) => process.env[name] === uri);
  const origin = setting === undefined ? "" : ` that ${setting} names`;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `There is no store for the tracking URI '${withoutPassword(uri)}'${origin}.`,
    {
      hint: `A tracking URI is a folder (./runlab), file:///…, a server's address (http://…, https://…), a database (sqlite:///runlab.db, postgresql://…) or memory:${origin && "; RUNLAB_TRACKING_URI=./runlab takes precedence"}`,
    },
  );
}

/** Such as `127.0.0.1:5000` or `localhost:5000/mlflow`: the address of a server without its scheme. */
function isHostAndPort(uri: string): boolean {
  return /^(?!\w:)(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:]+\]):\d{2,5}(?:\/.*)?$/i.test(uri);
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
      throw new TrackingError("INVALID_PARAMETER_VALUE", `'${folder}' is a file; a store is a folder.`, {
        hint: `Name a folder. A SQLite database is written as sqlite:///${folder}.`,
      });
    }
    entries = readdirSync(folder);
  } catch (cause) {
    if (cause instanceof TrackingError) throw cause;
    if (errorCode(cause) === "ENOENT") return folder;
    throw new TrackingError("PERMISSION_DENIED", `The store '${folder}' cannot be read: ${reasonOf(cause)}.`, {
      cause,
    });
  }
  // Another process may be making the store at this moment: its lock and temporary files begin with a dot.
  if (entries.includes("experiments.json") || entries.every((name) => name.startsWith("."))) return folder;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `'${folder}' is a folder that holds other files (${entries.slice(0, 3).join(", ")}) and no experiments.json, so it is not a store and was left untouched.`,
    { hint: "Choose another folder as the tracking URI, such as ./my-runs." },
  );
}

function folderOf(uri: string): string {
  return resolve(uri.startsWith("file:") ? filePath(uri) : uri);
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
