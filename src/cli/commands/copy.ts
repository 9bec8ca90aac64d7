import { TrackingError } from "../../errors.js";
import { copiedText, copyStore } from "../../exports/copy/copy-store.js";
import { openTarget, resolveExistingUri } from "../../stores/open.js";
import { sharedSession } from "../../stores/shared-session.js";
import { TrackingClient } from "../../tracking/client.js";
import { type CliCommand, textOption, words } from "../command.js";

/** `runlab copy`: everything of a store, in another one. */
export const copy: CliCommand = {
  name: "copy",
  summary: "Copy experiments, runs, files and models from one store to another; copying again completes and adds",
  arguments: [
    {
      name: "from",
      doc: "the store to copy from: a folder, a database (sqlite:///mlflow.db) or the address of a tracking server",
      required: true,
    },
    { name: "to", doc: "the store to copy to; a folder named mlruns becomes one of MLflow's", required: true },
  ],
  options: [
    { flags: "--where <filter>", doc: "only runs that this filter holds for; registered models are left out" },
    { flags: "--experiment <name>", doc: "only this experiment; registered models are left out" },
    { flags: "--json", doc: "print JSON, for scripts" },
  ],
  async run(input) {
    const [from = ""] = words(input, "from");
    const [to = ""] = words(input, "to");
    const session = sharedSession();
    const experiment = textOption(input, "experiment");
    const source = session.clientFor(resolveExistingUri(from));
    const target = new TrackingClient(openTarget(to));
    try {
      const result = await copyStore(source, target, {
        where: textOption(input, "where"),
        ...(experiment === undefined ? {} : { experiments: [experiment] }),
        say: (line) => input.io.note(line),
      });
      if (input.options.json) input.io.print(JSON.stringify(result, null, 2));
      else for (const line of copiedText(result)) input.io.print(line);
      if (result.differ.length === 0) return;
      throw new TrackingError("RESOURCE_CONFLICT", `${to} has something else already: ${result.differ.join("; ")}.`, {
        hint: "These stay as they are; everything else was copied.",
      });
    } finally {
      await target.store.close();
      await session.close();
    }
  },
};
