import { isNotFound, TrackingError } from "../errors.js";
import { type MetricGoal, metricGoal } from "../metric-goal.js";
import { own } from "../own.js";
import { rankRuns, searchBest } from "../queries/best-run.js";
import { experimentMeant } from "../queries/find-experiment.js";
import { findAllRuns } from "../queries/find-run.js";
import { bothFilters, metricField, type QuerySource, searchPages } from "../queries/run-search.js";
import { runTables } from "../queries/run-tables.js";
import { wholeSummaries } from "../queries/whole-summaries.js";
import { compareRuns } from "../render/compare.js";
import type { Drawing } from "../render/drawing.js";
import { formatTime, plural } from "../render/format-value.js";
import { metricCurves } from "../render/metric-curves.js";
import type { MimeBundle } from "../render/mime-bundle.js";
import { runLabels } from "../render/rows.js";
import { runCard } from "../render/run-card.js";
import { keysByUse, runsTable } from "../render/runs-table.js";
import type { Table } from "../render/table.js";
import type { Experiment, Run } from "../tracking/types.js";

/** Which runs a report is of. */
export interface ReportRequest {
  /** Name or id; absent: the current one. */
  experiment?: string;
  /** Names, ids or beginnings of ids; all runs of a name; absent or empty: those of the experiment. */
  runs?: readonly string[];
  /** A filter that the runs must match, named ones too. */
  where?: string;
  /** Ranks the runs and leaves out those without it; of each metric there is a chart in any case. */
  metric?: string;
  /** Which way `metric` is better; default by its name. */
  goal?: MetricGoal;
  /** Most runs; the best by `metric`, else the newest. Default {@link defaultReportLimit}. */
  limit?: number;
}

export const defaultReportLimit = 50;

/** A report before it is written as HTML or Markdown. */
export interface Report {
  title: string;
  /** What the report is of, one line each. */
  facts: string[];
  /** About all runs. */
  sections: ReportSection[];
  /** One per run. */
  runs: ReportSection[];
}

export interface ReportSection {
  heading: string;
  parts: ReportPart[];
}

/** `name` of a chart: a plain word that no other chart of the report has. */
export type ReportPart =
  | { kind: "table"; table: Table }
  | { kind: "chart"; name: string; chart: Drawing }
  | { kind: "card"; card: MimeBundle }
  | { kind: "code"; code: string }
  | { kind: "text"; text: string };

/** Most curves: beyond that a report is no overview. */
const maxCurves = 8;

/** Points of all curves together, shared out among them: each costs some 80 bytes, and a report is sent by mail. */
const allPoints = 7000;

/** Most points of one chart; it is no wider than some hundred pixels. */
const maxPoints = 3000;

/** Longest code of one run, in characters. */
const maxCode = 20_000;

/**
 * Reads runs and draws them: a table of all, the comparison, a curve per metric that has one, and a card with params, metrics,
 * artifacts and code per run. A run that is removed meanwhile is left out, and the report says so.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when no run matches; INVALID_PARAMETER_VALUE for a filter that cannot be read
 */
export async function gatherReport(source: QuerySource, request: ReportRequest): Promise<Report> {
  const experiment = await experimentMeant(source, request.experiment);
  const { runs, notes } = await chosenRuns(source, experiment, request);
  return reportOf(source, experiment, { ...request, runs, notes });
}

/** What a report is of, besides its runs. */
export type ReportParts = Pick<ReportRequest, "where" | "metric" | "goal"> & {
  runs: readonly Run[];
  /** What is said below the title. */
  notes?: readonly string[];
  /** One more run has been read. */
  advance?(): void;
};

/** The report of these runs; one that is removed meanwhile is left out, and the report says so. */
export async function reportOf(source: QuerySource, experiment: Experiment, parts: ReportParts): Promise<Report> {
  const { runs, where, advance } = parts;
  await wholeSummaries(source, runs, shownFirst(runs, parts.metric));
  const notes = [...(parts.notes ?? [])];
  const labels = runLabels(runs.map(({ info }) => info));
  const codes = new Map<string, string>();
  const sections: ReportSection[] = [];
  const there: Run[] = [];
  for (const [at, run] of runs.entries()) {
    try {
      sections.push(await runSection(source, run, labels[at] ?? "", codes));
      there.push(run);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      notes.push(`Run ${labels[at]} was removed while the report was being written.`);
    }
    advance?.();
  }
  const description = own(experiment.tags, "mlflow.note.content");
  return {
    title: `Report: ${experiment.name}`,
    facts: [
      ...(description === undefined || description === "" ? [] : [description]),
      `${plural(there.length, "run")} of experiment ${experiment.name}${where === undefined ? "" : ` where ${where}`}. Written ${formatTime(Date.now())}.`,
      ...notes,
    ],
    sections: await overview(source, there, parts),
    runs: sections,
  };
}

async function chosenRuns(
  source: QuerySource,
  experiment: Experiment,
  { runs: words = [], where, metric, goal, limit = defaultReportLimit }: ReportRequest,
): Promise<{ runs: Run[]; notes: string[] }> {
  if (goal !== undefined && metric === undefined) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The goal '${goal}' is given without a metric.`, {
      hint: "Name the metric that it is about with the option metric, or leave the goal out.",
    });
  }
  if (!Number.isInteger(limit) || limit < 1) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The limit must be a whole number of 1 or more; got ${limit}.`);
  }
  const having = metric === undefined ? where : bothFilters(where, `${metricField(metric)} IS NOT NULL`);
  const scope = { experimentIds: [experiment.experimentId], filterString: having };
  const better = metric === undefined ? undefined : (goal ?? metricGoal(metric));
  let found: { runs: Run[]; more: boolean };
  if (words.length > 0) {
    const named = await findAllRuns(source, words, { experiment, where: having });
    const ranked = metric === undefined || better === undefined ? named : rankRuns(named, metric, better);
    found = { runs: ranked.slice(0, limit), more: ranked.length > limit };
  } else if (metric === undefined || better === undefined) {
    found = await searchPages(source, scope, limit);
  } else {
    found = await searchBest(source, scope, metric, better, limit);
  }
  if (found.runs.length === 0) {
    const matching = having === undefined ? "" : ` that matches ${having}`;
    throw new TrackingError(
      "RESOURCE_DOES_NOT_EXIST",
      `There is no run in experiment '${experiment.name}'${matching} to report.`,
    );
  }
  const kept = metric === undefined ? "newest" : "best";
  const by = metric === undefined ? "" : ` by ${metric} (${better})`;
  const notes = found.more ? [`Only the ${kept} ${limit} are shown${by}; raise limit to see more.`] : [];
  return { runs: found.runs, notes };
}

async function overview(
  source: QuerySource,
  runs: readonly Run[],
  request: Pick<ReportRequest, "metric" | "goal">,
): Promise<ReportSection[]> {
  const table = { kind: "table", table: { ...runsTable(runs), maxRows: runs.length } } as const;
  const sections: ReportSection[] = [{ heading: "Runs", parts: [table] }];
  if (runs.length > 1) {
    const metrics = request.metric === undefined ? {} : { metrics: [request.metric] };
    const goals =
      request.metric === undefined || request.goal === undefined ? {} : { goals: { [request.metric]: request.goal } };
    const { table: compared, chart } = compareRuns(runs, { ...metrics, ...goals });
    const parts: ReportPart[] = [{ kind: "table", table: { ...compared, maxRows: runs.length } }];
    if (chart !== undefined) parts.unshift({ kind: "chart", name: "comparison", chart });
    sections.push({ heading: "Comparison", parts });
  }
  const curves = await curveParts(source, runs);
  if (curves.length > 0) sections.push({ heading: "Curves", parts: curves });
  return sections;
}

/** The metrics of these runs: the one that ranks them, then those of most runs, and those of the machine last. */
function shownFirst(runs: readonly Run[], metric?: string): string[] {
  const rank = (key: string) => (key === metric ? 0 : key.startsWith("system/") ? 2 : 1);
  return keysByUse(runs.map(({ data }) => data.metrics)).sort((a, b) => rank(a) - rank(b));
}

/** One chart for each metric of which a run has more than one point, those of most runs first. */
async function curveParts({ client }: QuerySource, runs: readonly Run[]): Promise<ReportPart[]> {
  const long = (run: Run, key: string) => (own(run.metricSummaries, key)?.count ?? 0) > 1;
  const keys = shownFirst(runs).filter((key) => runs.some((run) => long(run, key)));
  const parts: ReportPart[] = [];
  const drawn = keys.slice(0, maxCurves);
  const limit = Math.min(maxPoints, Math.floor(allPoints / drawn.length));
  for (const [at, key] of drawn.entries()) {
    const series = [];
    for (const { info, data } of runs) {
      if (!Object.hasOwn(data.metrics, key)) continue;
      const points = await client.getMetricHistory(info.runId, key);
      series.push({
        runId: info.runId,
        runName: info.runName,
        points: points.sort((a, b) => a.step - b.step || a.timestamp - b.timestamp),
      });
    }
    parts.push({ kind: "chart", name: `curve-${at + 1}`, chart: metricCurves(key, series, { maxPoints: limit }) });
  }
  const left = keys.slice(maxCurves);
  if (left.length > 0) parts.push({ kind: "text", text: `Not drawn: the curves of ${left.join(", ")}.` });
  return parts;
}

async function runSection(
  source: QuerySource,
  run: Run,
  label: string,
  codes: Map<string, string>,
): Promise<ReportSection> {
  const tables = await runTables(source, run);
  const card = runCard(run, { error: run.data.tags["runlab.end_reason"], maxMetrics: 0 });
  const parts: ReportPart[] = [{ kind: "card", card }];
  parts.push(...tables.map((table) => ({ kind: "table", table }) as const));
  const code = await codeOf(source, run.info.runId);
  if (code !== undefined) {
    const same = codes.get(code);
    if (same === undefined) codes.set(code, label);
    parts.push(
      ...(same === undefined
        ? codeParts(code)
        : [{ kind: "text", text: `Code: the same as that of ${same}.` } as const]),
    );
  }
  return { heading: label, parts };
}

function codeParts(code: string): ReportPart[] {
  if (code.length <= maxCode) return [{ kind: "code", code }];
  return [
    { kind: "code", code: code.slice(0, maxCode).replace(/[\ud800-\udbff]$/, "") },
    { kind: "text", text: `The code is cut here: it has ${plural(code.length, "character")}.` },
  ];
}

/** The source of the cell that was the run. */
async function codeOf({ client }: QuerySource, runId: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await client.readArtifact(runId, "runlab/cell.ts"));
  } catch (error) {
    if (!isNotFound(error)) throw error;
    // A run without code; one that is gone is an error.
    await client.getRun(runId);
    return undefined;
  }
}
