import { modelLine, modelsOfRun } from "../../queries/run-tables.js";
import { runCard } from "../../render/run-card.js";
import { type ActiveRun, describe } from "../../tracking/active-run.js";
import type { MagicContext } from "../magic.js";
import { say } from "../runtime/say.js";

/** Most models that a card lists. */
const maxModels = 5;

/** The compact card under a run's cell: what is in the store now. Never rejects: the cell's own outcome comes after it. */
export async function showRunCard(
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
