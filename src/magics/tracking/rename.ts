import { defineMagic } from "../define-magic.js";
import { say } from "../runtime/say.js";
import { findRunOrExperiment, kindArg } from "./find-run-or-experiment.js";

/** `%rename baseline first_try`, `%rename cars autos experiment`. */
export const rename = defineMagic({
  name: "rename",
  kind: "line",
  summary: "Rename a run or an experiment",
  input: "args",
  args: [
    { name: "from", type: "string", doc: "Its name or id", positional: true, required: true, complete: "run" },
    { name: "to", type: "string", doc: "The new name", positional: true, required: true },
    kindArg,
  ],
  lowering: "await",
  draws: true,
  examples: ["%rename baseline first_try", '%rename 0 "2026-11-24" experiment'],
  async run({ from, to, experiment }, { session, output }) {
    const found = await findRunOrExperiment(session, from, experiment, "ACTIVE_ONLY");
    if (found.kind === "run") await session.client.renameRun(found.id, to);
    else await session.renameExperiment(found.id, to);
    say(output, `Renamed ${found.label} to '${to}'.`);
  },
});
