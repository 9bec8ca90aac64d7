import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, dirname, posix } from "node:path";
import { reasonOf, TrackingError } from "../../errors.js";
import { setOwn } from "../../own.js";
import { plural } from "../../render/format-value.js";
import { filesBelow } from "../../tracking/local-files.js";
import { checkKey, limits } from "../../tracking/validation.js";
import type { ExportFormat, ImportedPoints, ImportedRun, ImportedRuns } from "../export-format.js";
import { EventScalars } from "./event-scalars.js";
import { NoEvent } from "./fields.js";
import { readRecords } from "./record-file.js";

/** TensorBoard looks for the same word: `events.out.tfevents.1700000000.host.1.0`. */
const eventFile = /tfevents/;

/** Most damaged ranges of one file that get a note each. */
const maxDamageNotes = 5;

/**
 * TensorBoard's event files: the scalars of a folder are a run, named by the folder. Its id is made of names, so that importing
 * twice adds nothing.
 */
export const tensorboard = {
  name: "tensorboard",
  doc: "a folder of TensorBoard's event files, or one of them: the scalars, a run per folder",
  extensions: [],
  recognizes: (path, isFolder) => isFolder || eventFile.test(basename(path)),
  async read({ path, reading }) {
    const folders = await eventFolders(path);
    const sizes = await Promise.all(folders.flatMap(({ files }) => files.map(({ file }) => sizeOf(file))));
    const advance = reading(sizes.reduce((sum, size) => sum + size, 0));
    const log = new ImportLog();
    const runs: ImportedRun[] = [];
    for (const { name, files } of folders) {
      const run = await runOf(name, files, log, advance);
      if (run !== undefined) runs.push(run);
    }
    if (runs.length === 0) {
      throw new TrackingError(
        "INVALID_PARAMETER_VALUE",
        ["There are no scalars in the event files.", ...log.notes()].join(" "),
      );
    }
    return { experimentTags: {}, runs, notes: log.notes() } satisfies ImportedRuns;
  },
} satisfies ExportFormat;

interface EventFolder {
  /** Of its run: the path below the folder that was named, else that folder's own name. */
  name: string;
  /** In the order of their names, which begin with a time. */
  files: Array<{ file: string; path: string }>;
}

/** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when there is no event file */
async function eventFolders(path: string): Promise<EventFolder[]> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isFile()) {
    return [{ name: basename(dirname(path)), files: [{ file: path, path: basename(path) }] }];
  }
  const folders = new Map<string, EventFolder>();
  for (const found of await filesBelow(path)) {
    if (!eventFile.test(posix.basename(found.path))) continue;
    const folder = posix.dirname(found.path);
    const name = folder === "." ? basename(path) : folder;
    const entry = folders.get(folder) ?? { name, files: [] };
    folders.set(folder, entry);
    entry.files.push(found);
  }
  if (folders.size > 0) return [...folders.values()];
  if (await isStore(path)) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `${path} is a store of runs, not a file or a log of some.`, {
      hint: `Read it where it is by making it the tracking URI, or have its runs here: runlab copy ${path} <store>, in a terminal.`,
    });
  }
  throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `There are no TensorBoard event files below ${path}.`, {
    hint: "Name the folder that is given to `tensorboard --logdir`; names of event files contain 'tfevents'.",
  });
}

/** A folder of runlab's, or one of MLflow's. */
async function isStore(path: string): Promise<boolean> {
  const found = await filesBelow(path);
  return found.some((file) => /^(?:experiments\.json|[^/]+\/meta\.yaml)$/.test(file.path));
}

/** What cannot be read says so when it is read. */
async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

async function runOf(
  name: string,
  files: EventFolder["files"],
  log: ImportLog,
  advance: (bytes: number) => void,
): Promise<ImportedRun | undefined> {
  const events = new EventScalars();
  for (const { file, path } of files) {
    const damage = log.file(path);
    try {
      await readRecords(file, {
        record(bytes, start, end, offset) {
          try {
            events.read(bytes, start, end);
          } catch (error) {
            if (!(error instanceof NoEvent)) throw error;
            damage(offset, end - start, `the record is no event: ${error.message}`);
          }
        },
        damage,
        advance,
      });
    } catch (cause) {
      throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `The event file ${file} cannot be read: ${reasonOf(cause)}.`, {
        cause,
      });
    }
  }
  log.count(events.others);
  const { firstTime, lastTime } = events;
  if (events.points.size === 0) {
    log.note(`${name} has no scalars and gave no run.`);
    return undefined;
  }
  return {
    locate: (field, key) => `${name}, ${key ?? field}`,
    experimentName: undefined,
    runId: createHash("sha256").update(`${name}\n${files[0]?.path}`).digest("hex").slice(0, 32),
    runName: name,
    status: "FINISHED",
    startTime: firstTime,
    endTime: lastTime,
    userId: undefined,
    params: {},
    tags: {},
    metrics: metricsOf(name, events.points, log),
    grows: true,
    datasetInputs: [],
    modelOutputs: [],
  };
}

/** A tag may be any text, a metric's key may not. */
function metricsOf(
  run: string,
  points: ReadonlyMap<string, ImportedPoints>,
  log: ImportLog,
): Record<string, ImportedPoints> {
  const metrics: Record<string, ImportedPoints> = {};
  const isFree = (key: string) => isKey(key) && !Object.hasOwn(metrics, key);
  const [plain, odd] = [[...points].filter(([tag]) => isKey(tag)), [...points].filter(([tag]) => !isKey(tag))];
  for (const [tag, list] of plain) setOwn(metrics, tag, list);
  for (const [tag, list] of odd) {
    const wanted = keyLike(tag);
    let key = wanted;
    for (let count = 2; !isFree(key); count++) key = `${wanted} ${count}`;
    setOwn(metrics, key, list);
    log.note(`Scalar '${tag}' of ${run} is metric '${key}': a metric's name cannot be the same.`);
  }
  return metrics;
}

function isKey(text: string): boolean {
  try {
    checkKey("metric", text);
    return true;
  } catch {
    return false;
  }
}

/** Room for " 2" and more is left at the end. */
function keyLike(tag: string): string {
  const letters = tag.replace(/[^/\p{L}\p{N}_.\- :]/gu, "_");
  const path = letters.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  const key = [...path.join("/")]
    .slice(0, limits.key - 20)
    .join("")
    .replace(/\/$/, "");
  return key === "" ? "scalar" : key;
}

/** What is not imported. */
class ImportLog {
  readonly #notes: string[] = [];
  readonly #others = new Map<string, number>();

  note(line: string): void {
    this.#notes.push(line);
  }

  count(others: ReadonlyMap<string, number>): void {
    for (const [kind, count] of others) this.#others.set(kind, (this.#others.get(kind) ?? 0) + count);
  }

  /** @returns takes the damaged ranges of a file */
  file(path: string): (offset: number, length: number, why: string) => void {
    let damages = 0;
    const at = this.#notes.length;
    let bytes = 0;
    return (offset, length, why) => {
      damages++;
      bytes += length;
      if (damages <= maxDamageNotes) {
        this.#notes.push(`${path}, byte ${offset}: ${why}; ${plural(length, "byte")} were not read.`);
        return;
      }
      const rest = `${path}: ${plural(damages, "place")} are damaged, ${plural(bytes, "byte")} in all were not read.`;
      this.#notes[at + maxDamageNotes] = rest;
    };
  }

  notes(): string[] {
    const others = [...this.#others].map(([kind, count]) => `${count.toLocaleString("en-US")} ${kind}`);
    return [
      ...this.#notes,
      ...(others.length > 0 ? [`Only scalars are imported; left out: ${others.join(", ")}.`] : []),
    ];
  }
}
