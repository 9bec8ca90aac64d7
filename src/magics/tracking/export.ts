import { formatDocs, writtenFormats, writtenNames, writtenText } from "../../exports/export-formats.js";
import { exportedText, exportRuns } from "../../exports/export-runs.js";
import { homePath } from "../../user-folders.js";
import { defineMagic } from "../define-magic.js";
import { say } from "../runtime/say.js";

/** `%export cars to=cars.csv`: runs in one file. */
export const exportMagic = defineMagic({
  name: "export",
  kind: "line",
  summary: `Write runs to a file: ${writtenText}`,
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
      doc: "Names, ids or id prefixes; default: all runs of the experiment",
      positional: true,
      complete: "run",
    },
    {
      name: "where",
      type: "string",
      doc: "A filter, which also applies to named runs",
      complete: "run_filter",
    },
    { name: "to", type: "string", doc: "The file; default: ./<experiment>-<date>.json", complete: "file" },
    {
      name: "format",
      type: "string",
      doc: `${formatDocs(writtenFormats)}. Default: by the file's extension`,
      complete: writtenNames,
    },
    { name: "force", type: "boolean", doc: "Overwrite an existing file" },
  ],
  lowering: "await",
  returns: "{ path: string; runs: number; bytes: number }",
  draws: true,
  examples: [
    "%export",
    "%export cars to=cars.csv",
    "%export cars baseline elastic to=two.zip force",
    "%export cars to=mlruns",
  ],
  async run({ to, ...request }, { session, output, assigned }) {
    const result = await exportRuns(
      session,
      { ...request, to: to === undefined ? undefined : homePath(to) },
      { startProgress: (options) => session.startProgress(options) },
    );
    if (!assigned) say(output, exportedText(result));
    return result;
  },
});
