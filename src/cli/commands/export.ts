import { formatDocs, writtenFormats, writtenNames, writtenText } from "../../exports/export-formats.js";
import { exportedText, exportRuns } from "../../exports/export-runs.js";
import type { WorkOptions } from "../../tracking/progress.js";
import { type CliCommand, textOption, words } from "../command.js";
import { progressLine } from "../progress-line.js";
import { storeOptions, withStore } from "../store-session.js";

/** `runlab export`: the words of `%export`. */
export const exportCommand: CliCommand = {
  name: "export",
  summary: `Write runs to a file: ${writtenText}`,
  arguments: [
    { name: "experiment", doc: "name or id; default: the one with id 0" },
    { name: "runs", doc: "names, ids or id prefixes; default: all runs of the experiment", variadic: true },
  ],
  options: [
    { flags: "--to <path>", doc: "the output file; default: ./<experiment>-<date>.json" },
    { flags: "--where <filter>", doc: 'a filter, which also applies to named runs: "metrics.rmse < 3"' },
    {
      flags: "--format <format>",
      doc: `${formatDocs(writtenFormats)}; default: by the file's extension`,
      choices: writtenNames,
    },
    { flags: "--force", doc: "overwrite an existing file" },
    ...storeOptions,
  ],
  run: (input) =>
    withStore(input, async (session) => {
      const [word] = words(input, "experiment");
      const request = {
        experiment: word,
        runs: words(input, "runs"),
        where: textOption(input, "where"),
        to: textOption(input, "to"),
        format: textOption(input, "format"),
        force: input.options.force === true,
      };
      const startProgress = (options: WorkOptions) => session.startProgress(options, progressLine(process.stderr));
      const result = await exportRuns(session, request, { startProgress });
      input.io.print(input.options.json ? JSON.stringify(result, null, 2) : exportedText(result));
    }),
};
