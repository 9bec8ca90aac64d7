import { TrackingError } from "../../errors.js";
import { runCard } from "../../render/run-card.js";
import { type Table, tableBundle } from "../../render/table.js";
import type { TrackingSession } from "../../tracking/session.js";
import type { FileInfo, Run } from "../../tracking/types.js";
import type { Magic, MagicContext } from "../magic.js";
import { optionalText } from "../read-args.js";
import { findRun } from "./find-run.js";

/** `%run_info baseline`: all that is kept of a run; alone, of the active or last one. */
export const runInfo: Magic = {
  name: "run_info",
  kind: "line",
  summary: "Show all that is kept of a run: params, metrics, tags, inputs and artifacts",
  input: "args",
  args: [
    {
      name: "run",
      type: "string",
      doc: "Name, id or beginning of an id; the active run, else the last one, when left out",
      positional: true,
      complete: "run",
    },
  ],
  lowering: "await",
  returns: "Run",
  draws: true,
  examples: ["%run_info", "%run_info baseline", "const run = %run_info 4f1c22aa"],
  async run(args, context) {
    const run = await chosenRun(context.session, optionalText(args, "run"));
    if (!context.assigned) await show(run, context);
    return run;
  },
};

async function chosenRun(session: TrackingSession, word: string | undefined): Promise<Run> {
  if (word !== undefined) return findRun(session, word, { several: "newest", viewType: "ALL" });
  const last = await session.lastActiveRun();
  if (last !== undefined) return last;
  throw new TrackingError("RESOURCE_DOES_NOT_EXIST", "No run has been started in this session.", {
    hint: "Name one: %run_info NAME. %runs lists them.",
  });
}

async function show(run: Run, { session, output }: MagicContext): Promise<void> {
  const [experiment, files] = await Promise.all([
    session.getExperiment(run.info.experimentId),
    listFiles(session, run.info.runId),
  ]);
  const error = run.data.tags["runlab.error"] ?? run.data.tags["runlab.end_reason"];
  output.display(runCard(run, { experimentName: experiment.name, error, maxMetrics: 0 }));
  for (const table of runTables(run, files)) if (table.rows.length > 0) output.display(tableBundle(table));
}

export function runTables(run: Run, files: readonly FileInfo[]): Table[] {
  const pairs = (caption: string, values: Readonly<Record<string, string>>): Table => ({
    caption,
    columns: [
      { label: "name", rowHeader: true },
      { label: "value", type: "code" },
    ],
    rows: Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)),
  });
  const metrics = Object.entries(run.data.metrics).map(([key, last]) => {
    const summary = run.metricSummaries[key];
    return [key, last, summary?.min?.value, summary?.max?.value, summary?.last.step, summary?.count];
  });
  const number = (label: string) => ({ label, type: "number" as const });
  return [
    pairs("Params", run.data.params),
    {
      caption: "Metrics",
      columns: [{ label: "name", rowHeader: true }, ...["last", "min", "max", "step", "points"].map(number)],
      rows: metrics,
    },
    {
      caption: "Inputs",
      columns: [
        { label: "dataset", rowHeader: true },
        { label: "digest", type: "code" },
        { label: "context" },
        { label: "source" },
      ],
      rows: run.inputs.datasetInputs.map(({ dataset, tags }) => [
        dataset.name,
        dataset.digest,
        tags["mlflow.data.context"],
        dataset.source,
      ]),
    },
    pairs("Tags", run.data.tags),
    {
      caption: "Artifacts",
      columns: [{ label: "path", rowHeader: true }, number("bytes")],
      rows: files.map(({ path, fileSize }) => [path, fileSize]),
      notes: [run.info.artifactUri],
    },
  ];
}

/** Most artifacts listed; a folder of ten thousand pictures is not looked through for a table. */
const maxFiles = 500;

export async function listFiles(session: TrackingSession, runId: string): Promise<FileInfo[]> {
  const files: FileInfo[] = [];
  const folders: Array<string | undefined> = [undefined];
  while (folders.length > 0 && files.length < maxFiles) {
    for (const entry of await session.listArtifacts(runId, folders.shift())) {
      if (entry.isDir) folders.push(entry.path);
      else files.push(entry);
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
