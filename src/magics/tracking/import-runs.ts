import { readNames } from "../../exports/export-formats.js";
import { importedText, importRuns as readRuns } from "../../exports/import-runs.js";
import { homePath } from "../../user-folders.js";
import { defineMagic } from "../define-magic.js";
import { say } from "../runtime/say.js";

/** `%import_runs cars.zip`: runs that `%export` or other tools wrote come into the store. */
export const importRuns = defineMagic({
  name: "import_runs",
  kind: "line",
  summary:
    "Read runs that %export, MLflow's search_runs().to_csv() or TensorBoard wrote; existing runs stay as they are",
  input: "args",
  args: [
    {
      name: "from",
      type: "string",
      doc: "The file, or a folder of TensorBoard logs",
      positional: true,
      required: true,
      complete: "file",
    },
    {
      name: "experiment",
      type: "string",
      doc: "The experiment to import into, created if needed; default: the one named in the file",
      complete: "experiment",
    },
    {
      name: "format",
      type: "string",
      doc: "Default: by the file's extension",
      complete: readNames,
    },
  ],
  lowering: "await",
  returns: "{ path: string; experiment: string; runs: number; copied: number; skipped: number; notes: string[] }",
  draws: true,
  examples: ["%import_runs cars.zip", "%import_runs runs.csv experiment=cars", "%import_runs logs/"],
  async run({ from, experiment, format }, { session, output, assigned }) {
    const result = await readRuns(
      session,
      { from: homePath(from), experiment, format },
      { startProgress: (options) => session.startProgress(options) },
    );
    if (!assigned) say(output, importedText(result));
    return result;
  },
});
