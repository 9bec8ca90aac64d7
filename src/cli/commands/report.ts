import type { MetricGoal } from "../../metric-goal.js";
import { defaultReportLimit } from "../../reports/report.js";
import { reportText, writeReport } from "../../reports/write-report.js";
import { type CliCommand, countOption, textOption, words } from "../command.js";
import { storeOptions, withStore } from "../store-session.js";

/** `runlab report`: the words of `%report`. */
export const report: CliCommand = {
  name: "report",
  summary: "Write a report of runs as one HTML file, or as Markdown with pictures: tables, charts, cards and code",
  arguments: [
    { name: "experiment", doc: "name or id; default: the one with id 0" },
    { name: "runs", doc: "names, ids or id prefixes; default: the newest runs of the experiment", variadic: true },
  ],
  options: [
    { flags: "--to <path>", doc: "the output file, ending in .html or .md; default: ./<experiment>-<date>.html" },
    { flags: "--where <filter>", doc: 'a filter, which also applies to named runs: "metrics.rmse < 3"' },
    { flags: "--metric <key>", doc: "keep the best runs by this metric, and compare it" },
    { flags: "--goal <goal>", doc: "default: guessed from the metric's name", choices: ["min", "max"] },
    { flags: "--limit <count>", doc: "the maximum number of runs", count: true, default: defaultReportLimit },
    { flags: "--force", doc: "overwrite an existing file" },
    ...storeOptions,
  ],
  run: (input) =>
    withStore(input, async (session) => {
      const written = await writeReport(session, {
        experiment: words(input, "experiment")[0],
        runs: words(input, "runs"),
        where: textOption(input, "where"),
        to: textOption(input, "to"),
        metric: textOption(input, "metric"),
        goal: textOption(input, "goal") as MetricGoal | undefined,
        limit: countOption(input, "limit"),
        force: input.options.force === true,
      });
      input.io.print(input.options.json ? JSON.stringify(written, null, 2) : reportText(written));
    }),
};
