import { createHash } from "node:crypto";
import { basename, join, resolve, sep } from "node:path";

/** Names of a store's files. Everything is found from the root, so the folder can be moved and copied. */
export class StoreLayout {
  /** Absolute: a store does not move when the process changes its folder. */
  readonly root: string;

  /** With a separator at its end. */
  readonly #inside: string;

  constructor(root: string) {
    this.root = resolve(root);
    this.#inside = this.root.endsWith(sep) ? this.root : this.root + sep;
  }

  get experiments(): string {
    return join(this.root, "experiments.json");
  }

  /** Logged and registered models. */
  get models(): string {
    return join(this.root, "models.json");
  }

  /** Which runs were opened for writing, one line each; derived, only read by processes that are running. */
  get changes(): string {
    return join(this.root, ".changes");
  }

  get lock(): string {
    return join(this.root, ".lock");
  }

  /** Signs of life of processes, one file each. A name that the .gitignore of older stores covers. */
  get owners(): string {
    return join(this.root, ".lock-owners");
  }

  /** @param name - of a process */
  signOfLife(name: string): string {
    // It may come from a journal of somebody else.
    return join(this.owners, basename(name));
  }

  experiment(experimentId: string): string {
    return join(this.root, experimentId);
  }

  /** Derived from the runs' documents, see `run-index.ts`. */
  index(experimentId: string): string {
    return join(this.root, experimentId, ".index");
  }

  /** A run that is being removed for good; no run's id begins with a dot. */
  doomed(experimentId: string, runId: string): string {
    return join(this.root, experimentId, `.removed-${runId}`);
  }

  run(experimentId: string, runId: string): RunLayout {
    // Not by `join`, which takes as long as a look at the disk: a search makes one of these for each run.
    return new RunLayout(`${this.#inside}${experimentId}${sep}${runId}`, experimentId, runId);
  }
}

/** The number of an experiment as a folder's name: one that is counted on from exactly, and written in one way only. */
export function isExperimentId(name: string): boolean {
  return /^(0|[1-9]\d{0,15})$/.test(name) && Number.isSafeInteger(Number(name));
}

/** MLflow's rule for run ids; also keeps `..` and hidden files out. */
export function isRunId(name: string): boolean {
  return /^[a-zA-Z0-9][\w-]{0,255}$/.test(name);
}

export class RunLayout {
  readonly folder: string;
  readonly experimentId: string;
  readonly runId: string;

  constructor(folder: string, experimentId: string, runId: string) {
    this.folder = folder;
    this.experimentId = experimentId;
    this.runId = runId;
  }

  get document(): string {
    return `${this.folder}/run.json`;
  }

  /** Changes that are not in the document yet; only while somebody writes to the run. */
  get journal(): string {
    return `${this.folder}/run.journal`;
  }

  /** A journal that is being put into the document. */
  get folding(): string {
    return `${this.folder}/run.journal.fold`;
  }

  /** The next document of a process that folds its run alone, see `fold-run.ts`; `.tmp` since nobody needs what is left of it. */
  offer(name: string): string {
    return `${this.folder}/${offerStart}${name}.tmp`;
  }

  get lock(): string {
    return `${this.folder}/.lock`;
  }

  get metrics(): string {
    return `${this.folder}/metrics`;
  }

  get artifacts(): string {
    return `${this.folder}/artifacts`;
  }

  metric(key: string): string {
    return `${this.folder}/metrics/${metricFileName(key)}`;
  }
}

const offerStart = ".offer-";

/** Whether a file of a run's folder is a {@link RunLayout.offer}. */
export function isOffer(fileName: string): boolean {
  return fileName.startsWith(offerStart);
}

/** Bytes of a file name that every file system in use takes, less room for the mark. */
const longestName = 180;

/**
 * The file of a metric: its key, percent-encoded where a file name cannot hold it. Keys that differ only in case, or end in a
 * dot or blank, would be one file on some systems, so such a key gets a mark made of its hash.
 */
export function metricFileName(key: string): string {
  const encoded = encodeURIComponent(key).replace(
    /[*'()!~]|^\.|[. ]$/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const plain = encoded.length <= longestName && encoded === encoded.toLowerCase() && !reserved.test(encoded);
  if (plain) return encoded;
  const mark = createHash("sha256").update(key).digest("hex").slice(0, 8);
  return `${encoded.slice(0, longestName)}~${mark}`;
}

/** The key that a metric's file is named for; undefined when the name was cut, or is not one of ours. */
export function metricKeyOf(fileName: string): string | undefined {
  try {
    const key = decodeURIComponent(fileName.replace(/~[0-9a-f]{8}$/, ""));
    return metricFileName(key) === fileName ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Device names of Windows. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/;
