import { formatNames } from "../../exports/export-formats.js";
import { importedText, importRuns as readRuns } from "../../exports/import-runs.js";
import { homePath } from "../../user-folders.js";
import { defineMagic } from "../define-magic.js";
import { say } from "../runtime/say.js";

/** `%import_runs cars.json`: runs that `%export` or MLflow's `to_csv` wrote come into the store. */
export const importRuns = defineMagic({
  name: "import_runs",
  kind: "line",
  summary:
    "Read runs from a file written by %export or by MLflow's search_runs().to_csv(); existing runs stay as they are",
  input: "args",
  args: [
    { name: "from", type: "string", doc: "The file", positional: true, required: true, complete: "file" },
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
      complete: formatNames,
    },
  ],
  lowering: "await",
  returns: "{ path: string; experiment: string; runs: number; skipped: number }",
  draws: true,
  examples: ["%import_runs cars.json", "%import_runs runs.csv experiment=cars"],
  async run({ from, experiment, format }, { session, output, assigned }) {
    const result = await readRuns(session, {
      from: homePath(from),
      experiment,
      format,
    });
    if (!assigned) say(output, importedText(result));
    return result;
  },
});
