import { defineMagic } from "../define-magic.js";
import { say } from "../runtime/say.js";
import { findRunOrExperiment, kindArg } from "./find-run-or-experiment.js";

/** `%restore baseline`: undoes `%delete`. */
export const restore = defineMagic({
  name: "restore",
  kind: "line",
  summary: "Bring back a deleted run or experiment",
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
