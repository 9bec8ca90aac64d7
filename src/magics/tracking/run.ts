import type { CellValue } from "../../kernel/engine/engine.js";
import { type ArgsOf, defineMagic } from "../define-magic.js";
import { callText, objectText } from "../language/script.js";
import type { Magic, MagicArg, MagicContext } from "../magic.js";
import { KeptOutput } from "../provenance/kept-output.js";
import { Provenance } from "../provenance/provenance.js";
import { endFailure, showRunCard, startCellRun } from "./cell-run.js";
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
    const curves = args.live.map((metric) => new LiveCurve(metric, context.output, context.services.colours));
    for (const curve of curves) curve.watch(active);
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
