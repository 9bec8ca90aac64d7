import { TrackingError } from "../../errors.js";
import { findRun } from "../../queries/find-run.js";
import { runInfoCard } from "../../reports/run-info.js";
import type { Run } from "../../tracking/types.js";
import { defineMagic } from "../define-magic.js";
import type { MagicContext } from "../magic.js";
import { magicHints, sayIn } from "../runtime/say.js";

/** `%run_info baseline`: all that is kept of a run; alone, of the active or last one. */
export const runInfo = defineMagic({
  name: "run_info",
  kind: "line",
  summary:
    "Show everything that is recorded of a run as one card: source, metrics, params, data, models, artifacts, code",
  input: "args",
  args: [
    {
      name: "run",
      type: "string",
      doc: "Name, id or id prefix; default: the active run, otherwise the last one",
      positional: true,
      complete: "run",
    },
  ],
  lowering: "await",
  returns: "Run",
  draws: true,
  examples: ["%run_info", "%run_info baseline", "const run = %run_info 4f1c22aa"],
  async run({ run: word }, context) {
    const run = await chosenRun(context, word);
    if (!context.assigned) context.output.display(await runInfoCard(context.session, run));
    return run;
  },
});

async function chosenRun(context: MagicContext, word: string | undefined): Promise<Run> {
  const { session } = context;
  if (word !== undefined) {
    return findRun(session, word, { several: "newest", viewType: "ALL", hints: magicHints, say: sayIn(context) });
  }
  const last = await session.lastActiveRun();
  if (last !== undefined) return last;
  throw new TrackingError("RESOURCE_DOES_NOT_EXIST", "No run has been started in this session.", {
    hint: "Name one: %run_info NAME. %runs lists them.",
  });
}
