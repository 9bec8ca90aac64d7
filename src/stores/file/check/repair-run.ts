import { own } from "../../../own.js";
import { checked, flawText, type Schema } from "../../../schema.js";
import type { ReadingDisk } from "../disk.js";
import { damaged, isReadable } from "../document.js";
import { FolderLock, type LockContext } from "../folder-lock.js";
import type { HeldDisk } from "../held-disk.js";
import { journalLine, salvageJournal } from "../journal.js";
import { isExperimentId, isRunId, type RunLayout, type StoreLayout } from "../layout.js";
import {
  datasetSchema,
  fromDocument,
  metricKeySchema,
  outputSchema,
  type RunDocument,
  runInfoFields,
  runSchema,
  toDocument,
} from "../run-codec.js";
import { loadRun, recount, replay, runDocument, sumUp } from "../run-files.js";
import { lastIndexed } from "../run-index.js";
import { setAside } from "../set-aside.js";

/**
 * Writes a run's document anew: field by field from what can be read of it, else from the index, else from what its files tell;
 * metrics are summed up from their files. A damaged document or journal is kept beside the new one.
 */
export async function repairRun(store: StoreLayout, layout: RunLayout, context: LockContext): Promise<void> {
  await new FolderLock(layout.lock, context).hold((held) => {
    // Another process may have repaired it by now.
    if (isReadable(() => loadRun(layout, held))) return;
    const known = lastIndexed(store.index(layout.experimentId), layout, held);
    const document = salvageDocument(readJson(layout.document, held), known && toDocument(known), layout, held);
    const journals = [layout.folding, layout.journal].map((path) => ({ path, journal: salvageJournal(path, held) }));
    const entries = journals.flatMap(({ journal }) => journal?.entries ?? []);
    const state = replay({ ...fromDocument(document, layout), owners: [], open: true, end: 0 }, entries, layout, held);
    recount(state, layout, held);
    sumUp(state, layout, held);
    setAside(layout.document, held);
    runDocument(layout, held).write(toDocument(state), held);
    for (const { path, journal } of journals) {
      if (journal === undefined || journal.problems.length === 0) continue;
      setAside(path, held);
      held.remove(path);
      // What it says is in the document by now, except who writes to the run.
      const owners = journal.entries.filter(({ kind }) => kind === "owner");
      if (path === layout.journal) append(held, path, owners.map((entry) => journalLine(entry, path)).join(""));
    }
  });
}

function append(disk: HeldDisk, path: string, lines: string): void {
  const { fd } = disk.open(path);
  try {
    disk.append(fd, lines, path);
  } finally {
    disk.close(fd);
  }
}

/** Whether {@link repairRun} has more to go by than what can be read of the document. */
export function isIndexed(store: StoreLayout, layout: RunLayout, disk: ReadingDisk): boolean {
  return lastIndexed(store.index(layout.experimentId), layout, disk) !== undefined;
}

function salvageDocument(
  found: unknown,
  indexed: RunDocument | undefined,
  layout: RunLayout,
  disk: ReadingDisk,
): RunDocument {
  const told = fieldsOf(found);
  const base = indexed ?? fromFiles(layout, disk);
  const lost = indexed === undefined && fieldsOf(told?.tags) === undefined;
  const document = {
    info: {
      ...base.info,
      ...sound(runInfoFields, fieldsOf(told?.info)),
      run_id: layout.runId,
      experiment_id: layout.experimentId,
    },
    params: texts(told?.params, base.params),
    tags: { ...texts(told?.tags, base.tags), ...(lost && { "runlab.end_reason": lostReason }) },
    metrics: uncounted({ ...base.metrics, ...fieldsOf(told?.metrics) }),
    inputs: items(told?.inputs, datasetSchema) ?? base.inputs,
    outputs: items(told?.outputs, outputSchema) ?? base.outputs,
  };
  return checked(runSchema, document, (flaw) => damaged(layout.document, flawText(flaw)));
}

const lostReason = "Its document was lost and rebuilt from its metric files.";

/** What the files beside the document tell of a run. */
function fromFiles(layout: RunLayout, disk: ReadingDisk): RunDocument {
  const { runId: run_id, experimentId: experiment_id } = layout;
  const folder = disk.look(layout.folder) ?? { birthtimeMs: Date.now(), mtimeMs: Date.now() };
  const changed = disk.list(layout.metrics).flatMap((name) => disk.look(`${layout.metrics}/${name}`)?.mtimeMs ?? []);
  const start_time = Math.round(Math.min(folder.birthtimeMs || folder.mtimeMs, ...changed));
  const end_time = Math.round(Math.max(start_time, ...changed));
  const state = { status: "KILLED", start_time, end_time, lifecycle_stage: "active" } as const;
  return {
    info: { run_id, run_name: run_id, experiment_id, ...state, user_id: "" },
    params: {},
    tags: { "mlflow.runName": run_id },
    metrics: {},
    inputs: [],
    outputs: [],
  };
}

function sound(schemas: Readonly<Record<string, Schema<unknown>>>, found: Fields = {}): Fields {
  return Object.fromEntries(
    Object.entries(schemas).flatMap(([name, schema]) =>
      schema.find(own(found, name)) === undefined ? [[name, own(found, name)]] : [],
    ),
  );
}

/** Numbers and booleans have a text; what else is not text comes from `base`, if that has it. */
function texts(found: unknown, base: Readonly<Record<string, string>>): Record<string, string> {
  const told = fieldsOf(found);
  if (told === undefined) return { ...base };
  return Object.fromEntries(
    Object.entries(told).flatMap(([key, value]) => {
      if (typeof value === "string") return [[key, value]];
      if (typeof value === "number" || typeof value === "boolean") return [[key, String(value)]];
      const known = own(base, key);
      return known === undefined ? [] : [[key, known]];
    }),
  );
}

/** Only the keys count: the points are in the files. */
function uncounted(metrics: Fields): RunDocument["metrics"] {
  const keys = Object.keys(metrics).filter((key) => metricKeySchema.find(key) === undefined);
  return Object.fromEntries(keys.map((key) => [key, { count: 0, bytes: 0 }]));
}

function items<T>(found: unknown, schema: Schema<T>): T[] | undefined {
  return Array.isArray(found) ? found.filter((item): item is T => schema.find(item) === undefined) : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(found: unknown): Fields | undefined {
  return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Fields) : undefined;
}

/** Which run a document says it is of, as far as that is a run's place at all. */
export function placeIn(document: string, disk: ReadingDisk): { experimentId: string; runId: string } | undefined {
  const { run_id, experiment_id } = fieldsOf(fieldsOf(readJson(document, disk))?.info) ?? {};
  if (typeof run_id !== "string" || typeof experiment_id !== "string") return undefined;
  return isRunId(run_id) && isExperimentId(experiment_id) ? { experimentId: experiment_id, runId: run_id } : undefined;
}

function readJson(path: string, disk: ReadingDisk): unknown {
  try {
    return JSON.parse(disk.readText(path) ?? "");
  } catch {
    return undefined;
  }
}
