import { plural } from "../../render/format-value.js";
import type { Magic } from "../magic.js";
import { homePath } from "../runtime/home-path.js";
import { flag, optionalText, textList } from "../runtime/read-args.js";
import { say } from "../runtime/say.js";
import type { ExportResult } from "../runtime/services.js";

/** `%export cars to=cars.csv`: params, metrics, tags and history of runs in one file. */
export const exportMagic: Magic = {
  name: "export",
  kind: "line",
  summary: "Write runs to a JSON or CSV file: params, metrics, tags and history",
  input: "args",
  args: [
    {
      name: "experiment",
      type: "string",
      doc: "Name; the active one when left out",
      positional: true,
      complete: "experiment",
    },
    {
      name: "runs",
      type: "words",
      doc: "Names or ids; all of the experiment when left out",
      positional: true,
      complete: "run",
    },
    { name: "where", type: "string", doc: "A filter on the runs", complete: "run_filter" },
    { name: "to", type: "string", doc: "The file; ./<experiment>-<date>.json when left out", complete: "file" },
    {
      name: "format",
      type: "string",
      tsType: '"json" | "csv"',
      doc: "By the file's extension when left out",
      complete: ["json", "csv"],
    },
    { name: "force", type: "boolean", doc: "Overwrite a file that is there" },
  ],
  lowering: "await",
  returns: "{ path: string; runs: number; bytes: number }",
  draws: true,
  examples: ["%export", "%export cars to=cars.csv", "%export cars baseline elastic to=two.json force"],
  async run(args, { services, output, assigned }) {
    const to = optionalText(args, "to");
    const result = await services.exportRuns({
      experiment: optionalText(args, "experiment"),
      runs: textList(args, "runs"),
      where: optionalText(args, "where"),
      to: to === undefined ? undefined : homePath(to),
      format: optionalText(args, "format") as "json" | "csv" | undefined,
      force: flag(args, "force"),
    });
    if (!assigned) say(output, exportedText(result));
    return result;
  },
};

/** What was written and where, for the notebook and the command line. */
export function exportedText({ runs, bytes, path }: ExportResult): string {
  return `Wrote ${plural(runs, "run")}, ${plural(bytes, "byte")}, to ${path}`;
}
