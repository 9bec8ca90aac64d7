import { bestFirst, metricGoal } from "../metric-goal.js";
import { own } from "../own.js";
import { visible } from "../visible.js";
import { type DiffLine, diffLines, diffLinesHtml, diffLinesText } from "./code-diff.js";
import { escapeHtml } from "./escape-html.js";
import { clip, formatDuration, formatNumber, formatNumberColumn, formatTime } from "./format-value.js";
import type { MimeBundle } from "./mime-bundle.js";
import { type RunRow, runLabels } from "./rows.js";
import { consoleWidth, type Table, tableStyles, tableText } from "./table.js";

/** Two runs set against each other. */
export interface RunDiff {
  before: RunSide;
  after: RunSide;
}

export interface RunSide {
  run: RunRow;
  /** The experiment's name. */
  experiment: string;
  /** The source of the cell that was the run; undefined when none is kept. */
  code: string | undefined;
  /** Versions by name; undefined when none are kept. */
  environment: Readonly<Record<string, string>> | undefined;
}

/** A line of the table: what differs, in the one and the other. */
export interface DiffRow {
  name: string;
  values: readonly [DiffCell, DiffCell];
  difference?: string;
}

/** `better`: of the two values of a metric. Without a text the value is missing. */
export interface DiffCell {
  text: string | undefined;
  full?: string | undefined;
  better?: boolean;
}

export interface DiffSection {
  title: string;
  rows: DiffRow[];
  /** How many are the same in both. */
  same: number;
}

/** What a missing value is shown as. */
const missing = "–";

/** Longest value shown, in characters; more stands in the cell's title. */
const maxValue = 120;

/** Most lines of one part; packages can be hundreds. */
const maxRows = 200;

/** Only what differs, part by part: facts, params, metrics with their difference, tags, environment, and the code line by line. */
export async function runDiffBundle(diff: RunDiff): Promise<MimeBundle> {
  const { labels, sections, notes, code } = await shownDiff(diff);
  return {
    data: {
      "text/html": html(labels, sections, notes, code),
      "text/plain": text(labels, sections, notes, code),
    },
  };
}

/** What is shown of a difference, in a notebook and on the page. */
export interface ShownDiff {
  /** What the two runs are called. */
  labels: string[];
  sections: DiffSection[];
  notes: string[];
  /** Line by line, or why there is none to see. */
  code: string | DiffLine[];
}

export async function shownDiff(diff: RunDiff): Promise<ShownDiff> {
  const labels = runLabels([diff.before.run.info, diff.after.run.info]);
  const sections = sectionsOf(diff);
  return {
    labels,
    sections: sections.map((section) => ({ ...section, rows: section.rows.slice(0, maxRows) })),
    notes: [...sameNotes(sections), ...leftOutNotes(sections)],
    code: await codeLines(diff, labels),
  };
}

/** What differs, as data: by part and name the value of the one and the other; undefined is missing. */
export interface RunDifferences {
  params: Record<string, [string | undefined, string | undefined]>;
  metrics: Record<string, [number | undefined, number | undefined]>;
  tags: Record<string, [string | undefined, string | undefined]>;
  environment: Record<string, [string | undefined, string | undefined]>;
  /** As a patch has it; "" when the code is the same or one of the runs has none. */
  code: string;
}

/** The same as data, for `const d = %diff a b` and JSON. */
export async function runDifferences({ before, after }: RunDiff): Promise<RunDifferences> {
  const lines = before.code === undefined || after.code === undefined ? [] : await diffLines(before.code, after.code);
  return {
    params: differing(before.run.data.params, after.run.data.params),
    metrics: differing(before.run.data.metrics, after.run.data.metrics),
    tags: differing(ownTags(before.run), ownTags(after.run)),
    environment: differing(before.environment ?? {}, after.environment ?? {}),
    code: lines === undefined ? "" : diffLinesText(lines),
  };
}

function sectionsOf({ before, after }: RunDiff): DiffSection[] {
  const [a, b] = [before.run, after.run];
  const kept = before.environment !== undefined && after.environment !== undefined;
  return [
    { title: "Run", rows: factRows(before, after), same: 0 },
    textSection("Params", a.data.params, b.data.params),
    metricSection(a, b),
    textSection("Tags", ownTags(a), ownTags(b)),
    textSection("Environment", kept ? before.environment : {}, kept ? after.environment : {}),
  ].filter(({ rows, same }) => rows.length + same > 0);
}

function factRows(before: RunSide, after: RunSide): DiffRow[] {
  const duration = ({ info }: RunRow) =>
    info.endTime === undefined ? undefined : formatDuration(info.endTime - info.startTime);
  const row = (name: string, of: (side: RunSide) => string | undefined): DiffRow => {
    return { name, values: [{ text: of(before) }, { text: of(after) }] };
  };
  return [
    row("id", ({ run }) => run.info.runId.slice(0, 8)),
    ...(before.experiment === after.experiment ? [] : [row("experiment", ({ experiment }) => experiment)]),
    row("status", ({ run }) => run.info.status),
    row("started", ({ run }) => formatTime(run.info.startTime)),
    row("duration", ({ run }) => duration(run)),
  ];
}

/** Tags that say where a run comes from, by shorter names, and a person's own; not what differs in any case, or is shown elsewhere. */
function ownTags({ data }: RunRow): Record<string, string> {
  const entries = Object.entries(data.tags).flatMap(([key, value]): Array<[string, string]> => {
    const short = own(sourceTags, key);
    if (short !== undefined) return [[short, value]];
    return /^(?:mlflow|runlab)\./.test(key) ? [] : [[key, value]];
  });
  return Object.fromEntries(entries);
}

const sourceTags: Readonly<Record<string, string>> = {
  "mlflow.source.name": "source",
  "mlflow.source.git.commit": "git commit",
  "mlflow.source.git.branch": "git branch",
  "runlab.git.dirty": "uncommitted changes",
  "mlflow.user": "user",
  "runlab.host": "host",
  "mlflow.note.content": "description",
};

function differing<T>(
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
): Record<string, [T | undefined, T | undefined]> {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const pairs = keys.map((key): [string, [T | undefined, T | undefined]] => [key, [own(before, key), own(after, key)]]);
  return Object.fromEntries(pairs.filter(([, [a, b]]) => !Object.is(a, b)));
}

function textSection(
  title: string,
  before: Readonly<Record<string, string>> = {},
  after: Readonly<Record<string, string>> = {},
): DiffSection {
  const pairs = Object.entries(differing(before, after));
  const cell = (value: string | undefined): DiffCell => {
    const shown = value === undefined ? undefined : clip(value, maxValue);
    return { text: shown, full: shown === value ? undefined : clip(value ?? "", 10 * maxValue) };
  };
  return {
    title,
    rows: pairs.map(([name, [a, b]]) => ({ name, values: [cell(a), cell(b)] })),
    same: Object.keys(before).filter((key) => Object.hasOwn(after, key)).length - pairs.filter(inBoth).length,
  };
}

function inBoth([, [a, b]]: readonly [string, readonly [unknown, unknown]]): boolean {
  return a !== undefined && b !== undefined;
}

/** The last values, with the better one marked. */
function metricSection({ data: before }: RunRow, { data: after }: RunRow): DiffSection {
  const pairs = Object.entries(differing(before.metrics, after.metrics));
  const rows = pairs.map(([name, [a, b]]): DiffRow => {
    const order = bestFirst(metricGoal(name))(a, b);
    const texts = formatNumberColumn([a, b].filter((value) => value !== undefined));
    const cell = (value: number | undefined, better: boolean): DiffCell => {
      if (value === undefined) return { text: undefined };
      const shown = texts.shift() ?? formatNumber(value);
      return { text: shown, full: shown === String(value) ? undefined : String(value), better };
    };
    const both = a !== undefined && b !== undefined;
    return {
      name,
      values: [cell(a, both && order < 0), cell(b, both && order > 0)],
      ...(both && Number.isFinite(a) && Number.isFinite(b) ? { difference: differenceText(a, b) } : {}),
    };
  });
  const common = Object.keys(before.metrics).filter((key) => Object.hasOwn(after.metrics, key)).length;
  return { title: "Metrics", rows, same: common - pairs.filter(inBoth).length };
}

/** "-0.5 (-14.3 %)" */
function differenceText(a: number, b: number): string {
  const sign = b > a ? "+" : "";
  const share =
    a === 0
      ? ""
      : ` (${sign === "" ? "" : "+"}${formatNumber(Number((((b - a) / Math.abs(a)) * 100).toPrecision(3)))} %)`;
  return `${sign}${formatNumber(b - a)}${share}`;
}

function sameNotes(sections: readonly DiffSection[]): string[] {
  const same = sections
    .filter((section) => section.same > 0)
    .map(({ title, same }) => `${title.toLowerCase()} ${same}`);
  return same.length === 0 ? [] : [`The same in both: ${same.join(", ")}.`];
}

function leftOutNotes(sections: readonly DiffSection[]): string[] {
  return sections
    .filter(({ rows }) => rows.length > maxRows)
    .map(({ title, rows }) => `${title}: showing ${maxRows} of ${rows.length} that differ.`);
}

/** The code of the two, or why there is none to see. */
async function codeLines({ before, after }: RunDiff, labels: readonly string[]): Promise<string | DiffLine[]> {
  if (before.code === undefined && after.code === undefined) return "Code: kept of neither run.";
  if (before.code === undefined || after.code === undefined) {
    return `Code: kept of ${labels[before.code === undefined ? 1 : 0]} alone.`;
  }
  const lines = await diffLines(before.code, after.code);
  if (lines === undefined) return "Code: too different to be shown line by line.";
  return lines.length === 0 ? "Code: the same in both." : lines;
}

function html(
  labels: readonly string[],
  sections: readonly DiffSection[],
  notes: readonly string[],
  code: string | readonly DiffLine[],
): string {
  const head = ["", ...labels, "difference"]
    .map((label) => `<th scope="col" style="${tableStyles.head}text-align:left">${escapeHtml(label)}</th>`)
    .join("");
  const bodies = sections
    .filter(({ rows }) => rows.length > 0)
    .map(
      ({ title, rows }) =>
        `<tbody><tr><th scope="rowgroup" colspan="4" style="${sectionStyle}">${title}</th></tr>${rows.map(rowHtml).join("")}</tbody>`,
    );
  const [a, b] = labels.map(escapeHtml);
  const codeHtml =
    typeof code === "string"
      ? `<div style="${tableStyles.note}">${escapeHtml(code)}</div>`
      : `<div style="${sectionStyle}">Code <span style="font-weight:400;opacity:0.8">- ${a} &nbsp; + ${b}</span></div>${diffLinesHtml(code)}`;
  return (
    `<div style="overflow-x:auto"><table style="${tableStyles.table}">` +
    `<caption style="${tableStyles.caption}">${escapeHtml(captionOf(labels))}</caption>` +
    `<thead><tr>${head}</tr></thead>${bodies.join("")}</table>` +
    `${notes.map((note) => `<div style="${tableStyles.note}">${escapeHtml(note)}</div>`).join("")}${codeHtml}</div>`
  );
}

function rowHtml({ name, values, difference = "" }: DiffRow): string {
  const cells = values.map(({ text, full, better }) => {
    const title = full === undefined ? "" : ` title="${escapeHtml(full)}"`;
    const shown = text === undefined ? missing : escapeHtml(text);
    const marked = better ? `<strong>${shown}</strong><span title="better" aria-label="better"> ★</span>` : shown;
    return `<td style="${valueStyle}"${title}>${marked}</td>`;
  });
  return (
    `<tr style="${tableStyles.row}"><th scope="row" style="${nameStyle}">${escapeHtml(name)}</th>${cells.join("")}` +
    `<td style="${valueStyle}">${escapeHtml(difference)}</td></tr>`
  );
}

function text(
  labels: readonly string[],
  sections: readonly DiffSection[],
  notes: readonly string[],
  code: string | readonly DiffLine[],
): string {
  const shown = ({ text: value = missing, better }: DiffCell) => (better ? `${value} *` : value);
  const [a = "", b = ""] = labels;
  const tables = sections
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, rows }): Table => {
      const differs = rows.some(({ difference }) => difference !== undefined);
      return {
        caption: title,
        columns: [{ label: "" }, { label: a }, { label: b }, ...(differs ? [{ label: "difference" }] : [])],
        rows: rows.map(({ name, values, difference }) => [
          name,
          ...values.map(shown),
          ...(differs ? [difference] : []),
        ]),
      };
    });
  const codeText =
    typeof code === "string" ? visible(code) : `Code (- ${visible(a)}, + ${visible(b)})\n${diffLinesText(code)}`;
  return [
    visible(captionOf(labels)),
    ...tables.map((table) => tableText(table, consoleWidth)),
    ...notes.map(visible),
    codeText,
  ].join("\n\n");
}

function captionOf([a, b]: readonly string[]): string {
  return `${a} and ${b}: what differs`;
}

const sectionStyle = "padding:8px 8px 2px 8px;text-align:left;font-weight:600;opacity:0.8";
const nameStyle = "padding:4px 8px 4px 16px;text-align:left;font-weight:400;overflow-wrap:anywhere;";
const valueStyle = "padding:4px 8px;text-align:left;overflow-wrap:anywhere;";
