import type { Magic } from "../magic.js";
import { requiredText } from "../runtime/read-args.js";
import { say } from "../runtime/say.js";
import { findRunOrExperiment, kindArg } from "./find-run-or-experiment.js";

/** `%restore baseline`: undoes `%delete`. */
export const restore: Magic = {
  name: "restore",
  kind: "line",
  summary: "Bring back a deleted run or experiment",
  input: "args",
  args: [{ name: "target", type: "string", doc: "Its name or id", positional: true, required: true }, kindArg],
  lowering: "await",
  draws: true,
  examples: ["%restore baseline", "%restore cars experiment"],
  async run(args, { session, output }) {
    const found = await findRunOrExperiment(session, requiredText("restore", args, "target"), args, "DELETED_ONLY");
    if (found.kind === "run") await session.restoreRun(found.id);
    else await session.restoreExperiment(found.id);
    say(output, `Restored ${found.label}.`);
  },
};
