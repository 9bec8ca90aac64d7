import { isNotFound, RunlabError } from "../errors.js";
import { ModelSignature } from "../models/signature/signature.js";
import { signatureLines } from "../models/signature/signature-rows.js";
import { own } from "../own.js";
import { codeOfRun } from "../queries/diff-runs.js";
import { metricCurves } from "../queries/metric-curves.js";
import { filterText, type QuerySource } from "../queries/run-search.js";
import {
  artifactsTable,
  listFiles,
  modelsOfRun,
  type RunModel,
  recordTables,
  runModelsTable,
} from "../queries/run-tables.js";
import { wholeSummaries } from "../queries/whole-summaries.js";
import { besideSections, type CardSection, codeHtml, factsSection, tableSection } from "../render/card.js";
import { formatTime, plural } from "../render/format-value.js";
import type { MimeBundle } from "../render/mime-bundle.js";
import { runCard } from "../render/run-card.js";
import { signatureTable } from "../render/signature-table.js";
import type { Run } from "../tracking/types.js";
import { visibleText } from "../visible.js";
import { artifactPreviews } from "./artifact-preview.js";

type Source = Pick<QuerySource, "client">;

/** Most metrics whose curves are drawn. */
const maxCurves = 50;

/** Most characters of the code, in the card, and most lines in its text twin. */
const maxCode = 20_000;
const textLines = 40;

/** Nested runs that are counted. */
const counted = 1000;

/** All that is kept of a run, as one card: where it comes from, metrics, params, data, models, artifacts, code and tags. */
export async function runInfoCard(source: Source, run: Run): Promise<MimeBundle> {
  const { runId } = run.info;
  await wholeSummaries(source, [run], Object.keys(run.data.metrics));
  const [experiment, curves, models, files, code, lineage] = await Promise.all([
    source.client.getExperiment(run.info.experimentId),
    metricCurves(source, [run], maxCurves),
    modelsOfRun(source, run),
    listFiles(source, runId),
    codeOfRun(source, runId),
    lineageOf(source, run),
  ]);
  const { params, metrics, inputs, tags } = recordTables(run, curves);
  const filled = [metrics, params].filter(({ rows }) => rows.length > 0).map((table) => tableSection(table));
  const sections: CardSection[] = [
    factsSection([...sourceFacts(run), ...lineage]),
    ...(filled.length > 0 ? [besideSections(filled)] : []),
    ...[inputs, runModelsTable(models)].filter(({ rows }) => rows.length > 0).map((table) => tableSection(table)),
    ...models.flatMap(signatureSections),
    ...(files.files.length > 0 ? [tableSection(artifactsTable(run, files), { open: false })] : []),
    ...(await artifactPreviews(source, runId, files.files)),
    ...(code === undefined ? [] : [codeSection(code)]),
    ...(tags.rows.length > 0 ? [tableSection(tags, { open: false })] : []),
  ];
  return runCard(run, { ...runCardFacts(run), experimentName: experiment.name, sections });
}

/** What of a run's record goes into the head of its card. */
export function runCardFacts({ data }: Pick<Run, "data">): { error?: string; notes: string[]; maxMetrics: number } {
  const description = own(data.tags, "mlflow.note.content");
  return {
    error: own(data.tags, "runlab.end_reason"),
    notes: description === undefined || description === "" ? [] : [description],
    maxMetrics: 0,
  };
}

type Fact = readonly [name: string, value: string];

/** Where and when a run was made, as its tags say. */
export function sourceFacts({ info, data }: Pick<Run, "info" | "data">): Fact[] {
  const tag = (key: string) => own(data.tags, key);
  const commit = tag("mlflow.source.git.commit");
  const branch = tag("mlflow.source.git.branch");
  const git =
    commit === undefined
      ? undefined
      : `${commit.slice(0, 10)}${branch === undefined ? "" : ` on ${branch}`}${tag("runlab.git.dirty") === "true" ? ", with uncommitted changes" : ""}`;
  const cell = tag("runlab.cell.execution_count");
  const name = tag("mlflow.source.name");
  const facts: Array<[string, string | undefined]> = [
    [
      "started",
      `${formatTime(info.startTime)}${info.endTime === undefined ? "" : `, ended ${formatTime(info.endTime)}`}`,
    ],
    ["source", name === undefined ? undefined : `${name}${cell === undefined ? "" : `, cell ${cell}`}`],
    ["git commit", git],
    ["user", tag("mlflow.user") ?? (info.userId === "" ? undefined : info.userId)],
  ];
  return facts.flatMap(([key, value]): Fact[] => (value === undefined ? [] : [[key, value]]));
}

/** The run that this one is nested in, and how many are nested in it. */
async function lineageOf({ client }: Source, run: Run): Promise<Fact[]> {
  const parentId = own(run.data.tags, "mlflow.parentRunId");
  const nested = await client.searchRuns({
    experimentIds: [run.info.experimentId],
    filterString: `tags.\`mlflow.parentRunId\` = ${filterText(run.info.runId)}`,
    maxResults: counted,
  });
  const facts: Fact[] = [];
  if (parentId !== undefined) facts.push(["parent", await nameOf({ client }, parentId)]);
  if (nested.length > 0) {
    const more = nested.nextPageToken === undefined ? "" : " or more";
    const names = nested.slice(0, 3).map(({ info }) => info.runName);
    facts.push([
      "nested",
      `${plural(nested.length, "run")}${more}: ${names.join(", ")}${nested.length > 3 ? ", …" : ""}`,
    ]);
  }
  return facts;
}

async function nameOf({ client }: Source, runId: string): Promise<string> {
  try {
    return `${(await client.getRun(runId)).info.runName} (${runId.slice(0, 8)})`;
  } catch (error) {
    if (isNotFound(error)) return `${runId.slice(0, 8)}, which has been removed`;
    throw error;
  }
}

function signatureSections({ name, modelId, signature }: RunModel): CardSection[] {
  if (signature?.inputs === undefined) return [];
  const caption = `Signature of ${name ?? modelId}`;
  try {
    const rows = signatureLines(ModelSignature.fromJSON({ ...signature, inputs: signature.inputs }));
    return [tableSection(signatureTable(rows, { caption }), { open: true })];
  } catch (error) {
    // Of another version of MLflow, or damaged: the rest of the run is there to see all the same.
    if (!(error instanceof RunlabError)) throw error;
    return [factsSection([[caption, `cannot be read: ${error.message}`]])];
  }
}

function codeSection(code: string): CardSection {
  const lines = code.replace(/\n$/, "").split("\n");
  const cut = code.length > maxCode ? `${code.slice(0, maxCode)}…` : code;
  const rest = lines.length - textLines;
  const text = [...lines.slice(0, textLines), ...(rest > 0 ? [`… ${plural(rest, "more line")}`] : [])];
  const heading = `Code (${plural(lines.length, "line")})`;
  return { heading, open: false, html: codeHtml(cut), text: `${heading}\n${visibleText(text.join("\n"))}` };
}
