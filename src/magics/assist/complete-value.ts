import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Completion } from "../../kernel/engine/engine.js";
import { runColumnNames } from "../../render/runs-table.js";
import { fieldContext, fieldStarts } from "../../tracking/filter/field-context.js";
import { type FieldTable, registeredModelFields, runFields } from "../../tracking/filter/fields.js";
import { writtenKey } from "../../tracking/filter/print.js";
import { homePath } from "../../user-folders.js";
import type { MagicArg, NameSource } from "../magic.js";
import type { PartialValue } from "./cursor.js";

/** Where names come from. */
export interface NameSources {
  store: NameSource;
  /** Names of environment variables. */
  environment(): readonly string[];
  /** Variables that code at the cursor can use and that the notebook declares; `typed` is how the name begins. */
  variables(start: number, typed: string): Promise<readonly string[]>;
}

/** What may be written as a value, by what its declaration says it is. */
export async function proposeValues(
  { complete, type }: Pick<MagicArg, "complete" | "type">,
  value: PartialValue,
  sources: NameSources,
): Promise<Proposed> {
  const among = (words: readonly string[], kind: string): Proposed => ({
    start: value.start,
    typed: value.text,
    proposals: words.map((name) => ({ text: value.write(name), name, type: kind })),
  });
  // A store that can't be read is reported when a cell uses it; here it only means that there is nothing to propose.
  const names: NameSource = (kind) => sources.store(kind).catch(() => []);
  switch (complete) {
    case undefined:
      return among(type === "boolean" ? ["true", "false"] : [], "keyword");
    case "file":
    case "folder":
      return proposePaths(value, complete);
    case "environment":
      return among(sources.environment(), "variable");
    case "variable": {
      // The value of a variable is an expression: a bare word would be text.
      const found = value.quote === undefined ? await sources.variables(value.start, value.text) : [];
      return {
        ...among([], "variable"),
        proposals: found.map((name) => ({ text: `{${name}}`, name, type: "variable" })),
      };
    }
    case "run_column": {
      const keys = await Promise.all([names("metric"), names("param"), names("tag")]);
      const theirs = keys.flat().filter((key) => !/^(?:mlflow|runlab)\./.test(key));
      return among([...theirs, ...runColumnNames], "column");
    }
    case "metric_or_run": {
      const [metrics, runs] = await Promise.all([names("metric"), names("run")]);
      const proposals = [...among(metrics, "metric").proposals, ...among(runs, "run").proposals];
      return { ...among([], "metric"), proposals };
    }
    case "run_filter":
    case "run_order":
    case "model_filter":
      return filterKinds[complete](value, names);
    default:
      return typeof complete === "string" ? among(await names(complete), complete) : among(complete, "keyword");
  }
}

/** Fields in `where=` and `order=`, by what is filtered or ordered. */
const filterKinds = {
  run_filter: (value: PartialValue, names: NameSource) => proposeFields(value, runFields, names, true),
  model_filter: (value: PartialValue, names: NameSource) => proposeFields(value, registeredModelFields, names, true),
  async run_order(value: PartialValue, names: NameSource): Promise<Proposed> {
    const direction = /^[^\s`"]+(?:`[^`]*`|"[^"]*")?\s+(\w*)$/.exec(value.text)?.[1];
    if (direction === undefined) return proposeFields(value, runFields, names, false);
    const proposals = ["ASC", "DESC"].map((text) => ({ text, type: "keyword" }));
    return { start: value.offset(value.text.length - direction.length), typed: direction, proposals };
  },
};

/** @param goesOn - more is to be written behind the field, so a text without quotes gets the opening one alone */
async function proposeFields(
  value: PartialValue,
  table: FieldTable,
  names: NameSource,
  goesOn: boolean,
): Promise<Proposed> {
  const context = fieldContext(value.text, table);
  if (context === undefined) return { start: value.start, typed: "", proposals: [] };
  const { entity } = context;
  const before = value.text.slice(0, context.start);
  // Inside quotes the field alone is replaced, elsewhere the word that it stands in.
  const write = (field: string) =>
    value.quote !== undefined
      ? value.inside(field)
      : goesOn
        ? `"${value.inside(before + field)}`
        : value.write(before + field, field.endsWith("."));
  const propose = (field: string, name: string, type: string): Proposal => ({ text: write(field), name, type });
  const start = value.quote === undefined ? value.start : value.offset(context.start);
  if (entity === undefined) {
    const proposals = fieldStarts(table).map((name) => propose(name, name, "field"));
    return { start, typed: context.typed, proposals };
  }
  const keys = typeof entity.keys === "string" ? await names(entity.keys) : entity.keys;
  const proposals = keys.map((key) => propose(`${entity.name}.${writtenKey(key)}`, `${entity.name}.${key}`, "field"));
  return { start, typed: context.typed, proposals };
}

/** Entries of the folder that a path names so far, from the working directory; hidden ones when their dot is typed. */
async function proposePaths(value: PartialValue, wanted: "file" | "folder"): Promise<Proposed> {
  const path = value.text === "~" ? "~/" : value.text;
  const shown = path.slice(0, path.lastIndexOf("/") + 1);
  const base = path.slice(shown.length);
  const folder = await inFolder(homePath(shown));
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".") && !base.startsWith(".")) continue;
    const isFolder = await leadsToFolder(folder, entry);
    if (isFolder || wanted === "file") names.push(entry.name + (isFolder ? "/" : ""));
  }
  if (base === "..") names.unshift("../");
  return {
    start: value.start,
    typed: path,
    proposals: names.map((name) => ({
      text: value.write(shown + name, name.endsWith("/")),
      name: shown + name,
      type: "path",
    })),
  };
}

/** A working directory that has been removed holds nothing. */
async function inFolder(path: string): Promise<string> {
  try {
    return resolve(path);
  } catch {
    return path;
  }
}

async function leadsToFolder(folder: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  const target = await stat(resolve(folder, entry.name)).catch(() => undefined);
  return target?.isDirectory() === true;
}

/** One way to go on. */
export interface Proposal {
  /** What it puts into the cell. */
  text: string;
  /** What the typed text is compared with, when that is not `text`: a name without its quotes. */
  name?: string;
  type: string;
  signature?: string;
}

/** Proposals at the cursor: each replaces what stands from `start` to the cursor, where `typed` is meant. */
export interface Proposed {
  start: number;
  typed: string;
  proposals: readonly Proposal[];
}

/** Those proposals that begin as typed, in any case of letters; the first of each text. */
export function answer({ start, typed, proposals }: Proposed, end: number): Completion {
  const begin = typed.toLowerCase();
  const fitting = new Map<string, { text: string; type: string; signature?: string }>();
  for (const { text, name = text, type, signature } of proposals) {
    if (!name.toLowerCase().startsWith(begin) || fitting.has(text)) continue;
    fitting.set(text, { text, type, ...(signature !== undefined && { signature }) });
  }
  return { matches: [...fitting.keys()], start, end, types: [...fitting.values()] };
}
