import { TrackingError } from "../../errors.js";
import { defineMagic } from "../define-magic.js";
import { quoted, say } from "../runtime/say.js";
import { findRunOrExperiment, kindArg } from "./find-run-or-experiment.js";

/** `%delete baseline`: marked as deleted; `%restore` brings it back. */
export const deleteMagic = defineMagic({
  name: "delete",
  kind: "line",
  summary: "Delete a run or an experiment; it can be restored with %restore",
  input: "args",
  args: [
    { name: "target", type: "string", doc: "Its name or id", positional: true, required: true, complete: "run" },
    kindArg,
  ],
  lowering: "await",
  draws: true,
  examples: ["%delete baseline", "%delete cars experiment"],
  async run({ target: word, experiment }, { session, output }) {
    const found = await findRunOrExperiment(session, word, experiment, "ACTIVE_ONLY");
    if (found.kind === "run") {
      if (session.openRuns().some(({ runId }) => runId === found.id)) {
        throw new TrackingError("INVALID_STATE", `${found.label} is still open in this session.`, {
          hint: "End it first with endRun().",
        });
      }
      await session.deleteRun(found.id);
      say(output, `Deleted ${found.label}. To restore it: %restore ${found.id.slice(0, 12)}`);
    } else {
      await session.deleteExperiment(found.id);
      const current = await session.currentExperiment();
      const active = current.experimentId === found.id ? " New runs need another experiment until then." : "";
      say(output, `Deleted ${found.label} and its runs. To restore it: %restore ${quoted(word)} experiment.${active}`);
    }
  },
});

/** `%restore baseline`: undoes `%delete`. */
export const restore = defineMagic({
  name: "restore",
  kind: "line",
  summary: "Restore a deleted run or experiment",
  input: "args",
  args: [{ name: "target", type: "string", doc: "Its name or id", positional: true, required: true }, kindArg],
  lowering: "await",
  draws: true,
  examples: ["%restore baseline", "%restore cars experiment"],
  async run({ target, experiment }, { session, output }) {
    const found = await findRunOrExperiment(session, target, experiment, "DELETED_ONLY");
    if (found.kind === "run") await session.restoreRun(found.id);
    else await session.restoreExperiment(found.id);
    say(output, `Restored ${found.label}.`);
  },
});
