import type { CellValue } from "../../kernel/engine/engine.js";
import { describe } from "../../tracking/active-run.js";
import { callText, objectText } from "../language/script.js";
import type { Magic, MagicArgs, MagicContext } from "../magic.js";
import { KeptOutput } from "../provenance/kept-output.js";
import { Provenance } from "../provenance/provenance.js";
import { flag, textList } from "../runtime/read-args.js";
import { cellOutcome } from "./cell-outcome.js";
import { keepRecord, type RunRecord } from "./keep-record.js";
import { LiveCurve } from "./live-curve.js";
import { showRunCard } from "./show-run-card.js";
import { startCellRun } from "./start-cell-run.js";

/** `%%run`: the cell is a run. A new run per execution; it never outlives its cell unless asked with `keep_open`. */
export const run: Magic = runMagic(new Provenance());

function runMagic(provenance: Provenance): Magic {
  return {
    name: "run",
    kind: "cell",
    summary: "Make the cell a run: what it logs, its source, output, git commit, duration and error are kept",
    input: "args",
    body: "code",
    args: [
      { name: "name", type: "string", doc: "The run's name; made up when left out", complete: "run" },
      {
        name: "experiment",
        type: "string",
        doc: "Experiment of the run, and of what comes after it; made when there is none of that name",
        complete: "experiment",
      },
      { name: "tag", type: "string", prefix: true, doc: "A tag of the run: tag.family=linear", complete: "tag" },
      { name: "description", type: "string", doc: "What the run is about, shown on its page" },
      { name: "nested", type: "boolean", doc: "Make it a child of the active run" },
      {
        name: "keep_open",
        type: "boolean",
        doc: "Leave the run active after the cell, until endRun() or the next %%run",
      },
      {
        name: "live",
        type: "list",
        doc: "Draw the curve of a metric while the run goes on; a list for several",
        complete: "metric",
      },
      {
        name: "system_metrics",
        type: "boolean",
        doc: "Log CPU, memory, disk, network and GPU while the run goes on, as system/…",
      },
      { name: "capture", type: "boolean", doc: "Log the cell's top-level const literals as params" },
    ],
    lowering: "await",
    examples: [
      "%%run name=baseline",
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
  };
}

async function runCell(
  args: MagicArgs,
  context: MagicContext,
  body: () => Promise<CellValue>,
  provenance: Provenance,
): Promise<CellValue> {
  const { cell } = context;
  const cwd = process.cwd();
  const lookUp = provenance.begin(cell, cwd);
  return startCellRun(args, context, provenance.tags(cell, cwd), async (active, notes) => {
    const output = new KeptOutput(cell);
    const curves = textList(args, "live").map((metric) => new LiveCurve(active, metric, context.output));
    const outcome = await cellOutcome(body, cell.signal);
    output.stop();
    const undrawn = await Promise.all(curves.map((curve) => curve.end()));
    const lookedUp = await lookUp.finish(outcome.status === "KILLED");
    const record: RunRecord = { outcome, output, lookedUp, capture: flag(args, "capture") };
    const problems = [
      ...(await keepRecord(active, context, record)),
      ...undrawn.filter((problem) => problem !== undefined),
    ];
    const open = flag(args, "keep_open") && outcome.status === "FINISHED";
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
