import { exportedText, exportRuns } from "../../exports/export-runs.js";
import { type CliCommand, textOption, words } from "../command.js";
import { storeOptions, withStore } from "../store-session.js";

/** `runlab export`: the words of `%export`. */
export const exportCommand: CliCommand = {
  name: "export",
  summary: "Write runs to a JSON or CSV file: params, metrics, tags and history",
  arguments: [
    { name: "experiment", doc: "name or id; the one with the id 0 when left out" },
    { name: "runs", doc: "names, ids or beginnings of ids; all of the experiment when left out", variadic: true },
  ],
  options: [
    { flags: "--to <path>", doc: "the file; ./<experiment>-<date>.json when left out" },
    { flags: "--where <filter>", doc: 'a filter, also on named runs: "metrics.rmse < 3"' },
    { flags: "--format <format>", doc: "by the file's extension when left out", choices: ["json", "csv"] },
    { flags: "--force", doc: "overwrite a file that is there" },
    ...storeOptions,
  ],
  run: (input) =>
    withStore(input, async (session) => {
      const [word] = words(input, "experiment");
      const result = await exportRuns(session, {
        experiment: word,
        runs: words(input, "runs"),
        where: textOption(input, "where"),
        to: textOption(input, "to"),
        format: textOption(input, "format"),
        force: input.options.force === true,
      });
      input.io.print(input.options.json ? JSON.stringify(result, null, 2) : exportedText(result));
    }),
};
