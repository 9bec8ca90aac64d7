import { RunlabError } from "../../errors.js";
import { spooledStores, spoolRoot } from "../../stores/spool/spool-folder.js";
import { checkSynced, syncLines } from "../../tracking/sync-report.js";
import { type CliCommand, textOption } from "../command.js";
import { storeOptions, withStore } from "../store-session.js";

/** `runlab sync`: the words of `%sync`, for every server. */
export const sync: CliCommand = {
  name: "sync",
  summary: "Send what waits on this machine because a tracking server was away",
  options: [
    { flags: "--force", doc: "also what processes on other hosts have left in a shared folder; they must have ended" },
    ...storeOptions.map((option) =>
      option.flags.startsWith("--tracking-uri")
        ? { ...option, doc: "only to this server; default: to every server that something waits for" }
        : option,
    ),
  ],
  async run(input) {
    const only = textOption(input, "trackingUri");
    const root = spoolRoot();
    const uris = only !== undefined ? [only] : root === undefined ? [] : spooledStores(root);
    if (uris.length === 0) input.io.note("Nothing is waiting.");
    const failures: unknown[] = [];
    for (const trackingUri of uris) {
      const options = { ...input.options, trackingUri };
      await withStore({ ...input, options }, async ({ store: { uri, outbox } }) => {
        const result = await outbox?.sync({ force: input.options.force === true });
        if (result === undefined) return;
        if (input.options.json)
          input.io.print(JSON.stringify({ uri, ...result, failures: result.failures.map(toText) }));
        else for (const line of syncLines(uri, result)) input.io.print(line);
        checkSynced(uri, result);
      }).catch((error: unknown) => {
        // The other servers get theirs.
        failures.push(error);
      });
    }
    if (failures.length > 0) throw failures[0];
  },
};

function toText(error: unknown): { code?: string; message: string } {
  if (error instanceof RunlabError) return { code: error.code, message: error.message };
  return { message: String(error) };
}
