import { formatNames } from "../../exports/export-formats.js";
import { importedText, importRuns } from "../../exports/import-runs.js";
import { type CliCommand, textOption, words } from "../command.js";
import { storeOptions, withStore } from "../store-session.js";

/** `runlab import`: the words of `%import_runs`. */
export const importCommand: CliCommand = {
  name: "import",
  summary:
    "Read runs from a file written by export or by MLflow's search_runs().to_csv(); existing runs stay as they are",
  arguments: [{ name: "from", doc: "the file", required: true }],
  options: [
    { flags: "--experiment <name>", doc: "the experiment to import into; default: the one named in the file" },
    { flags: "--format <format>", doc: "default: by the file's extension", choices: formatNames },
    ...storeOptions,
  ],
  run: (input) =>
    withStore(input, async (session) => {
      const [from = ""] = words(input, "from");
      const result = await importRuns(session, {
        from,
        experiment: textOption(input, "experiment"),
        format: textOption(input, "format"),
      });
      input.io.print(input.options.json ? JSON.stringify(result, null, 2) : importedText(result));
    }),
};
