import { defaultReportLimit } from "../../reports/report.js";
import { reportText, writeReport } from "../../reports/write-report.js";
import { homePath } from "../../user-folders.js";
import { defineMagic } from "../define-magic.js";
import { say } from "../runtime/say.js";

/** `%report cars to=cars.html`: an experiment as one file to hand on. */
export const report = defineMagic({
  name: "report",
  kind: "line",
  summary: "Write a report of runs as one HTML file, or as Markdown with pictures: tables, charts, cards and code",
  input: "args",
  args: [
    {
      name: "experiment",
      type: "string",
      doc: "Name or id; default: the active experiment",
      positional: true,
      complete: "experiment",
    },
    {
      name: "runs",
      type: "words",
      doc: "Names, ids or id prefixes; default: the newest runs of the experiment",
      positional: true,
      complete: "run",
    },
    { name: "where", type: "string", doc: "A filter, which also applies to named runs", complete: "run_filter" },
    {
      name: "to",
      type: "string",
      doc: "The file, ending in .html or .md; default: ./<experiment>-<date>.html",
      complete: "file",
    },
    { name: "metric", type: "string", doc: "Keep the best runs by this metric, and compare it", complete: "metric" },
    {
      name: "goal",
      type: "string",
      doc: "Whether lower or higher is better; default: guessed from the metric's name",
      complete: ["min", "max"],
    },
    { name: "limit", type: "number", doc: `The maximum number of runs; default: ${defaultReportLimit}` },
    { name: "force", type: "boolean", doc: "Overwrite an existing file" },
  ],
  lowering: "await",
  returns: "{ path: string; runs: number; bytes: number; pictures: string[] }",
  draws: true,
  examples: ["%report", "%report cars to=cars.html", '%report cars where="metrics.rmse < 3" to=cars.md force'],
  async run({ to, ...request }, { session, output, assigned }) {
    const written = await writeReport(session, { ...request, to: to === undefined ? undefined : homePath(to) });
    if (!assigned) say(output, reportText(written));
    return written;
  },
});
