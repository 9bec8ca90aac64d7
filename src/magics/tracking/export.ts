import { exportedText, exportRuns } from "../../exports/export-runs.js";
import { homePath } from "../../user-folders.js";
import { defineMagic } from "../define-magic.js";
import { say } from "../runtime/say.js";

/** `%export cars to=cars.csv`: params, metrics, tags and history of runs in one file. */
export const exportMagic = defineMagic({
  name: "export",
  kind: "line",
  summary: "Write runs to a JSON or CSV file: params, metrics, tags and history",
  input: "args",
  args: [
    {
      name: "experiment",
      type: "string",
      doc: "Name or id; the active one when left out",
      positional: true,
      complete: "experiment",
    },
    {
      name: "runs",
      type: "words",
      doc: "Names, ids or beginnings of ids; all of the experiment when left out",
      positional: true,
      complete: "run",
    },
    {
      name: "where",
      type: "string",
      doc: "A filter on the runs, also on those that are named",
      complete: "run_filter",
    },
    { name: "to", type: "string", doc: "The file; ./<experiment>-<date>.json when left out", complete: "file" },
    {
      name: "format",
      type: "string",
      doc: "By the file's extension when left out",
      complete: ["json", "csv"],
    },
    { name: "force", type: "boolean", doc: "Overwrite a file that is there" },
  ],
  lowering: "await",
  returns: "{ path: string; runs: number; bytes: number }",
  draws: true,
  examples: ["%export", "%export cars to=cars.csv", "%export cars baseline elastic to=two.json force"],
  async run({ to, ...request }, { session, output, assigned }) {
    const result = await exportRuns(session, {
      ...request,
      to: to === undefined ? undefined : homePath(to),
    });
    if (!assigned) say(output, exportedText(result));
    return result;
  },
});
