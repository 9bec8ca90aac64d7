import { own, setOwn } from "../../own.js";
import { checked, type Flaw, flawText } from "../../schema.js";
import type { Field } from "../../tracking/filter/filter-tree.js";
import { type ReadField, readRun, type ValueOf } from "../../tracking/filter/row-values.js";
import { numberFromJson } from "../../tracking/mlflow-json.js";
import type { Run, RunInfo } from "../../tracking/types.js";
import type { RunLayout, StoreLayout } from "./layout.js";
import {
  anyNumber,
  fromDocument,
  fromInfo,
  metricSchema,
  type RunState,
  runInfoSchema,
  runSchema,
  toSummary,
} from "./run-codec.js";

/**
 * A run as a line of the index has it. A search looks at all runs and returns a page of them: of the others only the columns that
 * it asks for are parsed, which takes a tenth of the time that the whole document takes. Not to be changed.
 *
 * A column is found by its name in the text of the document. The name stands there in quotes, which JSON escapes inside a text,
 * so nothing that a user logs looks like it. What somebody else made of the line may: it then is not what its schema says.
 */
export class IndexedRun implements Run {
  // The parts of a run's layout, whose text would take as much memory as all the rest here.
  readonly #layout: StoreLayout;
  readonly #experimentId: string;
  readonly #runId: string;
  /** As `JSON.stringify` has written it, a character for each byte of UTF-8; empty once all of it is parsed. */
  #document: string;
  #whole: Run | undefined;
  #info: RunInfo | undefined;
  #known: Known | undefined;

  constructor(document: string, layout: StoreLayout, experimentId: string, runId: string) {
    this.#document = document;
    this.#layout = layout;
    this.#experimentId = experimentId;
    this.#runId = runId;
  }

  /** @throws {FlawedLine} as do all others */
  whole(): Run {
    if (this.#whole === undefined) {
      this.#whole = parsed(() => decode(utf8(this.#document), this.#place).run);
      this.#document = "";
    }
    return this.#whole;
  }

  /** Parses these columns, as far as the run has them. */
  know(columns: readonly Column[]): this {
    if (this.#whole !== undefined) return this;
    try {
      for (const column of columns) {
        if (!column.isIn(this.#columns)) column.add(this.#columns, this.#document);
      }
      return this;
    } catch (error) {
      throw new FlawedLine(error);
    }
  }

  get info(): RunInfo {
    this.#info ??= this.#whole?.info ?? parsed(() => infoOf(this.#document, this.#place));
    return this.#info;
  }

  /** Only what is known. */
  get data(): Run["data"] {
    return (this.#whole ?? this.#columns).data;
  }

  /** Only what is known. */
  get metricSummaries(): Run["metricSummaries"] {
    return (this.#whole ?? this.#columns).metricSummaries;
  }

  get inputs(): Run["inputs"] {
    return this.whole().inputs;
  }

  get outputs(): Run["outputs"] {
    return this.whole().outputs;
  }

  get #columns(): Known {
    this.#known ??= { data: { params: none, metrics: none, tags: none }, metricSummaries: none };
    return this.#known;
  }

  get #place(): RunLayout {
    return this.#layout.run(this.#experimentId, this.#runId);
  }
}

/** What a run has in its columns. */
type Known = Pick<Run, "data" | "metricSummaries">;

/** Stands in for records of which nothing is known, since a search makes ten thousand runs of which it knows one column. */
const none: Record<string, never> = Object.freeze({});

/** The record with this value in it. */
function put<T>(record: Record<string, T>, key: string, value: NoInfer<T>): Record<string, T> {
  const known = record === none ? {} : record;
  setOwn(known, key, value);
  return known;
}

/** A line whose checksum fits, and that no runlab has written: the run is what its document says. */
export class FlawedLine extends Error {
  constructor(cause: unknown) {
    super("A line of the index is not what it says.", { cause });
  }
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new FlawedLine(error);
  }
}

/** @throws when it is not the document of that run */
export function decode(text: string, layout: RunLayout): RunState {
  return fromDocument(checked(runSchema, JSON.parse(text), unlike), layout);
}

function unlike(flaw: Flaw): Error {
  return new Error(flawText(flaw));
}

function infoOf(document: string, layout: RunLayout): RunInfo {
  const json = utf8(document.slice('{"info":'.length, document.indexOf(sections.params.start)));
  return fromInfo(checked(runInfoSchema, JSON.parse(json), unlike), layout);
}

/** The text whose bytes these are. */
function utf8(bytes: string): string {
  return /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, "latin1").toString() : bytes;
}

/** As a document has it, see {@link utf8}. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** A part of a run that a search asks for. */
interface Column {
  isIn(known: Known): boolean;
  /** Takes it from the document, where that has it. */
  add(known: Known, document: string): void;
}

/** How a field is read from a run of the catalog. */
export const readCatalogRun: ReadField<Run | IndexedRun> = (field) => {
  const read = readRun(field);
  const columns = columnsOf(field);
  if (columns === undefined) return (run) => read(run instanceof IndexedRun ? run.whole() : run);
  if (columns.length === 0) return read;
  const knowing: ValueOf<Run | IndexedRun> = (run) => read(run instanceof IndexedRun ? run.know(columns) : run);
  // One of two columns may be known, and the other the one that counts.
  return columns.length > 1 ? knowing : (run) => read(run) ?? knowing(run);
};

/** The columns that a field is read from; undefined when they cannot be told apart. */
function columnsOf({ entity, key, aggregate, whole }: Field): Column[] | undefined {
  switch (entity) {
    case "param":
      return isPunctuation(key) ? undefined : [textColumn(key, "params")];
    case "tag":
      return isPunctuation(key) ? undefined : [textColumn(key, "tags")];
    case "metric":
      return [...(whole === undefined ? [] : [latestColumn(whole)]), (aggregate ? summaryColumn : latestColumn)(key)];
    default:
      return [];
  }
}

/** What follows a closing quote: beside texts that are punctuation too it is not known which quote begins the name. */
function isPunctuation(key: string): boolean {
  return key === "," || key === ":";
}

function textColumn(key: string, kind: "params" | "tags"): Column {
  const needle = bytesOf(`${JSON.stringify(key)}:"`);
  const { start, end } = sections[kind];
  return {
    isIn: ({ data }) => own(data[kind], key) !== undefined,
    add({ data }, document) {
      const section = document.indexOf(start) + start.length;
      const at = placeOf(needle, document, section);
      if (at < 0 || at > document.indexOf(end, section - 1)) return;
      const from = at + needle.length - 1;
      let to = document.indexOf('"', from + 1);
      while (isEscaped(to, document)) to = document.indexOf('"', to + 1);
      // It begins with a quote, so it is a text or no JSON.
      data[kind] = put(data[kind], key, JSON.parse(utf8(document.slice(from, to + 1))) as string);
    },
  };
}

function latestColumn(key: string): Column {
  const needle = summaryStart(key);
  return {
    isIn: ({ data }) => own(data.metrics, key) !== undefined,
    add({ data }, document) {
      const at = placeOf(needle, document);
      if (at < 0) return;
      // A point is its timestamp, its value and its step.
      const from = document.indexOf(",", at + needle.length) + 1;
      const value: unknown = JSON.parse(document.slice(from, document.indexOf(",", from)));
      data.metrics = put(data.metrics, key, numberFromJson(checked(anyNumber, value, unlike)));
    },
  };
}

function summaryColumn(key: string): Column {
  const needle = summaryStart(key);
  return {
    isIn: ({ metricSummaries }) => own(metricSummaries, key) !== undefined,
    add(known, document) {
      const at = placeOf(needle, document);
      if (at < 0) return;
      const from = at + needle.length - summaryOpening.length;
      // Nothing in a summary has braces.
      const found: unknown = JSON.parse(document.slice(from, document.indexOf("}", from) + 1));
      const summary = toSummary(key, checked(metricSchema, found, unlike));
      if (summary !== undefined) known.metricSummaries = put(known.metricSummaries, key, summary);
    },
  };
}

/** How the summary of a metric begins that has points. Params and tags are texts, so nothing else in a document does. */
const summaryOpening = '{"last":[';

function summaryStart(key: string): string {
  return bytesOf(`${JSON.stringify(key)}:${summaryOpening}`);
}

/** Where a document has its texts, see `toDocument`: none of them is followed by a brace. */
const sections = {
  params: { start: ',"params":{', end: '},"tags":{' },
  tags: { start: ',"tags":{', end: '},"metrics":{' },
};

/** Where a name begins; -1 when it is not there. */
function placeOf(needle: string, document: string, from = 0): number {
  let at = document.indexOf(needle, from);
  // The end of a longer name: its quote is escaped.
  while (document[at - 1] === "\\") at = document.indexOf(needle, at + 1);
  return at;
}

/** Whether a quote has an odd number of backslashes before it. */
function isEscaped(at: number, document: string): boolean {
  let before = at;
  while (document[before - 1] === "\\") before--;
  return (at - before) % 2 === 1;
}
