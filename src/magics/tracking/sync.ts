import { checkSynced, syncLines } from "../../tracking/sync-report.js";
import { defineMagic } from "../define-magic.js";
import { say } from "../runtime/say.js";

/** `%sync`: what waits because a server was away goes to it now. */
export const sync = defineMagic({
  name: "sync",
  kind: "line",
  summary: "Send what waits on this machine because the tracking server was away, also from earlier sessions",
  input: "args",
  args: [
    {
      name: "force",
      type: "boolean",
      doc: "also what processes on other hosts have left in a shared folder; they must have ended",
    },
  ],
  lowering: "await",
  draws: true,
  examples: ["%sync"],
  async run({ force = false }, { session, output }) {
    const { uri, outbox } = session.store;
    if (outbox === undefined) {
      say(output, `Runs are stored in ${uri}, where nothing has to be sent.`);
      return;
    }
    const result = await outbox.sync({ force });
    for (const line of syncLines(uri, result)) say(output, line);
    checkSynced(uri, result);
  },
});
