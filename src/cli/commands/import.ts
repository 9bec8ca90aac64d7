import { readNames } from "../../exports/export-formats.js";
import { importedText, importRuns } from "../../exports/import-runs.js";
import type { WorkOptions } from "../../tracking/progress.js";
import { type CliCommand, textOption, words } from "../command.js";
import { progressLine } from "../progress-line.js";
import { storeOptions, withStore } from "../store-session.js";

/** `runlab import`: the words of `%import_runs`. */
export const importCommand: CliCommand = {
  name: "import",
  summary:
    "Read runs that export, MLflow's search_runs().to_csv() or TensorBoard wrote; existing runs stay as they are",
  arguments: [{ name: "from", doc: "the file, or a folder of TensorBoard logs", required: true }],
  options: [
    { flags: "--experiment <name>", doc: "the experiment to import into; default: the one named in the file" },
    { flags: "--format <format>", doc: "default: by the file's extension", choices: readNames },
    ...storeOptions,
  ],
  run: (input) =>
    withStore(
      input,
      async (session) => {
        const [from = ""] = words(input, "from");
        const request = { from, experiment: textOption(input, "experiment"), format: textOption(input, "format") };
        const startProgress = (options: WorkOptions) => session.startProgress(options, progressLine(process.stderr));
        const result = await importRuns(session, request, { startProgress });
        input.io.print(input.options.json ? JSON.stringify(result, null, 2) : importedText(result));
      },
      { mayBegin: true },
    ),
};
