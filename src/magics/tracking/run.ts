import type { CellValue } from "../../kernel/engine/engine.js";
import { modelLine, modelsOfRun } from "../../queries/run-tables.js";
import { runCard } from "../../render/run-card.js";
import { type ActiveRun, describe } from "../../tracking/active-run.js";
import { type ArgsOf, defineMagic } from "../define-magic.js";
import { callText, objectText } from "../language/script.js";
import type { Magic, MagicArg, MagicContext } from "../magic.js";
import { KeptOutput } from "../provenance/kept-output.js";
import { Provenance } from "../provenance/provenance.js";
import { say } from "../runtime/say.js";
import { cellOutcome, keepRecord, type RunRecord } from "./keep-record.js";
import { LiveCurve } from "./live-curve.js";

const runArgs = [
  {
    name: "name",
    type: "string",
    doc: "The run's name; default: a random one",
    complete: "run",
    positional: true,
    flagFirst: true,
  },
  {
    name: "experiment",
    type: "string",
    doc: "Experiment of this run and of later ones; created if needed",
    complete: "experiment",
  },
  { name: "tag", type: "string", prefix: true, doc: "A tag of the run: tag.family=linear", complete: "tag" },
  { name: "description", type: "string", doc: "What the run is about, shown on its page" },
  { name: "nested", type: "boolean", doc: "Make it a child of the active run" },
  {
    name: "keep_open",
    type: "boolean",
    doc: "Keep the run active after the cell, until endRun() or the next %%run",
  },
  {
    name: "live",
    type: "list",
    doc: "Draw the curve of a metric, or of a list of metrics, while the run is in progress",
    complete: "metric",
  },
  {
    name: "system_metrics",
    type: "boolean",
    doc: "Log CPU, memory, disk, network and GPU during the run, as system/…",
  },
  { name: "capture", type: "boolean", doc: "Log the cell's top-level const literals as params" },
] as const satisfies readonly MagicArg[];

type RunArgs = ArgsOf<typeof runArgs>;

/** Most models that a card lists. */
const maxModels = 5;

/** `%%run`: the cell is a run. A new run per execution; it never outlives its cell unless asked with `keep_open`. */
export const run: Magic = runMagic(new Provenance());

function runMagic(provenance: Provenance): Magic {
  return defineMagic({
    name: "run",
    kind: "cell",
    summary: "Make the cell a run that records what it logs, its source, output, git commit, duration and error",
    input: "args",
    body: "code",
    args: runArgs,
    lowering: "await",
    examples: [
      "%%run baseline",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the template is the user's
      "%%run name=`ElasticNet a=${alpha}` experiment=cars tag.family=linear",
      "%%run name=long live=loss",
      '%%run capture description="all columns, no scaling"',
    ],
    script({ arg, literal }) {
      const options = objectText({
        runName: arg("name"),
        nested: literal("nested") === true ? "true" : undefined,
        description: arg("description"),
        tags: arg("tag"),
      });
      const experiment = arg("experiment");
      return {
        calls: [...(experiment === undefined ? [] : [`setExperiment(${experiment})`]), callText("startRun", options)],
        after: literal("keep_open") === true ? [] : ["endRun()"],
      };
    },
    runCell: (args, context, body) => runCell(args, context, body, provenance),
  });
}

async function runCell(
  args: RunArgs,
  context: MagicContext,
  body: () => Promise<CellValue>,
  provenance: Provenance,
): Promise<CellValue> {
  const { cell } = context;
  const cwd = process.cwd();
  const lookUp = provenance.begin(cell, cwd);
  return startCellRun(args, context, provenance.tags(cell, cwd), async (active, notes) => {
    const output = new KeptOutput(cell);
    const curves = args.live.map((metric) => new LiveCurve(active, metric, context.output));
    const outcome = await cellOutcome(body, cell.signal);
    output.stop();
    const undrawn = await Promise.all(curves.map((curve) => curve.end()));
    const lookedUp = await lookUp.finish(outcome.status === "KILLED");
    const record: RunRecord = { outcome, output, lookedUp, capture: args.capture };
    const problems = [
      ...(await keepRecord(active, context, record)),
      ...undrawn.filter((problem) => problem !== undefined),
    ];
    const open = args.keep_open && outcome.status === "FINISHED";
    const failure = open ? undefined : await endFailure(() => active.end(outcome.status, { reason: outcome.reason }));
    const lost = outcome.status !== "FINISHED" && failure !== undefined ? [failure.reason] : [];
    const error = outcome.reason ?? failure?.reason;
    await showRunCard(active, context, { error, notes: [...notes, ...problems, ...lost] });
    if (outcome.status !== "FINISHED") throw outcome.error;
    if (failure !== undefined) throw failure.error;
    return outcome.value;
  });
}

/** What the end of a run threw: a log call that nobody awaited has failed, or the store has. */
async function endFailure(end: () => Promise<void>): Promise<{ error: unknown; reason: string } | undefined> {
  try {
    await end();
    return undefined;
  } catch (error) {
    return { error, reason: describe(error) };
  }
}

/**
 * Starts the run of a `%%run` cell and runs `body` with it active.
 * A run that is still open from earlier (started by a log call, by `startRun`, or kept open) ends first, unless `nested`.
 * @param tags - where the cell comes from; the header's own tags go over them
 */
async function startCellRun<T>(
  args: RunArgs,
  { session }: MagicContext,
  tags: Record<string, string>,
  body: (run: ActiveRun, notes: readonly string[]) => Promise<T>,
): Promise<T> {
  const { nested, description, experiment: experimentName } = args;
  const open = session.activeRun();
  const notes = open === undefined || nested ? [] : [await endOpenRun(open)];
  // What the next cells look at (`%runs`, `%compare`) is what was worked on last.
  if (experimentName !== undefined) await session.setExperiment(experimentName);
  const options = {
    runName: args.name,
    experimentName,
    nested,
    ...(args.system_metrics ? { logSystemMetrics: true } : {}),
    tags: {
      ...tags,
      ...(description === undefined ? {} : { "mlflow.note.content": description }),
      ...args.tag,
    },
  };
  if (args.keep_open) return body(await session.startRun(options), notes);
  return session.startRun(options, (run) => body(run, notes));
}

/** @returns a sentence for the new run's card */
async function endOpenRun(run: ActiveRun): Promise<string> {
  const name = `Run ${run.info.runName} (${run.runId.slice(0, 8)})`;
  try {
    await run.end();
    return `${name} was still open and has been ended.`;
  } catch (error) {
    return `${name} was still open and has been ended; ${describe(error)}`;
  }
}

/** The compact card under a run's cell: what is in the store now. Never rejects: the cell's own outcome comes after it. */
async function showRunCard(
  run: ActiveRun,
  { output, session }: MagicContext,
  options: { error?: string; notes: readonly string[] },
): Promise<void> {
  try {
    const kept = await session.getRun(run.runId);
    const { name } = await session.getExperiment(kept.info.experimentId);
    const models = (await modelsOfRun(session, kept)).map(modelLine);
    const more = models.length > maxModels ? [`${models.length - maxModels} more models`] : [];
    const notes = [...models.slice(0, maxModels), ...more, ...options.notes];
    output.display(runCard(kept, { experimentName: name, ...options, notes }));
  } catch (error) {
    const lines = [`Run ${run.info.runName} (${run.runId}) can't be read back: ${describe(error)}`, ...options.notes];
    say(output, `${lines.join("\n")}`, "stderr");
  }
}
