import type { CellValue } from "../../kernel/engine/engine.js";
import { plural } from "../../render/format-value.js";
import { trialName } from "../../sweeps/trial-name.js";
import { TrialPruned } from "../../sweeps/trial-pruned.js";
import { InProcessQueue, type Trial, type TrialEnd } from "../../sweeps/trial-queue.js";
import { type ActiveRun, describe } from "../../tracking/active-run.js";
import type { MagicContext } from "../magic.js";
import { KeptOutput } from "../provenance/kept-output.js";
import type { Provenance } from "../provenance/provenance.js";
import { say } from "../runtime/say.js";
import { endFailure, showRunCard, startCellRun } from "./cell-run.js";
import { cellOutcome, keepRecord } from "./keep-record.js";
import { LiveCurve } from "./live-curve.js";
import type { SweepArgs } from "./sweep-args.js";
import { planSweep, type SweepPlan } from "./sweep-plan.js";
import { showSweep } from "./sweep-report.js";
import { earlierTrials, findSweep, prunedTag, sweepIdTag, sweepTag, trialTag } from "./sweep-resume.js";

/** Failed trials that are told of one by one. */
const mostToldOf = 5;

/** How the trials of one execution of the cell went. */
interface Tally {
  ends: Record<TrialEnd, number>;
  /** The first error of a trial. */
  error?: unknown;
}

/** What a trial's watch has found. */
interface Pruned {
  /** Undefined as long as the trial may go on. */
  step: number | undefined;
  /** Rejects when the log call that was to end the body stood in a timer, from where it cannot. */
  readonly stray: Promise<never>;
  /** Lets what a timer logs from now on pass. */
  stop(): void;
}

/** Runs the trials of a `%%sweep` cell under a parent run, and shows how they compare. */
export async function runSweep(
  args: SweepArgs,
  context: MagicContext,
  body: () => Promise<CellValue>,
  provenance: Provenance,
): Promise<CellValue> {
  const plan = planSweep(args);
  const { cell, session } = context;
  const cwd = process.cwd();
  const found = args.resume ? await findSweep(session, plan, args) : undefined;
  const lookUp = provenance.begin(cell, cwd);
  const tags = { ...provenance.tags(cell, cwd), [sweepTag]: plan.text.slice(0, 1000), [sweepIdTag]: plan.id };
  const parent = {
    name: found === undefined ? args.name : undefined,
    experiment: args.experiment,
    runId: found?.info.runId,
  };
  return startCellRun(parent, context, tags, async (active, started) => {
    const output = new KeptOutput(cell);
    const curves = args.live.map((metric) => new LiveCurve(metric, context.output, context.services.colours));
    const sweep = new Sweep(plan, context, { parent: active, curves, body });
    const earlier = found === undefined ? [] : await earlierTrials(session, found);
    const tally = await sweep.run(earlier);
    output.stop();
    const undrawn = await Promise.all(curves.map((curve) => curve.end()));
    const killed = cell.signal.aborted;
    const lookedUp = await lookUp.finish(killed);
    const failed = !killed && tally.ends.finished + tally.ends.pruned === 0 && tally.error !== undefined;
    const reason = killed
      ? "interrupted by the user"
      : failed
        ? `Every trial failed: ${describe(tally.error)}`
        : undefined;
    const outcome =
      reason === undefined
        ? { status: "FINISHED" as const, value: { hasValue: false, value: undefined } }
        : {
            status: killed ? ("KILLED" as const) : ("FAILED" as const),
            error: killed ? cell.signal.reason : tally.error,
            reason,
          };
    const problems = await keepRecord(active, context, { outcome, output, lookedUp, capture: false });
    const failure = await endFailure(() => active.end(outcome.status, { reason }));
    const shown = await showSweep(active, context, plan).catch((error: unknown) => [
      `Could not compare: ${describe(error)}`,
    ]);
    const notes = [...started, tallyText(tally, plan, earlier.length), ...plan.notes, ...shown, ...problems];
    notes.push(...undrawn.filter((problem) => problem !== undefined));
    await showRunCard(active, context, { error: reason ?? failure?.reason, notes });
    if (outcome.status !== "FINISHED") throw outcome.error;
    if (failure !== undefined) throw failure.error;
    return outcome.value;
  });
}

/** The trials of one sweep, as they run. */
class Sweep {
  readonly #plan: SweepPlan;
  readonly #context: MagicContext;
  readonly #parts: { parent: ActiveRun; curves: readonly LiveCurve[]; body: () => Promise<CellValue> };
  readonly #queue: InProcessQueue;
  readonly #tally: Tally = { ends: { finished: 0, failed: 0, pruned: 0, killed: 0 } };

  constructor(
    plan: SweepPlan,
    context: MagicContext,
    parts: { parent: ActiveRun; curves: readonly LiveCurve[]; body: () => Promise<CellValue> },
  ) {
    this.#plan = plan;
    this.#context = context;
    this.#parts = parts;
    this.#queue = new InProcessQueue(plan.pruner);
  }

  /** Resolves when no trial is left, or the user has interrupted the cell. @param earlier - numbers of trials that need not run */
  async run(earlier: ReadonlyArray<{ trial: number; runId: string; pruned: boolean }>): Promise<Tally> {
    const { trials, parallel, metric } = this.#plan;
    const { session, cell } = this.#context;
    const over = new Set(earlier.map(({ trial }) => trial));
    for (const { trial: number, runId, pruned } of earlier) {
      const trial = trials[number];
      if (this.#plan.pruner === undefined || metric === undefined || pruned || trial === undefined) continue;
      for (const { step, value } of await session.getMetricHistory(runId, metric))
        this.#queue.report(trial, step, value);
      await this.#queue.end(trial, "finished");
    }
    await this.#queue.enqueue(trials.filter(({ number }) => !over.has(number)));
    const progress = session.startProgress({ label: "sweep", total: trials.length, before: over.size });
    const work = async (): Promise<void> => {
      while (!cell.signal.aborted) {
        const trial = await this.#queue.take();
        if (trial === undefined) return;
        const how = await this.#runTrial(trial);
        this.#tally.ends[how] += 1;
        await this.#queue.end(trial, how);
        if (how !== "killed") progress.advance();
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(parallel, trials.length) }, work));
    } finally {
      progress.end();
    }
    return this.#tally;
  }

  #runTrial(trial: Trial): Promise<TrialEnd> {
    const { session, cell, runTrial } = this.#context;
    const { parent, curves, body } = this.#parts;
    const name = trialName(trial.params);
    const options = {
      runName: name,
      nested: true,
      parentRunId: parent.runId,
      tags: { [trialTag]: String(trial.number) },
    };
    const inRun = async (run: ActiveRun): Promise<TrialEnd> => {
      for (const curve of curves) curve.watch(run);
      const pruned = this.#watch(trial, run);
      const outcome = await cellOutcome(async () => {
        await run.logParams(trial.params);
        return Promise.race([runTrial(trial.params, body), pruned.stray]);
      }, cell.signal);
      // A pruned trial's timers end at their log calls, as its body has.
      if (pruned.step === undefined) pruned.stop();
      if (outcome.status !== "KILLED" && pruned.step !== undefined) {
        await run.setTag(prunedTag, "true");
        await run.end("KILLED", { reason: `pruned at step ${pruned.step}` });
        return "pruned";
      }
      const failure = await endFailure(() => run.end(outcome.status, { reason: outcome.reason }));
      if (outcome.status === "KILLED") return "killed";
      const failed = outcome.status === "FAILED" ? { error: outcome.error, reason: outcome.reason } : failure;
      if (failed === undefined) return "finished";
      this.#tellFailure(name, failed);
      return "failed";
    };
    return session.startRun(options, inRun);
  }

  /** Reports what the trial logs, and ends its body in the log call when it should stop. */
  #watch(trial: Trial, run: ActiveRun): Pruned {
    const { metric, pruner } = this.#plan;
    let end: (error: TrialPruned) => void = () => undefined;
    const stray = new Promise<never>((_, reject) => {
      end = reject;
    });
    // Often nobody waits for it any more.
    stray.catch(() => undefined);
    const seen: Pruned = { step: undefined, stray, stop: () => undefined };
    if (metric === undefined || pruner === undefined) return seen;
    seen.stop = run.watchMetrics((metrics) => {
      const ofMetric = metrics.filter(({ key }) => key === metric);
      for (const { step, value } of ofMetric)
        if (seen.step === undefined && this.#queue.report(trial, step, value)) seen.step = step;
      if (seen.step !== undefined && ofMetric.length > 0) throw new TrialPruned(metric, seen.step, end);
    });
    return seen;
  }

  #tellFailure(name: string, { error, reason }: { error: unknown; reason: string }): void {
    this.#tally.error ??= error;
    const before = this.#tally.ends.failed;
    if (before < mostToldOf) say(this.#context.output, `Trial ${name} failed: ${reason}`, "stderr");
    else if (before === mostToldOf)
      say(this.#context.output, "More trials failed; see the status of their runs.", "stderr");
  }
}

function tallyText({ ends }: Tally, { trials }: SweepPlan, earlier: number): string {
  const parts = Object.entries(ends).flatMap(([how, count]) => (count > 0 ? [`${count} ${how}`] : []));
  if (earlier > 0) parts.unshift(`${earlier} done earlier`);
  const left = trials.length - earlier - Object.values(ends).reduce((sum, count) => sum + count, 0);
  if (left > 0) parts.push(`${left} not started`);
  return `${plural(trials.length, "trial")}: ${parts.join(", ")}.`;
}
