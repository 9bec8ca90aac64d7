import { isUtf8 } from "node:buffer";
import {
  flag,
  flawText,
  list,
  object,
  optional,
  orNull,
  record,
  type Schema,
  type TypeOf,
  text,
  time,
  tuple,
  value,
} from "../../schema.js";
import { modelOutputFromJson, modelOutputToJson } from "../../tracking/mlflow-json.js";
import type { RunChange } from "../run-change.js";
import type { ReadingDisk } from "./disk.js";
import { checkWritable, damaged } from "./document.js";
import type { ProcessIdentity } from "./owner.js";
import {
  datasetSchema,
  fromDataset,
  metricKeySchema,
  outputSchema,
  stageSchema,
  statusSchema,
  toDataset,
} from "./run-codec.js";

/** A process that writes to a run. One that `owns` it takes it along when it dies. */
export interface Owner extends ProcessIdentity {
  owns: boolean;
}

/** What a journal says, one JSON object a line, in the order in which the lines were appended. */
export type JournalEntry =
  | { kind: "owner"; owner: Owner }
  /** The run has points of this metric, whose file name does not tell its key. */
  | { kind: "metric"; key: string }
  | { kind: "change"; change: RunChange };

const ownerSchema: Schema<Owner> = object({
  host: text,
  pid: value<number>("a process id", (found) => Number.isSafeInteger(found) && Number(found) > 0),
  start: text,
  namespace: optional(text),
  id: text,
  owns: flag,
});

/** A change as a line of the journal has it. */
const changeSchema = object({
  params: optional(list(tuple(text, text))),
  tags: optional(record(text)),
  delete_tags: optional(list(text)),
  status: optional(statusSchema),
  end_time: optional(orNull(time)),
  run_name: optional(text),
  lifecycle_stage: optional(stageSchema),
  deleted_time: optional(orNull(time)),
  inputs: optional(list(datasetSchema)),
  outputs: optional(list(outputSchema)),
});
type ChangeDocument = TypeOf<typeof changeSchema>;

const lineSchema = object({
  owner: optional(ownerSchema),
  metric: optional(metricKeySchema),
  change: optional(changeSchema),
});

/**
 * @param path - of the journal, for the error
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for a change that could not be read again
 */
export function journalLine(entry: JournalEntry, path: string): string {
  switch (entry.kind) {
    case "owner":
      return `${JSON.stringify({ owner: entry.owner })}\n`;
    case "metric":
      return `${JSON.stringify({ metric: entry.key })}\n`;
    case "change": {
      const change = toChangeDocument(entry.change);
      checkWritable(path, changeSchema, change);
      return `${JSON.stringify({ change })}\n`;
    }
  }
}

interface Journal {
  entries: JournalEntry[];
  /** Behind the last whole line, bytes. */
  end: number;
}

/**
 * The whole lines of a journal from byte `from` on; undefined when there is no such file. Torn lines are left out: they were
 * never acknowledged.
 * @throws {TrackingError} DATA_LOSS, naming the first line that was acknowledged and cannot be read
 */
export function readJournal(path: string, disk: ReadingDisk, from = 0): Journal | undefined {
  const journal = salvageJournal(path, disk, from);
  const [problem] = journal?.problems ?? [];
  if (problem !== undefined) throw damaged(path, problem);
  return journal;
}

/** As {@link readJournal}, with the lines that can be read, and what is wrong with the others. */
export function salvageJournal(
  path: string,
  disk: ReadingDisk,
  from = 0,
): (Journal & { problems: string[] }) | undefined {
  // Most runs have none; asking is much cheaper than failing.
  if (!disk.exists(path)) return undefined;
  const bytes = disk.read(path);
  if (bytes === undefined) return undefined;
  const end = Math.max(from, bytes.lastIndexOf(newline) + 1);
  const journal: Journal & { problems: string[] } = { entries: [], end, problems: [] };
  for (let start = from, stop = bytes.indexOf(newline, from); stop >= 0; stop = bytes.indexOf(newline, start)) {
    const line = parseLine(bytes.subarray(start, stop));
    if (line !== undefined && "kind" in line) journal.entries.push(line);
    else if (line !== undefined) journal.problems.push(`line ${lineNumber(bytes, start)}: ${line.problem}`);
    start = stop + 1;
  }
  return journal;
}

const newline = 0x0a;

function lineNumber(bytes: Buffer, start: number): number {
  let number = 1;
  for (let at = bytes.indexOf(newline); at >= 0 && at < start; at = bytes.indexOf(newline, at + 1)) number++;
  return number;
}

/** Where a line begins; inside a JSON text these quotes would be escaped. */
const beginning = /\{"(?:owner|metric|change)":/g;

/** @returns undefined for a torn line */
function parseLine(bytes: Buffer): JournalEntry | { problem: string } | undefined {
  const line = bytes.toString();
  // A process that comes upon a torn line marks it with a `!` and goes on below it.
  if (line === "" || line.endsWith("!")) return undefined;
  if (line.includes("\ufffd") && !isUtf8(bytes)) return { problem: "it is not UTF-8" };
  const data = parsed(line);
  if (data !== undefined) return toEntry(data.json);
  // Of two processes on a full disk, one may have appended its line right after a piece of the other's.
  const last = [...line.matchAll(beginning)].at(-1)?.index ?? 0;
  const rest = last > 0 && !isWhole(line.slice(0, last)) ? parsed(line.slice(last)) : undefined;
  return rest === undefined ? { problem: "it is not JSON" } : toEntry(rest.json);
}

/** Whether a line that was acknowledged stands there, whose end is damaged. */
function isWhole(piece: string): boolean {
  return parsed(piece) !== undefined || parsed(piece.slice(0, -1)) !== undefined;
}

function parsed(line: string): { json: unknown } | undefined {
  try {
    return { json: JSON.parse(line) };
  } catch {
    return undefined;
  }
}

function toEntry(json: unknown): JournalEntry | { problem: string } {
  const flaw = lineSchema.find(json);
  if (flaw !== undefined) return { problem: flawText(flaw) };
  const { owner, metric, change } = json as TypeOf<typeof lineSchema>;
  if (owner !== undefined) return { kind: "owner", owner };
  if (metric !== undefined) return { kind: "metric", key: metric };
  if (change !== undefined) return { kind: "change", change: fromChangeDocument(change) };
  return { problem: "expected an owner, a metric or a change, but found something else" };
}

/** Field by field: every param and tag that is logged takes this way, and spreading conditions takes ten times as long. */
function toChangeDocument(change: RunChange): ChangeDocument {
  const { params, tags, deleteTags, status, endTime, runName, stage, deletedTime, inputs, outputs } = change;
  const document: { -readonly [Field in keyof ChangeDocument]: ChangeDocument[Field] } = {};
  if (params?.length) document.params = params.map(({ key, value }): [string, string] => [key, value]);
  if (tags !== undefined) document.tags = tags;
  if (deleteTags !== undefined) document.delete_tags = [...deleteTags];
  if (status !== undefined) document.status = status;
  if (endTime !== undefined) document.end_time = endTime;
  if (runName !== undefined) document.run_name = runName;
  if (stage !== undefined) document.lifecycle_stage = stage;
  if (deletedTime !== undefined) document.deleted_time = deletedTime;
  if (inputs !== undefined) document.inputs = inputs.map(toDataset);
  if (outputs !== undefined) document.outputs = outputs.map(modelOutputToJson);
  return document;
}

function fromChangeDocument(change: ChangeDocument): RunChange {
  return {
    ...(change.params && { params: change.params.map(([key, value]) => ({ key, value })) }),
    ...(change.tags && { tags: change.tags }),
    ...(change.delete_tags && { deleteTags: change.delete_tags }),
    ...(change.status && { status: change.status }),
    ...(change.end_time === undefined ? {} : { endTime: change.end_time }),
    ...(change.run_name === undefined ? {} : { runName: change.run_name }),
    ...(change.lifecycle_stage && { stage: change.lifecycle_stage }),
    ...(change.deleted_time === undefined ? {} : { deletedTime: change.deleted_time }),
    ...(change.inputs && { inputs: change.inputs.map(fromDataset) }),
    ...(change.outputs && { outputs: change.outputs.map(modelOutputFromJson) }),
  };
}
